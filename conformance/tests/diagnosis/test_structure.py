"""The reads of one geometry, put in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.diagnosis.evidence import Evidence
from conv2d_conformance.diagnosis.structure import structure
from conv2d_conformance.emulation.adapters import EVERYTHING
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess

DENSE = parse("n1c3h6w7 m6k3x2")
SQUARE = parse("n1c2h6w7 m3k3x3")
GROUPED = parse("n1c4h6w7 m6k3x2 g2")
STRIDED = parse("n1c1h9w11 m2k3x3 s2x2 p1x1")

ALL = slice(None)


def said(function: Callable[[Call], Any], case: Case) -> str | None:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return function(Call(input, weight, bias, **attributes))

    adapter = Adapter(name="tested", version="1", conv2d=conv2d, capabilities=EVERYTHING)
    return structure(Evidence(InProcess(adapter), 3), case)


def without(array: Any, *index: Any) -> Any:
    spoilt = np.array(array)
    spoilt[index] = 0
    return spoilt


def read_without(*index: Any) -> Callable[[Call], Any]:
    return lambda call: call.right(weight=without(call.weight, *index))


def reordered(result: Any, *order: int) -> Any:
    return result[:, list(order)]


WORDS: list[tuple[Case, Callable[[Call], Any], str | None]] = [
    (DENSE, Call.right, None),
    (DENSE, lambda c: 0 * c.right(), "no input is ever read: the output is zero throughout"),
    (DENSE, read_without(..., 0, 0), "tap (0, 0) of the kernel is never read"),
    (
        DENSE,
        lambda c: c.right(weight=without(c.weight, ..., 2, ALL)),
        "the last row of the kernel is never read",
    ),
    (DENSE, read_without(..., 0), "the first column of the kernel is never read"),
    (
        DENSE,
        lambda c: c.right(weight=without(c.weight, ALL, slice(2, None))),
        "the last input channel is not summed",
    ),
    (
        DENSE,
        lambda c: c.right(weight=without(c.weight, ALL, slice(1, None))),
        "the input channels from 1 on are not summed",
    ),
    (DENSE, lambda c: without(c.right(), ..., -1), "the last column of the output is zero"),
    (
        DENSE,
        lambda c: without(c.right(), ..., slice(2, None), ALL),
        "the rows from 2 on of the output are zero",
    ),
    (DENSE, lambda c: without(c.right(), ALL, 4), "output channel 4 is zero"),
    (DENSE, lambda c: reordered(c.right(), 0, 1, 2, 3, 4, 4), "output channel 5 uses the filter of channel 4"),
    (DENSE, lambda c: reordered(c.right(), 5, 4, 3, 2, 1, 0), "the output channels use the filters in reverse order"),
    (DENSE, lambda c: c.right(weight=c.weight[..., ::-1]), "the kernel is mirrored from left to right"),
    (SQUARE, lambda c: c.right(weight=c.weight[..., ::-1, ::-1]), "the kernel is flipped (true convolution)"),
    (SQUARE, lambda c: c.right(weight=c.weight.swapaxes(2, 3)), "the kernel is transposed"),
    (
        GROUPED,
        lambda c: c.right(input=np.concatenate([c.input[:, :2]] * 2, axis=1)),
        "the last group reads the channels of group 0",
    ),
    (
        STRIDED,
        lambda c: c.right(input=np.pad(c.input, [(0, 0), (0, 0), (2, 0), (1, 1)]), padding=0)[..., :5, :],
        "the padding of the height acts as 2, where 1 is asked for",
    ),
]


@pytest.mark.parametrize(("case", "function", "words"), WORDS, ids=[str(words) for *_, words in WORDS])
def test_the_reads_of_a_geometry_in_words(case: Case, function: Callable[[Call], Any], words: str | None) -> None:
    assert said(function, case) == words


def test_the_words_are_part_of_a_diagnosis_where_no_effect_is_known() -> None:
    assert said(lambda c: reordered(c.right(), 0, 2, 1, 3, 4, 5), DENSE) == (
        "output channels use the filter of another: 1 that of 2, 2 that of 1"
    )
