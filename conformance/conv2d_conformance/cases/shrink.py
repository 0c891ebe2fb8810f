"""Reduce a failing case to the simplest one that still fails: one input pixel and one weight, where that suffices.

First the geometry shrinks while a recipe makes the elements, then the elements shrink, named one by one. Elements that
are not finite stay. An illegal call stays illegal for the same single reason; one whose shapes are the defect does not
shrink. The order is always the same.
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
from conv2d_conformance.cases.cost import why_too_dear
from conv2d_conformance.cases.data import arrays
from conv2d_conformance.cases.geometry import geometry, is_legal
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.cases.resized import resized
from conv2d_conformance.contract.message_kinds import masked

MOST_ELEMENTS = 400
"""Larger cases keep their recipe: nobody reads this many elements."""

Stage = Callable[[Case], Iterator[dict[str, Any]]]
"""The changes to try, each as fields and their new values."""


def shrink(
    case: Case,
    fails: Callable[[Case], bool],
    *,
    budget: int,
    seconds: float = math.inf,
    clock: Callable[[], float] = time.monotonic,
    admits: Callable[[Case], bool] = lambda _: True,
) -> Case:
    """The simplest failing case that at most `budget` calls of `fails` find within `seconds`, among those admitted.

    `case` itself is known to fail. The search is greedy: it takes the first simpler case that fails and tries its
    reductions, from the same place on, since those before it have just been refused. It asks no case twice.
    """
    asked = {format_case(case)}
    end = clock() + seconds

    def first_that_fails(stage: Stage, case: Case, place: int) -> tuple[Case, int] | None:
        later = islice(enumerate(stage(case)), place, None)
        earlier = islice(enumerate(stage(case)), place)
        for i, fields in chain(later, earlier):
            for simpler in filter(admits, _admitted(case, [fields])):
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
    """Cases that are a little simpler, the most useful first. They are legal, or illegal for the same reason."""
    yield from _admitted(case, chain(_with_a_recipe(case), _with_elements(case)))


def _admitted(case: Case, changes: Iterable[dict[str, Any]]) -> Iterator[Case]:
    """The changed cases of the same kind that differ from the case and from each other."""
    if any(name.endswith("-shape") for name, _ in case.overrides):
        return  # any other reduction would no longer fit these shapes: a second defect
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
        if why_too_dear(simpler) is not None and why_too_dear(case) is None:
            continue  # a large padding without its large dilation has a large output
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
    """Whether a change keeps what makes an illegal call interesting: an empty batch, a mode, a padding word."""
    return not (
        (case.N == 0 and "N" in fields)
        or (case.padding_mode != "zeros" and "padding_mode" in fields)
        or (isinstance(case.padding, str) and "padding" in fields)
    )


# ---- while the elements are made by a recipe ---------------------------------------------------------------------


def _with_a_recipe(case: Case) -> Iterator[dict[str, Any]]:
    """Dense integers first: a fault that shows in them keeps showing, however small the case becomes."""
    if isinstance(case.data, Recipe):
        yield from ({"data": Recipe("integers", seed)} for seed in (0, case.data.seed))
        yield from _leaps()
        yield from _simpler_geometry(case)


def _leaps() -> Iterator[dict[str, Any]]:
    """Everything, or all arguments, reset to the simplest at once: this finds the faults that need nothing more."""
    sizes = dict.fromkeys(("N", "C", "M", "H", "W", "KH", "KW", "groups"), 1)
    yield sizes | _DEFAULTS
    yield _DEFAULTS


def _simpler_geometry(case: Case) -> Iterator[dict[str, Any]]:
    """Fields reset to their defaults, then one axis at a time made smaller."""
    inputs, outputs = case.C // case.groups, case.M // case.groups
    yield {"N": 1}
    yield {"groups": 1, "C": 1, "M": 1}
    yield {"groups": 1, "C": inputs, "M": outputs}
    yield {"groups": 1}
    yield from ({field: default} for field, default in _DEFAULTS.items())
    if case.view is not None and case.viewed is None:  # try the view on one array
        yield from ({"viewed": name} for name, shape in case.shapes.items() if shape is not None)
    if case.padding == "same" and is_legal(case):  # the fault may need padding, but not the word
        yield {"padding": tuple(after for _, after in geometry(case).pads)}
    for field in ("stride", "padding", "dilation"):
        yield from _simpler_pairs(field, getattr(case, field), _DEFAULTS[field][0])
    for groups in _smaller(case.groups):
        yield {"groups": groups, "C": inputs * groups, "M": outputs * groups}
    yield from ({"C": size * case.groups} for size in _smaller(inputs))
    yield from ({"M": size * case.groups} for size in _smaller(outputs))
    for axis in ("N", "KH", "KW", "H", "W"):
        yield from ({axis: size} for size in _smaller(getattr(case, axis) or 1))
    # The input may already be as small as the kernel allows, so both become smaller together.
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
    """The same data with every element named."""
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
    """All elements replaced by zeros, then halves, quarters, ... and single ones; then the rest replaced by ones."""
    entries = data.entries
    if data.base is not None:
        # Without the recipe, or else without one of the elements named on top of it.
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
