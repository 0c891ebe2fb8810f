"""Which cases too dear for the law are judged all the same, by which data, and what is not made of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance import certify
from conv2d_conformance.cases import cost
from conv2d_conformance.cases.case import DEFAULT_MAGNITUDE
from conv2d_conformance.cases.few_integers import few_integers
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.shape_sets import shape_of
from conv2d_conformance.cli import program
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES, FORMATS
from conv2d_conformance.contract.grades import TILES
from conv2d_conformance.law import winograd
from conv2d_conformance.law.bound import Operands
from conv2d_conformance.law.classes import accuracy_class
from conv2d_conformance.verdict.large_question import LargeQuestion, full_size_cases, question_of
from conv2d_conformance.verdict.question import Question
from conv2d_reference.gradients_by_tap import gradients
from large_calls import called

SHAPE = "n2c8h20w20 m4k3x3 s1x1 p1x1 d1x1 g1 bias"
WRONG = """
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def conv2d(input, weight, bias, *, padding=(0, 0)):
    (h, w), (KH, KW) = padding, weight.shape[2:]
    padded = np.pad(input, ((0, 0), (0, 0), (h, h), (w, w)))
    y = np.einsum("nchwij,mcij->nmhw", sliding_window_view(padded, (KH, KW), (2, 3)), weight)
    y = y + (0 if bias is None else bias[:, None, None])
    y[-1, -1, -1, -1] += 1
    return y.astype(input.dtype)
"""


@pytest.fixture
def all_are_dear(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "MOST_ELEMENTS", 2000)


@pytest.fixture
def wrong(tmp_path: Path) -> str:
    (tmp_path / "wrong.py").write_text(WRONG)
    return f"{tmp_path / 'wrong.py'}:conv2d"


@pytest.mark.parametrize("grade", ["B4", "C"])
@pytest.mark.usefixtures("all_are_dear")
def test_a_failure_in_a_class_of_transforms_can_be_asked_again(grade: str, wrong: str) -> None:
    target = f"{wrong}?dtypes=float32&grades=float32:{grade}"
    report = certify(target, shapes=[SHAPE], only_shapes=True, isolation="none")
    assert report.conclusion.exit_status == 1
    (entry,) = report.requirements
    assert entry.failure is not None
    assert " integers" in entry.failure.case
    replayed = CliRunner().invoke(program, ["replay", entry.failure.case, target])
    assert replayed.exit_code == 1
    assert "y[1,3,19,19]" in replayed.output


@pytest.mark.usefixtures("all_are_dear")
def test_what_a_transform_cannot_tell_apart_is_no_large_question() -> None:
    claims = Capabilities(grades={"float32": "B4"})
    assert type(question_of(parse(f"{SHAPE} float32 integers*3:1"), claims)) is LargeQuestion
    assert type(question_of(parse(f"{SHAPE} float32 integers*300:1"), claims)) is Question
    assert type(question_of(parse(f"{SHAPE} float32 integers*3:1"), Capabilities())) is Question


@pytest.mark.usefixtures("all_are_dear")
def test_a_view_and_an_illegal_call_are_no_large_questions() -> None:
    for line in (f"{SHAPE} float32 exact:1 view=offset", "n2c8h20w20 m4k30x30 exact:1"):
        assert type(question_of(parse(line), Capabilities())) is Question
        answer = CliRunner().invoke(program, ["replay", line, "reference-direct", "--isolation", "none"])
        assert answer.exit_code == 2
        assert "at most 2000 are possible" in answer.output


@pytest.mark.usefixtures("all_are_dear")
def test_no_script_and_no_relatives_are_made_of_a_large_question(wrong: str) -> None:
    answer = CliRunner().invoke(program, ["replay", f"{SHAPE} float32 exact:1", wrong, "--script"])
    assert answer.exit_code == 1
    assert "no script can be made for so large a case" in answer.output
    answer = CliRunner().invoke(program, ["replay", f"{SHAPE} float32 exact:1", wrong, "--invariance", "batch"])
    assert answer.exit_code == 2
    assert "at most 2000 are possible" in answer.output


def kernels() -> Iterator[tuple[int, int]]:
    sides = product(range(1, 9), range(1, 9))
    return (kernel for kernel in sides if winograd.suits(winograd.SMALLEST_TILE, kernel))


@pytest.mark.parametrize("dtype", DTYPES)
def test_winograd_keeps_a_pixel_apart_from_the_next_integer(dtype: str) -> None:
    """As `full_size_cases` needs: with one tap of one channel, however many the channels."""
    placement: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, "pads": ((0, 0), (0, 0))}
    accuracy = accuracy_class(max(TILES, key=TILES.__getitem__), dtype)
    most = float(DEFAULT_MAGNITUDE)
    for kernel in kernels():
        taps = math.prod(kernel)
        data, filters = np.full((1, 1, *kernel), most), np.eye(taps).reshape(taps, 1, *kernel)
        operands = Operands(data, filters, np.full((1, 1, 1), most), {**placement, "padding_mode": "zeros"})
        error = float(winograd.error(operands, accuracy, flushed=True)[0].max())
        assert error + 2 * (accuracy.output.unit * 2 * (most + error) + accuracy.output.normal) < 0.5


def test_a_plane_on_which_no_fourier_transform_must_keep_integers_apart_is_left_out() -> None:
    claims = Capabilities(grades={"float32": "C"})
    assert len(full_size_cases(shape_of("n1c512h128w128 m2k3 p1"), claims, (1, 2, 3))) == 3
    assert full_size_cases(shape_of("n1c512h4096w4099 m2k3 p1"), claims, (1, 2, 3)) == ()
    assert len(full_size_cases(shape_of("n1c512h4096w4099 m2k3 p1"), Capabilities(), (1, 2, 3))) == 3


@pytest.mark.parametrize("padding", ["p1x1 replicate", "p5x5 replicate", "p1x1 circular", "p2x2"])
@pytest.mark.parametrize("sizes", ["c1h1w1 m28k1x1", "c1h2w1 m28k1x2", "c2h2w3 m40k2x3"])
def test_integers_that_padding_copies_are_few_enough_for_every_sum(sizes: str, padding: str) -> None:
    """At most as many products meet in a sum as fit, whatever their signs: where all are one, none is too large."""
    line = f"n2{sizes} {padding} bias grad bfloat16 exact:1"
    case = parse(line)
    call = called(case)
    assert call.grad_output is not None
    magnitude = few_integers(case, FORMATS[case.dtype].precision).magnitude
    arrays = (np.sign(np.abs(array.astype(float))) * magnitude for array in (call.input, call.weight, call.grad_output))
    x, w, gy = arrays
    found = gradients(x, w, np.zeros(case.M), gy, **case.arguments)
    largest = max(float(np.abs(array).max()) for array in found if array is not None)
    assert largest <= few_integers(case, FORMATS[case.dtype].precision).largest_sum
