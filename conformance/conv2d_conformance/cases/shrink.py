"""From a case that fails to the simplest one that still does: one input pixel, one weight, wherever that suffices.

First the geometry, while the elements are made by the recipe; then the elements themselves, named one by one. What is
not finite keeps its place among them. An illegal call stays illegal for the same reason, and for no other; one whose
shapes are the defect stands as it is. The order is always the same.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any

import numpy as np

from conv2d_conformance.cases.case import ARRAYS, LETTERS, Case, Elements, Recipe
from conv2d_conformance.cases.data import arrays
from conv2d_conformance.cases.geometry import geometry, is_legal
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.cases.resized import resized
from conv2d_conformance.contract.message_kinds import masked

MOST_ELEMENTS = 400
"""Larger cases keep their recipe: nobody reads so many elements."""

Stage = Callable[[Case], Iterator[dict[str, Any]]]
"""The fields that could be changed, and to what."""


def shrink(
    case: Case,
    fails: Callable[[Case], bool],
    *,
    budget: int,
    seconds: float = math.inf,
    clock: Callable[[], float] = time.monotonic,
) -> Case:
    """The simplest case that fails, as far as `budget` calls of `fails` in so many `seconds` find it.

    `case` itself is known to fail. Greedy: the first simpler case that fails is taken, and its own reductions are
    tried, from the same place on, since what was refused a moment ago can wait. No case is asked for twice.
    """
    asked = {format_case(case)}
    end = clock() + seconds

    def first_that_fails(stage: Stage, case: Case, place: int) -> tuple[Case, int] | None:
        later = islice(enumerate(stage(case)), place, None)
        earlier = islice(enumerate(stage(case)), place)
        for i, fields in chain(later, earlier):
            for simpler in _admitted(case, [fields]):
                if (line := format_case(simpler)) not in asked and len(asked) <= budget and clock() < end:
                    asked.add(line)
                    if fails(simpler):
                        return simpler, i
        return None

    for stage in (_with_a_recipe, _with_elements):
        place = 0
        while (found := first_that_fails(stage, case, place)) is not None:
            case, place = found
    return case


def reductions(case: Case) -> Iterator[Case]:
    """Cases that are a little simpler, the most welcome first: legal ones, or illegal for the same reason."""
    yield from _admitted(case, chain(_with_a_recipe(case), _with_elements(case)))


def _admitted(case: Case, changes: Iterable[dict[str, Any]]) -> Iterator[Case]:
    """The changed cases that ask the same kind of question, and differ from the case and from each other."""
    if any(name.endswith("-shape") for name, _ in case.overrides):
        return  # whatever else becomes smaller no longer fits these shapes: a second defect
    seen = {format_case(case)}
    reason = _reason(case)
    for fields in changes:
        if reason is not None and not _keeps_its_defect(case, fields):
            continue
        simpler = resized(case, fields)
        if simpler is None or _reason(simpler) != reason or (line := format_case(simpler)) in seen:
            continue
        if simpler.overrides and not is_legal(replace(simpler, overrides=())):
            continue
        seen.add(line)
        yield simpler


def _reason(case: Case) -> str | None:
    """Why a call is illegal, whatever the numbers; None where it is legal."""
    try:
        geometry(case)
    except (TypeError, ValueError) as error:
        return f"{type(error).__name__}: {masked(str(error))}"
    return None


def _keeps_its_defect(case: Case, fields: dict[str, Any]) -> bool:
    """Whether a change leaves what an illegal call is asked for: an empty batch, a mode, a word for the padding."""
    return not (
        (case.N == 0 and "N" in fields)
        or (case.padding_mode != "zeros" and "padding_mode" in fields)
        or (isinstance(case.padding, str) and "padding" in fields)
    )


# ---- while the elements are made by a recipe ---------------------------------------------------------------------


def _with_a_recipe(case: Case) -> Iterator[dict[str, Any]]:
    """Dense integers first: a fault that shows in them shows wherever it is, however small the case becomes."""
    if isinstance(case.data, Recipe):
        yield from ({"data": Recipe("integers", seed)} for seed in (0, case.data.seed))
        yield from _leaps()
        yield from _simpler_geometry(case)


def _leaps() -> Iterator[dict[str, Any]]:
    """Everything at once to the simplest, and all arguments: few faults need so little, and those are then found."""
    sizes = dict.fromkeys(("N", "C", "M", "H", "W", "KH", "KW", "groups"), 1)
    yield sizes | _DEFAULTS
    yield _DEFAULTS


def _simpler_geometry(case: Case) -> Iterator[dict[str, Any]]:
    """Whole fields to their defaults, then one axis at a time to something smaller."""
    inputs, outputs = case.C // case.groups, case.M // case.groups
    yield {"N": 1}
    yield {"groups": 1, "C": 1, "M": 1}
    yield {"groups": 1, "C": inputs, "M": outputs}
    yield {"groups": 1}
    yield from ({field: default} for field, default in _DEFAULTS.items())
    if case.view is not None and case.viewed is None:  # of one array alone
        yield from ({"viewed": name} for name, shape in case.shapes.items() if shape is not None)
    if case.padding == "same" and is_legal(case):  # a fault that needs padding, but not this word for it
        yield {"padding": tuple(after for _, after in geometry(case).pads)}
    for field in ("stride", "padding", "dilation"):
        yield from _simpler_pairs(field, getattr(case, field), _DEFAULTS[field][0])
    for groups in _smaller(case.groups):
        yield {"groups": groups, "C": inputs * groups, "M": outputs * groups}
    yield from ({"C": size * case.groups} for size in _smaller(inputs))
    yield from ({"M": size * case.groups} for size in _smaller(outputs))
    for axis in ("N", "KH", "KW", "H", "W"):
        yield from ({axis: size} for size in _smaller(getattr(case, axis) or 1))
    # The input can be as small as the kernel allows, so that neither becomes smaller without the other.
    yield from ({"KH": size, "H": case.H - case.KH + size} for size in _smaller(case.KH) if case.KH - size < case.H)
    yield from ({"KW": size, "W": case.W - case.KW + size} for size in _smaller(case.KW) if case.KW - size < case.W)


_DEFAULTS: dict[str, Any] = {
    "padding_mode": "zeros",
    "view": None,
    "stride": (1, 1),
    "padding": (0, 0),
    "dilation": (1, 1),
    "bias": False,
    "omit": (),
}


def _smaller(value: int, least: int = 1) -> Iterator[int]:
    """The least, then half, then one less."""
    yield from dict.fromkeys(size for size in (least, (value + least) // 2, value - 1) if least <= size < value)


def _simpler_pairs(name: str, value: Any, default: int) -> Iterator[dict[str, Any]]:
    """An int becomes a pair; then each side becomes smaller."""
    if isinstance(value, str):
        return
    h, w = value if isinstance(value, tuple) else (value, value)
    if not isinstance(value, tuple):
        yield {name: (h, w)}
    yield from ({name: (smaller, w)} for smaller in _smaller(h, default))
    yield from ({name: (h, smaller)} for smaller in _smaller(w, default))


# ---- while the elements are named --------------------------------------------------------------------------------


def _with_elements(case: Case) -> Iterator[dict[str, Any]]:
    """Fewer elements, and a tighter geometry around the rest; at last all of them by name."""
    if isinstance(case.data, Elements):
        yield from ({"data": data} for data in _fewer_elements(case.data))
        if case.data.base is not None:
            yield from (
                {"data": replace(case.data, base=Recipe("integers", seed))} for seed in (0, case.data.base.seed)
            )
            yield from _leaps()
        yield from _simpler_geometry(case)
    if case.recipe is not None and (elements := _elements(case)) is not None:
        yield {"data": elements}


def _elements(case: Case) -> Elements | None:
    """The same data, named one by one."""
    count = sum(int(np.prod(shape)) for shape in case.shapes.values() if shape is not None)
    if count > MOST_ELEMENTS or case.overrides:
        return None
    made = arrays(case)
    return Elements(
        tuple(
            (LETTERS[name], index, float(value))
            for name in ARRAYS
            if (array := made.get(name)) is not None
            for index, value in np.ndenumerate(array)
        )
    )


def _fewer_elements(data: Elements) -> Iterator[Elements]:
    """Zeros in place of all elements, of halves, quarters, ... and of single ones; then ones in place of the rest."""
    entries = data.entries
    if data.base is not None:
        # Without the recipe, or else without some of what is named on top of it.
        yield Elements(entries)
        yield from (Elements(entries[:i] + entries[i + 1 :], data.base) for i in range(len(entries)))
        return
    yield Elements(tuple((array, index, 1.0 if math.isfinite(value) else value) for array, index, value in entries))
    size = len(entries)
    while size:
        for start in range(0, len(entries), size):
            yield Elements(entries[:start] + entries[start + size :])
        size //= 2
    for i, (array, index, value) in enumerate(entries):
        if value != 1 and math.isfinite(value):
            yield Elements((*entries[:i], (array, index, 1.0), *entries[i + 1 :]))
