"""The formats of others: their readers accept the files, find the right function right, and wrong ones wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.vectors import onnx_files, stablehlo, webnn
from conv2d_conformance.vectors.chosen import ChosenCase
from conv2d_conformance.vectors.made_vector import MadeVector, made
from conv2d_conformance.vectors.ranges import AnswerRange
from conv2d_reference import correlate

SAYABLE = (
    "n2c4h7w9 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 integers:1",
    "n1c3h5w6 m2k3x3 p1x1 bias float32 uniform:1",
    "n1c2h4w5 m2k2x3 same float64 normal:1",
    "n1c2h4w4 m2k2x2 valid float16 integers:2",
    "n1c1h2w3 m1k1x2 p0x1 float32 x[0,0,0,1]=inf x[0,0,1,1]=nan w[0,0,0,0]=1 w[0,0,0,1]=-2",
    "n1c3h5w6 m2k3x3 p1x1 bias bfloat16 integers:1",
)
OTHERS = ("c2h4w4 m2k2x2", "n0c2h4w4 m2k2x2", "n1c2h4w4 m2k2x2 p1x1 reflect", "n1c1h4w3 m1k1x2 stride=(0,1)")


@pytest.fixture(scope="module")
def vectors() -> list[MadeVector]:
    return [
        made(ChosenCase("full", "test_values::test_definition", (), 0, line), f"{number:04}")
        for number, line in enumerate((*SAYABLE, *OTHERS))
    ]


# ---- ONNX --------------------------------------------------------------------------------------------------------


def of_onnx(folder: Path, answer: Callable[[Path, list[Array]], Array]) -> dict[str, bool]:
    """Whether an answer passes each test that ONNX's own loader finds, by the tolerance beside it."""
    from onnx import TensorProto, numpy_helper
    from onnx.backend.test.loader import load_model_tests

    found: dict[str, bool] = {}
    for case in load_model_tests(data_dir=str(folder), kind=onnx_files.KIND):
        assert case.model_dir is not None
        home = Path(case.model_dir)
        data = {
            path.name: numpy_helper.to_array(TensorProto.FromString(path.read_bytes()))
            for path in sorted((home / "test_data_set_0").iterdir())
        }
        expected = data.pop("output_0.pb")
        got = answer(home / "model.onnx", [*data.values()])
        try:
            np.testing.assert_allclose(got, expected, rtol=case.rtol, atol=case.atol)  # as ONNX's runner compares
            found[case.name] = got.dtype == expected.dtype
        except AssertionError:
            found[case.name] = False
    return found


def test_onnx_reads_its_vectors_and_its_evaluator_passes(vectors: list[MadeVector], tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    from onnx.reference import ReferenceEvaluator

    assert onnx_files.write(tmp_path, vectors) == 5  # those of SAYABLE that are not bfloat16

    def evaluated(path: Path, given: list[Array]) -> Array:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        names = [value.name for value in model.graph.input]
        with np.errstate(all="ignore"):
            (answer,) = ReferenceEvaluator(model).run(None, dict(zip(names, given, strict=True)))
        return np.asarray(answer)

    found = of_onnx(tmp_path, evaluated)
    assert len(found) == 5
    assert all(found.values()), found
    flipped = of_onnx(tmp_path, lambda path, given: evaluated(path, [given[0], given[1][..., ::-1, ::-1], *given[2:]]))
    assert not any(flipped.values()), flipped


def test_onnx_tolerance_reaches_to_every_allowed_answer_and_no_further(vectors: list[MadeVector]) -> None:
    exact, bounded = vectors[0], vectors[1]
    assert onnx_files.tolerance_of(exact.arrays["expected"], exact.default_range) == 0
    tolerance = onnx_files.tolerance_of(bounded.arrays["expected"], bounded.default_range)
    assert tolerance is not None
    for end in (bounded.default_range.lower, bounded.default_range.upper):
        np.testing.assert_allclose(end, bounded.arrays["expected"], rtol=0, atol=tolerance)
    width = (bounded.default_range.upper - bounded.default_range.lower).max()
    assert 0 < tolerance <= width * 1.01


def test_onnx_has_no_tolerance_for_an_infinity_beside_numbers() -> None:
    one = np.ones(1, np.float32)
    assert onnx_files.tolerance_of(one, AnswerRange(one, one, np.array([2], np.uint8))) is None
    nothing = np.full(1, np.nan, np.float32)
    assert onnx_files.tolerance_of(nothing, AnswerRange(nothing, nothing, np.array([3], np.uint8))) is None
    assert onnx_files.tolerance_of(nothing, AnswerRange(nothing, nothing, np.array([1], np.uint8))) == 0


# ---- WebNN -------------------------------------------------------------------------------------------------------


def of_webnn(test: dict[str, Any], change: Callable[[Array], Array] = lambda weight: weight) -> bool:
    """Whether the reference passes a test, as the Web Platform Tests count units in the last place."""
    graph = test["graph"]
    tensors = {
        name: np.array(tensor["data"], tensor["descriptor"]["dataType"]).reshape(tensor["descriptor"]["shape"])
        for name, tensor in (graph["inputs"] | graph["expectedOutputs"]).items()
    }
    (operator,) = graph["operators"]
    arguments = {name: value for part in operator["arguments"] for name, value in part.items()}
    options = arguments["options"]
    x, w = tensors[arguments["input"]], change(tensors[arguments["filter"]])
    top, bottom, left, right = options["padding"]
    padded = np.pad(x, [(0, 0), (0, 0), (top, bottom), (left, right)])
    bias = tensors[options["bias"]] if "bias" in options else None
    pairs: dict[str, Any] = {name: tuple(options[f"{name}s"]) for name in ("stride", "dilation")}
    got = correlate.conv2d(padded, w, bias, groups=options["groups"], **pairs)
    expected = tensors[operator["outputs"]]
    units = 2 * w.shape[2] * w.shape[3] * (x.shape[1] // options["groups"])
    return bool((np.abs(webnn.places(got) - webnn.places(expected)) <= units).all())


def test_webnn_tests_pass_the_reference_and_no_flipped_kernel(vectors: list[MadeVector], tmp_path: Path) -> None:
    count = webnn.write(tmp_path, vectors)
    told = json.loads((tmp_path / "conv2d.json").read_text())
    assert told["operation"] == "conv2d"
    assert len(told["tests"]) == count == 2  # integers in float32 and float16
    assert all(map(of_webnn, told["tests"]))
    assert not any(of_webnn(test, lambda weight: weight[..., ::-1, ::-1]) for test in told["tests"])


def test_webnn_gets_no_vector_that_its_rule_would_refuse_of_a_right_function(vectors: list[MadeVector]) -> None:
    line = "n1c3h4w5 m2k3x3 bias float32 cancelling:4"
    cancelling = made(ChosenCase("full", "test_values::test_definition", (), 0, line), "0000")
    assert cancelling.told.geometry is not None
    assert not webnn.keeps_the_rule(cancelling, cancelling.told.geometry)
    assert vectors[0].told.geometry is not None
    assert webnn.keeps_the_rule(vectors[0], vectors[0].told.geometry)


@pytest.mark.parametrize("more", ["s2x1099511627778", "d1x1099511627776"])
def test_webnn_gets_no_number_that_its_interface_refuses(more: str) -> None:
    """Strides and dilations are unsigned long there, which ends at 2**32 - 1."""
    large = made(
        ChosenCase("full", "test_values::test_definition", (), 0, f"n1c1h9w4 m1k3x1 {more} integers:0"), "0000"
    )
    assert large.told.geometry is not None
    assert not webnn.keeps_the_rule(large, large.told.geometry)


def test_webnn_counts_units_in_the_last_place() -> None:
    for dtype in (np.float32, np.float16):
        values = np.array([-1, -0.0, 0.0, 1], dtype)
        above = np.nextafter(values, np.asarray(np.inf, dtype))
        assert (webnn.places(above) - webnn.places(values)).tolist() == [1, 1, 1, 1]
        assert webnn.places(values)[1] == webnn.places(values)[2] == 0


# ---- StableHLO ---------------------------------------------------------------------------------------------------


def test_stablehlo_modules_say_what_is_right(vectors: list[MadeVector], tmp_path: Path) -> None:
    """Read by the interpreter of StableHLO, where JAX brings it."""
    pytest.importorskip("jaxlib")
    from jax._src.interpreters.mlir import make_ir_context
    from jaxlib.mlir import ir
    from jaxlib.mlir.dialects.stablehlo import eval_module

    assert stablehlo.write(tmp_path, vectors) == len(SAYABLE)

    def said(text: str) -> bool:
        with make_ir_context(), ir.Location.unknown():
            (found,) = eval_module(ir.Module.parse(text), [])
            return bool(ir.DenseElementsAttr(found).get_splat_value().value)

    for path in sorted(tmp_path.iterdir()):
        text = path.read_text()
        assert said(text), text
        if "_0004" not in path.name:  # one of whose taps alone reads a number
            assert not said(text.replace("window = {stride", "window = {reverse = [true, true], stride")), text


def test_stablehlo_text_is_written_for_every_kind_of_answer(vectors: list[MadeVector], tmp_path: Path) -> None:
    stablehlo.write(tmp_path, vectors)
    plain, special = ((tmp_path / f"conv2d_{number}.mlir").read_text() for number in ("0000", "0004"))
    assert "window = {stride = [2, 1], pad = [[1, 1], [2, 2]], rhs_dilate = [1, 2]}" in plain
    assert "feature_group_count = 2 : i64" in plain
    assert "(tensor<2x4x7x9xf32>, tensor<6x2x3x2xf32>) -> tensor<2x6x4x11xf32>" in plain
    assert "%nan" not in plain
    assert "stablehlo.compare NE, %sums, %sums, FLOAT" in special
    assert "%plus_may = stablehlo.constant dense<[[[[" in special
