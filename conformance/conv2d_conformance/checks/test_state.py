"""An answer depends on its call, and not on the calls before it; nor does a call change what others depend on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from hypothesis import example, given
from hypothesis.strategies import one_of

from conv2d_conformance.cases.case import Case, Elements, Recipe
from conv2d_conformance.cases.defects import argument, shape, side
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.illegal_kinds import Illegal
from conv2d_conformance.cases.networks import network_cases
from conv2d_conformance.cases.strategies import cases, sample
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.verdict.claims import illegal_within_claims, within_claims

ARGUMENTS = frozenset({"stride", "padding", "same", "dilation", "groups", "bias", "unbatched"})
REPETITIONS = 10
"""A choice: of libraries that have either of two results by an even chance, no more than one in 512 goes unnoticed."""

CONCURRENT = 4
"""The fewest cases that are asked together with others. A choice: each takes several pairs of calls."""

LONG_SUMS = tuple(map(parse, ("n2c16h9w10 m8k3 p1 bias integers:1", "n1c64h7w8 m33k1 integers:2")))
"""Calls that are large enough for a scratch array, which the small ones that are drawn may do without."""

DEFECTS = (
    side("stride", 0, lambda _: 0),
    side("dilation", 1, lambda _: 0),
    side("padding", 0, lambda _: -1),
    argument("groups", 0),
    shape("weight", lambda s: (s[0], s[1] + 1, *s[2:])),
    shape("weight", lambda s: s[:3]),
    shape("input", lambda s: s[-2:]),
    shape("bias", lambda s: (s[0] + 1,)),
)


@covers("determinism.no-state")
def test_no_state(iut: ImplementationUnderTest) -> None:
    """A call is answered alike after itself, after others that resemble it in all but one respect, and in between."""
    for number, case in enumerate(_drawn(iut)):
        iut.judge_in_sequence(_with_its_like(case))
        if iut.claims.validation and number % 4 == 0:
            iut.judge_in_sequence(_checked_anew(case, iut.claims))


@covers("determinism.after-rejection")
def test_after_rejection(iut: ImplementationUnderTest) -> None:
    """A call that was refused leaves nothing behind, whatever was wrong with it."""
    for case in _drawn(iut):
        iut.judge_in_sequence(_among_illegal_calls(case, iut.claims))


@covers("determinism.repeatable")
@given(case=one_of(*(cases(dtype=dtype, recipes=("normal", "uniform")) for dtype in DTYPES)))
@example(case=parse("n1c2h4w9 m1k3 p1x8 d1x8 normal:1"))
def test_repeatable(iut: ImplementationUnderTest, case: Case) -> None:
    """The same call has the same bits, ten times over, where the order of the additions shows."""
    iut.judge(case, times=REPETITIONS)


@covers("determinism.repeatable")
def test_layers_repeatable(iut: ImplementationUnderTest) -> None:
    """The layers of real networks, whose work is divided up, have the same bits ten times over."""
    for layer in islice(network_cases(iut.effort.multiply_adds // REPETITIONS), None, None, 5):
        iut.judge(replace(layer.case, data=Recipe("normal")), times=REPETITIONS)


@covers("determinism.global-state-unchanged")
@given(case=cases())
def test_global_state_unchanged(iut: ImplementationUnderTest, case: Case) -> None:
    """Random generators, rounding, handling of errors and warnings, folder and environment are as before the call."""
    iut.judge(case)


@covers("determinism.concurrent-calls")
def test_concurrent_calls(iut: ImplementationUnderTest) -> None:
    """Two threads that call at once get the answers that each call has alone, alike or different in every respect."""
    for case in sample(CONCURRENT + iut.effort.drawn // 20, iut.seed, vary=ARGUMENTS):
        for other in _beside(case):
            iut.judge_together(case, other)
    for case in LONG_SUMS:
        for other in (_other_data(case, 1), _other_element(case, "w")):
            iut.judge_together(case, other)


def _beside(case: Case) -> Iterator[Case]:
    """Calls that differ from this one in one respect, then a larger call, which is still running when this one ends."""
    yield _other_data(case, 1)
    yield _other_element(case, "w")
    yield replace(case, H=case.H + 3, W=case.W + 5)
    if case.padding != "same":
        yield replace(_other_data(case, 2), padding=(case.KH, case.KW + 1))
        yield replace(_other_data(case, 3), stride=(2, 3))
    yield replace(case, dtype="float64" if case.dtype == "float32" else "float32")
    yield replace(_other_data(case, 4), H=case.H + 20, W=case.W + 20)


def _drawn(iut: ImplementationUnderTest) -> list[Case]:
    """Fewer cases than other checks draw, since each is asked some thirty times."""
    return sample(20 + iut.effort.drawn // 8, iut.seed, vary=ARGUMENTS)


def _with_its_like(case: Case) -> Iterator[Case]:
    """Calls that differ from the one before in one respect, so that what is remembered of that shows."""
    yield case
    yield case
    yield _other_data(case, 1)
    yield _other_element(case, "w")
    yield case
    yield _other_element(case, "x")
    yield case
    if case.bias:
        yield _other_element(case, "b")
        yield case
    yield replace(case, H=case.H + 1, W=case.W + 2)
    yield case
    if case.N is not None:
        yield replace(case, N=case.N + 1)
        yield _other_data(case, 2)
    yield from (replace(case, dtype=dtype) for dtype in DTYPES)
    yield case
    if case.padding != "same":
        h, w = case.stride if isinstance(case.stride, tuple) else (case.stride, case.stride)
        yield replace(case, stride=(h + 1, w + 2))
        yield _other_data(case, 3)
    yield replace(case, dilation=(1, 1), padding=(0, 0), H=case.H + case.KH, W=case.W + case.KW)
    yield case
    for other in _of_the_same_shapes(case):
        yield other
        yield case
    yield from _after_a_larger_one(case)


def _of_the_same_shapes(case: Case) -> Iterator[Case]:
    """Calls of the same shapes: one that does not write all of a buffer shows what the call before left in it."""
    yield _nearly_zero(case)
    yield replace(_nearly_zero(case), dtype="float64" if case.dtype == "float32" else "float32")
    yield replace(case, bias=not case.bias)
    if case.groups > 1:
        yield replace(case, groups=1)
    elif case.C % 2 == case.M % 2 == 0:
        yield replace(case, groups=2)
    if isinstance(case.padding, tuple):
        h, w = case.padding
        yield replace(case, padding=(h + 1, w + 2))


def _after_a_larger_one(case: Case) -> Iterator[Case]:
    """Of the same attributes, in a buffer that may still hold the larger one: all of it, then nearly zero data."""
    inputs, outputs = case.C // case.groups, case.M // case.groups
    yield replace(case, C=2 * inputs * case.groups, M=3 * outputs * case.groups, H=case.H + 3, W=case.W + 5)
    yield _nearly_zero(case)
    yield replace(case, KH=case.KH + 1, KW=case.KW + 2, H=case.H + 4 * case.KH + 4, W=case.W + 8 * case.KW + 8)
    yield case


def _nearly_zero(case: Case) -> Case:
    """One pixel and one weight, so that most results are zero, and what is skipped for that keeps what was there."""
    if case.N == 0:
        return case
    pixel = ("x", (0,) * len(case.input_shape), 3.0)
    return replace(case, data=Elements((pixel, ("w", (0, 0, 0, 0), 2.0))))


def _among_illegal_calls(case: Case, claims: Capabilities) -> Iterator[Case]:
    """The call after illegal calls with the same arrays, or almost the same, and with other data in between."""
    yield case
    made = (illegal_within_claims(Illegal(case, defect), claims) for defect in DEFECTS)
    for number, (legal, spoilt) in enumerate(pair for pair in made if pair is not None):
        yield spoilt
        yield _other_data(legal, number) if number % 2 else legal
    yield from _equal_but_illegal(case, claims)


def _equal_but_illegal(case: Case, claims: Capabilities) -> Iterator[Case]:
    """A legal call after one whose arguments equal its own, as 1.0 equals 1, and True does, both never asked before."""
    for name, kind in (("stride", float), ("padding", float), ("dilation", float), ("groups", float), ("groups", bool)):
        if kind is bool and case.groups > 1:
            continue
        fresh = within_claims(_with_rare(case, name), claims)
        if fresh is not None:
            yield _twin(fresh, name, kind)
            yield fresh


def _checked_anew(case: Case, claims: Capabilities) -> Iterator[Case]:
    """An illegal call before and after the legal one whose arguments equal its own."""
    for name in ("stride", "padding", "dilation"):
        fresh = within_claims(_with_rare(case, name, 7), claims)
        if fresh is not None:
            yield _twin(fresh, name, float)
            yield fresh
            yield _twin(fresh, name, float)


def _with_rare(case: Case, name: str, more: int = 11) -> Case:
    """The case, so changed that no call before it had this argument, nor these sizes."""
    fresh = replace(case, H=case.H + more * case.KH, W=case.W + len(name), omit=())
    value = getattr(fresh, name)
    if name == "groups" or isinstance(value, str) or (name == "stride" and case.padding == "same"):
        return fresh
    h, w = value if isinstance(value, tuple) else (value, value)
    changed: dict[str, Any] = {name: (h + more, w)}
    return replace(fresh, **changed)


def _twin(case: Case, name: str, kind: type) -> Case:
    """The case with one argument of another type, which equals the legal one: a word becomes a number all the same."""
    value = getattr(case, name)
    first = value[0] if isinstance(value, tuple) else 0 if isinstance(value, str) else value
    return replace(case, overrides=((name, (kind(first), value[1]) if isinstance(value, tuple) else kind(first)),))


def _other_data(case: Case, number: int) -> Case:
    assert isinstance(case.data, Recipe)
    return replace(case, data=replace(case.data, seed=case.data.seed + number))


def _other_element(case: Case, array: str) -> Case:
    """The case with another first element in one array, larger than any that the recipe makes."""
    assert isinstance(case.data, Recipe)
    axes = {"x": len(case.input_shape), "w": 4, "b": 1}[array]
    return replace(case, data=Elements(((array, (0,) * axes, 9.0),), base=case.data))
