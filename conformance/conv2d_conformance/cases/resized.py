"""Change fields of a case, and keep its named elements in distinct places."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conv2d_conformance.cases.case import LETTERS, Case, CaseError, Elements

SHAPING = frozenset({"N", "C", "H", "W", "M", "KH", "KW", "groups", "bias"})


def resized(case: Case, fields: dict[str, Any]) -> Case | None:
    """The case with other fields; None where they make no case.

    An element outside a smaller array moves inside along its axes. It is dropped if its place is taken or its array is
    gone.
    """
    data = fields.get("data", case.data)
    try:
        if not isinstance(data, Elements) or not (case.hands_over_output or SHAPING & fields.keys()):
            return replace(case, **fields)
        bare = replace(case, **{**fields, "data": data.base or Elements()})
        return replace(bare, data=_moved(data, bare))
    except CaseError:  # an argument can no longer be omitted, or an element has no place
        return None


def _moved(data: Elements, case: Case) -> Elements:
    shapes = {LETTERS[name]: shape for name, shape in case.shapes.items()}
    placed: dict[tuple[str, tuple[int, ...]], float] = {}
    for letter, index, value in data.entries:
        shape = shapes[letter]
        if shape is None or 0 in shape:
            continue
        fitting = index[-len(shape) :] if len(shape) <= len(index) else (0,) * (len(shape) - len(index)) + index
        place = tuple(min(i, size - 1) for i, size in zip(fitting, shape, strict=True))
        placed.setdefault((letter, place), value)
    return Elements(tuple((letter, place, value) for (letter, place), value in placed.items()), data.base)
