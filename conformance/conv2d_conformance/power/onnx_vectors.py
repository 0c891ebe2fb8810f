"""ONNX's test vectors for Conv, with the answers that are stored with them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.power.suite import MeasuredSuite, asking
from conv2d_conformance.power.suite_call import SuiteCall

RTOL, ATOL = 1e-3, 1e-7


@cache
def _questions() -> tuple[SuiteCall, ...]:
    return tuple(_of_nodes()) + tuple(_of_models())


def _of_nodes() -> Iterator[SuiteCall]:
    """The vectors that ONNX writes as code."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the vectors of other operators overflow on purpose
        from onnx.backend.test.case.node import collect_testcases

        cases: list[Any] = collect_testcases("Conv")
    for case in cases:
        if len(case.model.graph.node) == 1:  # the others repeat these as functions
            inputs, outputs = case.data_sets[0]
            yield from _question(case.name, case.model.graph.node[0], inputs, outputs[0])


def _of_models() -> Iterator[SuiteCall]:
    """The vectors that ONNX stores in files, made by PyTorch."""
    import onnx
    from onnx import numpy_helper
    from onnx.backend.test.loader import load_model_tests

    for kind in ("pytorch-converted", "pytorch-operator"):
        cases: list[Any] = load_model_tests(kind=kind)
        for case in cases:
            folder = Path(case.model_dir)
            graph = onnx.load(folder / "model.onnx").graph
            if [node.op_type for node in graph.node] == ["Conv"]:
                first, output = (_array(folder / "test_data_set_0" / f"{name}_0.pb") for name in ("input", "output"))
                stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
                inputs = [stored.get(name, first) for name in graph.node[0].input]
                yield from _question(case.name, graph.node[0], inputs, output)


def _array(path: Path) -> Array:
    import onnx
    from onnx import numpy_helper

    found: Array = numpy_helper.to_array(onnx.TensorProto.FromString(path.read_bytes()))
    return found


def _question(label: str, node: Any, inputs: Sequence[Array], output: Array) -> Iterator[SuiteCall]:
    """The call of a node. Nothing where conv2d cannot express it: not two axes, or unequal padding on the two sides."""
    from onnx import helper

    given = {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}
    pads = given.get("pads", [0, 0, 0, 0])
    if inputs[0].ndim == 4 and "auto_pad" not in given and pads[:2] == pads[2:]:
        arguments = {
            "stride": tuple(given.get("strides", (1, 1))),
            "padding": tuple(pads[:2]),
            "dilation": tuple(given.get("dilations", (1, 1))),
            "groups": given.get("group", 1),
        }
        arrays = dict(zip(("input", "weight", "bias"), (*inputs, None), strict=False))
        yield SuiteCall(label, arrays, arguments, stored=output)


def questions(claims: Capabilities) -> Sequence[SuiteCall]:  # noqa: ARG001  # as every suite has it
    return _questions()


def is_close(question: SuiteCall, answer: Array) -> bool:
    return bool(np.allclose(answer, question.expected, rtol=RTOL, atol=ATOL, equal_nan=True))


SUITES = (
    MeasuredSuite(
        name="ONNX",
        rule="The backend test vectors of Conv for two axes, those of kinds node, pytorch-converted and "
        "pytorch-operator, but for the two whose padding conv2d cannot say (asymmetric, and SAME_LOWER with a stride); "
        f"rtol {RTOL:g}, atol {ATOL:g} against the stored result.",
        sources=("https://github.com/onnx/onnx/blob/main/onnx/backend/test/runner/__init__.py",),
        needs=("onnx",),
        examine=asking(questions, is_close),
    ),
)
