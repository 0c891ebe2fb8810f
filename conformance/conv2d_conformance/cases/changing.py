"""One size or word of a legal case changed, in ways that leave the call about as large as it was.

Each change is given a case and the new value, and names the fields to be replaced: first with all that keeps the output
as it is, then alone. What it names may be no legal case.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.cases.held import held_by

Fields = dict[str, Any]
FieldChange = Callable[[Case, Any], Iterator[Fields]]

SIDES = ("H", "W")
KERNELS = ("KH", "KW")


def _grown(case: Case, axis: int, by: int, fields: Fields) -> Iterator[Fields]:
    """The fields with so many more rows or columns of the input, as far as some are left, and without."""
    if by and case.padding != "same":  # whose output is as large as its input
        yield {**fields, SIDES[axis]: max(getattr(case, SIDES[axis]) + by, 1)}
    yield fields


def _field(name: str, least: int = 0) -> FieldChange:
    def change(_: Case, value: Any) -> Iterator[Fields]:
        if isinstance(value, str) or value >= least:
            yield {name: value}

    return change


def _channels(name: str) -> FieldChange:
    """Where the groups do not divide the channels any more, as many of them as do."""

    def change(case: Case, value: int) -> Iterator[Fields]:
        yield {name: value, "groups": math.gcd(value, case.groups)}

    return change


def _groups(case: Case, value: int) -> Iterator[Fields]:
    """As many channels as before where the groups divide them, else a few more."""
    if value:
        yield {"groups": value, "C": -(-case.C // value) * value, "M": -(-case.M // value) * value}


def _kernel(axis: int) -> FieldChange:
    def change(case: Case, value: int) -> Iterator[Fields]:
        by = (value - getattr(case, KERNELS[axis])) * geometry(case).dilation[axis]
        return _grown(case, axis, by, {KERNELS[axis]: value})

    return change


def _on_axis(case: Case, name: str, axis: int, value: int) -> Fields:
    """A number that stands for both axes changes on both."""
    present = getattr(case, name)
    if isinstance(present, int):
        return {name: value}
    return {name: (value, present[1]) if axis == 0 else (present[0], value)}


def _stride(axis: int) -> FieldChange:
    def change(case: Case, value: int) -> Iterator[Fields]:
        found = geometry(case)
        steps = (found.OH, found.OW)[axis] - 1
        return _grown(case, axis, (value - found.stride[axis]) * steps, _on_axis(case, "stride", axis, value))

    return change


def _dilation(axis: int) -> FieldChange:
    def change(case: Case, value: int) -> Iterator[Fields]:
        gaps = getattr(case, KERNELS[axis]) - 1
        by = (value - geometry(case).dilation[axis]) * gaps
        return _grown(case, axis, by, _on_axis(case, "dilation", axis, value))

    return change


def _pad(axis: int) -> FieldChange:
    """Only numbers can become other numbers: a word for the padding stays."""

    def change(case: Case, value: int) -> Iterator[Fields]:
        if not isinstance(case.padding, str):
            by = 2 * (geometry(case).pads[axis][0] - value)
            yield from _grown(case, axis, by, _on_axis(case, "padding", axis, value))

    return change


def _output(axis: int) -> FieldChange:
    def change(case: Case, value: int) -> Iterator[Fields]:
        found = geometry(case)
        rows = (value - (found.OH, found.OW)[axis]) * found.stride[axis]
        yield {SIDES[axis]: getattr(case, SIDES[axis]) + rows}

    return change


def _padding(case: Case, word: str) -> Iterator[Fields]:
    """What is padded as `same` has no stride. Where no numbers say the same, the input grows by what was padding."""
    (top, bottom), (left, right) = geometry(case).pads
    if word == "same":
        yield {"padding": "same"}
        yield {"padding": "same", "stride": 1 if isinstance(case.stride, int) else (1, 1)}
        return
    if word == "explicit" and (top, left) == (bottom, right):
        yield {"padding": (top, left)}
    without = "valid" if word == "valid" else (0, 0)
    yield {"padding": without, "H": case.H + top + bottom, "W": case.W + left + right}


def _dtype(case: Case, word: str) -> Iterator[Fields]:
    yield {"dtype": word, "data": held_by(case.data, word)}


def _form(name: str) -> FieldChange:
    def change(case: Case, word: str) -> Iterator[Fields]:
        present = getattr(case, name)
        pair = (present, present) if isinstance(present, int) else present
        yield {name: pair[0] if word == "scalar" else pair}

    return change


def _bias(_: Case, word: str) -> Iterator[Fields]:
    yield {"bias": word == "given"}


CHANGES: Mapping[str, FieldChange] = {
    "N": _field("N", least=1),  # an empty batch is a feature of its own
    "C": _channels("C"),
    "M": _channels("M"),
    "H": _field("H"),
    "W": _field("W"),
    "KH": _kernel(0),
    "KW": _kernel(1),
    "OH": _output(0),
    "OW": _output(1),
    "SH": _stride(0),
    "SW": _stride(1),
    "DH": _dilation(0),
    "DW": _dilation(1),
    "top": _pad(0),
    "bottom": _pad(0),
    "left": _pad(1),
    "right": _pad(1),
    "groups": _groups,
    "dtype": _dtype,
    "padding": _padding,
    "padding_mode": _field("padding_mode"),
    "stride": _form("stride"),
    "dilation": _form("dilation"),
    "bias": _bias,
}
"""By the names that limits use; the operation of a case cannot change."""

_PADS = frozenset({"top", "bottom", "left", "right"})
_OF_AN_AXIS = ({"H", "OH", *_PADS}, {"W", "OW", *_PADS})

DRAWN_ALONG: Mapping[str, frozenset[str]] = {
    "C": frozenset({"groups"}),
    "M": frozenset({"groups"}),
    "groups": frozenset({"C", "M"}),
    **{name: frozenset(_OF_AN_AXIS[0]) for name in ("H", "OH", "KH")},
    **{name: frozenset(_OF_AN_AXIS[1]) for name in ("W", "OW", "KW")},
    **{name: frozenset({"SH", "SW", *_OF_AN_AXIS[axis]}) for axis, name in enumerate(("SH", "SW"))},
    **{name: frozenset({"DH", "DW", *_OF_AN_AXIS[axis]}) for axis, name in enumerate(("DH", "DW"))},
    **dict.fromkeys(_PADS, frozenset().union(*_OF_AN_AXIS)),
    "padding": frozenset({"SH", "SW"}).union(*_OF_AN_AXIS),
    "stride": frozenset({"SH", "SW", "OH", "OW"}),
    "dilation": frozenset({"DH", "DW", "OH", "OW", *_PADS}),
}
"""What else may be another where a size or word is changed, by its name: a scalar stands for both axes."""
