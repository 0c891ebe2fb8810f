"""A case moved to the inside of the limits that an implementation declares: sizes rounded, axes made equal.

What a limit leaves open stays as it is, so that a limited implementation meets as many different cases as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.changing import CHANGES, Fields
from conv2d_conformance.cases.geometry import geometry, is_legal
from conv2d_conformance.cases.resized import resized
from conv2d_conformance.contract.limits import SIZES, WORDS, Comparison, Condition, Every, Values, condition

FARTHEST = 64
"""So far from its present value is a size looked for, besides among the constants and sizes of a limit."""

ROUNDS = 2
"""A change for one limit may break another: so often all are gone through."""


def values_of(case: Case) -> Values:
    """The sizes and words of a legal call, by the names that limits use."""
    found = geometry(case)
    (top, bottom), (left, right) = found.pads
    return {
        **{name: getattr(found, name) for name in ("C", "H", "W", "M", "KH", "KW", "OH", "OW", "groups")},
        "N": 1 if found.N is None else found.N,
        **dict(zip(("SH", "SW", "DH", "DW"), found.stride + found.dilation, strict=True)),
        "top": top,
        "bottom": bottom,
        "left": left,
        "right": right,
        "dtype": case.dtype,
        "padding": case.padding if isinstance(case.padding, str) else "explicit",
        "padding_mode": case.padding_mode,
        "operation": case.operation,
    }


def is_inside(case: Case, limits: Iterable[str]) -> bool:
    """Whether a legal case keeps all limits."""
    return all(condition(limit).holds(values_of(case)) for limit in limits)


def moved_inside(case: Case, limits: Sequence[str], admits: Callable[[Case], bool] = lambda _: True) -> Case | None:
    """The legal case itself where it keeps the limits, else one near it that does; None where none is found.

    On the way no case is taken that is not admitted.
    """
    conditions = [part for limit in limits for part in _apart(condition(limit))]
    for _ in range(ROUNDS * len(conditions) + 1):
        broken = next((one for one in conditions if not one.holds(values_of(case))), None)
        if broken is None:
            return case
        candidates = list(filter(admits, _keeping(case, broken)))
        if not candidates:
            return None
        case = min(candidates, key=lambda found: _number_broken(found, conditions))
    return None


def _apart(wanted: Condition) -> Iterator[Condition]:
    """The conditions that all must hold, one by one."""
    if isinstance(wanted, Every) and not wanted.suffices:
        yield from chain.from_iterable(map(_apart, wanted.parts))
    else:
        yield wanted


def _number_broken(case: Case, conditions: Iterable[Condition]) -> int:
    values = values_of(case)
    return sum(not one.holds(values) for one in conditions)


def _keeping(case: Case, wanted: Condition) -> Iterator[Case]:
    """Cases that keep one condition, the nearest first."""
    if wanted.holds(values_of(case)):
        yield case
    elif isinstance(wanted, Comparison):
        for name in (*SIZES, *WORDS):
            if name in wanted.names:
                yield from _by_changing(case, name, wanted)
    elif wanted.suffices:
        yield from chain.from_iterable(_keeping(case, part) for part in wanted.parts)
    else:
        first, *rest = wanted.parts
        for found in _keeping(case, first):
            later = _keeping(found, Every(tuple(rest))) if rest else [found]
            yield from (both for both in later if first.holds(values_of(both)))


def _by_changing(case: Case, name: str, wanted: Comparison) -> Iterator[Case]:
    """The nearest cases of another value of one name, in each direction, that keep the comparison."""
    change = CHANGES.get(name)
    if change is None:
        return
    values = values_of(case)
    present = values[name]
    if isinstance(present, str):
        directions: list[list[Any]] = [list(WORDS[name])]
    else:
        others = [size for one in wanted.names if isinstance(size := values[one], int)]
        sizes = {*range(max(present - FARTHEST, 0), present + FARTHEST), *wanted.constants, *others}
        upward = sorted(size for size in sizes if size > present)
        downward = sorted(size for size in sizes if size < present)
        directions = [downward[::-1], upward]
    for direction in directions:
        found = (list(_admitted(case, change(case, value), wanted)) for value in direction)
        yield from next((cases for cases in found if cases), [])


def _admitted(case: Case, ways: Iterable[Fields], wanted: Condition) -> Iterator[Case]:
    """The legal cases among several changes of one that keep the condition."""
    for fields in ways:
        # An argument that is no default any more is written out.
        kept = tuple(name for name in case.omit if name not in fields)
        changed = resized(case, fields if kept == case.omit else {**fields, "omit": kept})
        if changed is not None and is_legal(changed) and wanted.holds(values_of(changed)):
            yield changed
