"""A case moved to the inside of the limits that an implementation declares: sizes rounded, axes made equal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.changing import CHANGES, DRAWN_ALONG
from conv2d_conformance.cases.geometry import geometry, is_legal
from conv2d_conformance.cases.moving import Moving
from conv2d_conformance.cases.resized import resized
from conv2d_conformance.contract.limits import Values, condition, denied


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
        "stride": _form(case.stride),
        "dilation": _form(case.dilation),
        "bias": "given" if case.bias else "none",
    }


def is_inside(case: Case, limits: Iterable[str]) -> bool:
    """Whether a legal case keeps all limits."""
    return _MOVING.holds(case, map(condition, limits))


def moved_inside(case: Case, limits: Iterable[str], admits: Callable[[Case], bool] = lambda _: True) -> Case | None:
    """The legal case itself where it keeps the limits, else one near it that does; None where none is found.

    On the way no case is taken that is not admitted.
    """
    return _MOVING.moved(case, map(condition, limits), admits)


def moved_outside(case: Case, limit: str, admits: Callable[[Case], bool] = lambda _: True) -> Case | None:
    """The legal case itself where it does not keep the limit, else one near it that does not."""
    return _MOVING.moved(case, [denied(condition(limit))], admits)


def _form(value: int | tuple[int, int]) -> str:
    return "scalar" if isinstance(value, int) else "pair"


def _changed(case: Case, name: str, value: Any) -> Iterator[Case]:
    """The legal cases with another value of one name."""
    for fields in CHANGES[name](case, value) if name in CHANGES else ():
        # An argument that is no default any more is written out.
        kept = tuple(one for one in case.omit if one not in fields)
        found = resized(case, fields if kept == case.omit else {**fields, "omit": kept})
        if found is not None and is_legal(found):
            yield found


_MOVING = Moving(values_of, _changed, DRAWN_ALONG)
