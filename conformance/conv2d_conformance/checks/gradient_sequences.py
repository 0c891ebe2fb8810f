"""Which gradients are asked for one after another, so that what is kept of one call shows in the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conv2d_conformance.cases.case import Case, Elements, Recipe
from conv2d_conformance.contract.formats import DTYPES


def with_its_like(case: Case) -> Iterator[Case]:
    """What is kept of one call shows in the next, which has all but something in common with it."""
    other_weight = _with_element(case, "w", 4)
    other_input = _with_element(case, "x", len(case.input_shape))
    other_output = _with_element(case, "gy", len(case.output_shape))
    yield case
    yield case
    yield from (other_output, case, other_weight, case, other_input, case)
    for forward in (case, with_other_data(case)):
        yield replace(forward, operation="conv2d")
        yield case
    yield replace(case, operation="conv2d")
    yield from (replace(case, dtype=dtype) for dtype in DTYPES)
    yield replace(case, H=case.H + 1, W=case.W + 2)
    yield case
    yield _nearly_zero(case)
    yield replace(case, M=2 * case.M, H=case.H + 3, W=case.W + 4)
    yield _nearly_zero(case)
    yield case


def with_other_data(case: Case) -> Case:
    """The same call with other numbers."""
    assert isinstance(case.data, Recipe)
    return replace(case, data=replace(case.data, seed=case.data.seed + 1))


def _nearly_zero(case: Case) -> Case:
    """One element of each, so that most gradients are zero, and what is skipped for that keeps what was there."""
    if case.N == 0:
        return case
    first = (("x", len(case.input_shape)), ("w", 4), ("gy", len(case.output_shape)))
    return replace(case, data=Elements(tuple((letter, (0,) * axes, 3.0) for letter, axes in first)))


def _with_element(case: Case, array: str, axes: int) -> Case:
    """The case with another first element in one array, larger than any that the recipe makes."""
    assert isinstance(case.data, Recipe)
    if array in ("x", "gy") and case.N == 0:
        return case
    return replace(case, data=Elements(((array, (0,) * axes, 9.0),), base=case.data))
