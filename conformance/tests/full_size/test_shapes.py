"""Shapes are named by lines, files and sets; what does not fit is refused; a run of them alone earns no certificate."""

from __future__ import annotations

import json
import math
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance import certify
from conv2d_conformance.cases import cost
from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.cases.geometry import geometry, multiply_adds
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.large_indices import LARGE_INDICES
from conv2d_conformance.cases.shape_sets import SHAPE_SETS, lines_of, named, shape_of, shapes_of
from conv2d_conformance.cli import program
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.implementation.calling import Memory, answer
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.report.report import Report
from conv2d_conformance.verdict import room
from conv2d_conformance.verdict.large_question import LargeQuestion, question_of
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.room import COPIES, TooLarge, require_memory
from conv2d_conformance.verifying import verify
from plain_conv2d import SOURCE

LINE = "n2c3h8w9 m4k3x3 s1x1 p1x1 d1x1 g1 bias"


def test_a_shape_is_named_by_a_line_a_file_or_a_set(tmp_path: Path) -> None:
    file = tmp_path / "shapes.txt"
    file.write_text("# the first layer\nn2c3h8w9 m4k3 p1 bias float16 normal:7  # data do not count\n\nn1c2h3w4 m2k1\n")
    assert lines_of(shapes_of(str(file))) == (LINE, "n1c2h3w4 m2k1x1 s1x1 p0x0 d1x1 g1 nobias")
    assert shapes_of(f"{LINE}; {LINE} float64") == (shape_of(LINE),)
    assert len(shapes_of("gpu-mode")) == len(SHAPE_SETS["gpu-mode"])
    assert named(["n1c2h3w4 m2k1"], LINE) == f"n1c2h3w4 m2k1x1 s1x1 p0x0 d1x1 g1 nobias; {LINE}"
    assert shapes_of("") == ()
    assert shapes_of("resnet50") == shapes_of("resnet-50")
    assert set(shapes_of("stable-diffusion")) > set(shapes_of("stable-diffusion-1-vae"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kernelbench-2", "is no shape, no set of shapes and no file"),
        ("n1c1h1w1 m1k3", "is no legal call"),
        ("n0c1h1w1 m1k1", "has no images"),
        ("n1c1h1w1 m1k1 q7", "q7"),
    ],
)
def test_what_is_no_shape_is_refused_in_one_sentence(text: str, told: str) -> None:
    with pytest.raises(CaseError, match=told):
        shapes_of(text)
    result = CliRunner().invoke(program, ["run", "nothing.py:f", "--shape", text])
    assert result.exit_code == 2
    assert told in result.output


@pytest.mark.parametrize(("content", "told"), [(b"\xff\xfe", "is not text in UTF-8"), (b"# none\n", "names no shape")])
def test_a_file_without_shapes_is_refused(content: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "shapes.txt"
    file.write_bytes(content)
    with pytest.raises(CaseError, match=told):
        shapes_of(str(file))


def test_every_set_has_legal_shapes_with_the_published_cost() -> None:
    for lines in SHAPE_SETS.values():
        assert lines_of(tuple(map(shape_of, lines.values())))
    assert f"{multiply_adds(shape_of(SHAPE_SETS['kernelbench']['63'])):.1e}" == "3.1e+11"
    assert f"{multiply_adds(shape_of(SHAPE_SETS['gpu-mode']['ranked'])):.1e}" == "8.5e+11"
    listed = CliRunner().invoke(program, ["list", "shapes"])
    assert "kernelbench\t63\tn16c16h1024w1024 m128k3x3 s1x1 p0x0 d1x1 g1 nobias\t" in listed.output


@pytest.mark.parametrize("name", LARGE_INDICES)
def test_large_indices_are_just_beyond_their_limit(name: str) -> None:
    shape = shape_of(LARGE_INDICES[name])
    g = geometry(shape)
    images = 1 if g.N is None else g.N
    sizes = {
        "input": math.prod(shape.input_shape),
        "output": math.prod(g.output_shape),
        "weight": math.prod(shape.weight_shape),
        "lowered matrix": images * g.C * g.KH * g.KW * g.OH * g.OW,
    }
    array, _, unit = name.rpartition(" of 2^31 ")
    limit = 2**31 // (4 if unit == "bytes" else 1)
    assert limit < sizes[array] < limit * 1.01
    assert multiply_adds(shape) < 10**10


def test_a_shape_without_room_is_refused_with_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    shape, hello = shape_of("n1c1h1024w1024 m1k1"), InProcess(two_dtypes(gradients=None)).hello
    for by_file, inside, total in ((False, 58720288, 1149239336), (True, 16777224, 1098907656)):
        require_memory([shape], hello, "training", 1.0, by_file=by_file)
        with pytest.raises(TooLarge, match=rf"takes {inside} bytes in the process of the implementation in float64"):
            require_memory([shape], hello, "forward", 2**-7, by_file=by_file)
        with monkeypatch.context() as patch:
            patch.setattr(room, "physical_memory", lambda: 2**30)
            with pytest.raises(TooLarge, match=rf"takes {total} bytes in float64, and this machine has 1073741824"):
                require_memory([shape], hello, "forward", None, by_file=by_file)


def test_gradients_need_their_own_room() -> None:
    shape, hello = shape_of("n1c1h1024w1024 m1k1"), InProcess(two_dtypes(gradients=conv2d)).hello
    require_memory([shape], hello, "forward", 60 / 2**10, by_file=False)
    with pytest.raises(TooLarge, match=r"nobias with its gradients takes 92274744 bytes in the process"):
        require_memory([shape], hello, "training", 60 / 2**10, by_file=False)


def test_a_call_takes_no_more_memory_than_is_accounted_for() -> None:
    """But for the arrays as they came and the answer to the call before, which the loop that makes the calls holds."""
    request = Question(parse("n1c8h256w256 m8k1")).request
    adapter, size = Adapter(name="x", version="1", conv2d=conv2d_of_ones), 4 * 8 * 256 * 256
    tracemalloc.start()
    try:
        answer(adapter, request, Memory())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    little = size // 4
    assert peak < (COPIES - 1) * size + (COPIES - 2) * size + little


def conv2d_of_ones(input: Any, weight: Any, bias: Any = None, **_: Any) -> Any:  # noqa: ARG001  # as the contract has it
    return np.ones_like(input)


def two_dtypes(*, gradients: Callable[..., Any] | None) -> Adapter:
    claims = Capabilities(dtypes={"float32", "float64"})
    return Adapter(name="x", version="1", conv2d=conv2d, gradients=gradients, capabilities=claims)


def test_a_case_too_dear_for_the_law_is_judged_in_time_proportional_to_its_arrays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    case = parse(f"{LINE} float32 exact:3")
    assert type(question_of(case, Capabilities())) is Question
    monkeypatch.setattr(cost, "MOST_ELEMENTS", 100)
    assert type(question_of(case, Capabilities())) is LargeQuestion
    assert type(question_of(replace(case, data=parse("n1c1h1w1 m1k1 odd:1").data), Capabilities())) is Question


def conv2d(input: Any, weight: Any, bias: Any = None, *, padding: Any = (0, 0)) -> Any:
    from conv2d_reference.correlate import conv2d as correlate

    return np.ascontiguousarray(correlate(input, weight, bias, padding=padding))


@pytest.fixture(scope="module")
def report() -> Report:
    return certify(conv2d, shapes=[LINE], only_shapes=True, isolation="none")


def test_a_run_of_shapes_alone_asks_nothing_else_and_earns_no_certificate(report: Report) -> None:
    assert [entry.id for entry in report.requirements] == ["values.every-size"]
    assert report.requirements[0].verdict == "pass"
    assert report.run.shapes == (LINE,)
    assert report.conclusion.exit_status == 4
    assert list(report.checks) == ["test_full_size::test_named_shapes"]  # type: ignore[arg-type]  # a new report has it
    assert verify(report).faults == ()
    with pytest.raises(ValueError, match="only_shapes needs shapes"):
        certify(conv2d, only_shapes=True)


def test_a_run_whose_shapes_would_all_be_left_out_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(SOURCE)
    target = f"{tmp_path / 'plain.py'}:conv2d?without=bias"
    options = ["--only-shapes", "--output", str(tmp_path / "report.json")]
    result = CliRunner().invoke(program, ["run", target, "--shape", LINE, *options])
    assert result.exit_code == 2
    assert "no shape that is named lies within the claims and the limits" in result.output


def test_a_shape_that_is_left_out_among_others_is_told(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(SOURCE)
    target = f"{tmp_path / 'plain.py'}:conv2d?without=bias"
    path = tmp_path / "report.json"
    named = ["--shape", LINE, "--shape", LINE.replace(" bias", " nobias")]
    result = CliRunner().invoke(program, ["run", target, *named, "--only-shapes", "--output", str(path)])
    assert result.exit_code == 4
    told = "left out  1 of 2 named shapes, outside the claims or the limits: " + LINE
    assert " ".join(told.split()) in " ".join(result.output.split())
    report = json.loads(path.read_text())
    report["run"]["shapes"] = ["what"]
    path.write_text(json.dumps(report))
    read = CliRunner().invoke(program, ["summary", str(path)])
    assert read.exit_code == 0, read.output
    assert "left out" not in read.output


def test_doctored_shapes_are_found(report: Report) -> None:
    for shapes in ((), ("n2c3h8w10 m4k3x3 s1x1 p1x1 d1x1 g1 bias",), (f"{LINE} float32",), ("what",)):
        assert verify(replace(report, run=replace(report.run, shapes=shapes))).faults
    assert verify(replace(report, run=replace(report.run, only_shapes=False))).faults
