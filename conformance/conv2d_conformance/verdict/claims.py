"""Keep cases within the claims: set everything unclaimed to its simplest form."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conv2d_conformance.cases.case import LETTERS, Case, Elements, Recipe
from conv2d_conformance.cases.features import features_of
from conv2d_conformance.cases.geometry import geometry, is_legal
from conv2d_conformance.cases.illegal_kinds import Illegal
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES, FORMATS

SHAPING = {"N", "C", "M", "H", "W", "groups", "bias"}
"""Among the fields that may change, those that determine the shapes of the arrays."""


def within_claims(case: Case, claims: Capabilities) -> Case:
    """The case itself if everything that it needs is claimed, else its nearest relative within the claims.

    Illegal calls, which `illegal_within_claims` makes, stay as they are.
    """
    if case.overrides or not is_legal(case):
        return case
    changes = dict(_changes(case, claims))
    if isinstance(case.data, Elements) and changes.keys() & SHAPING:
        # The shapes change first, since named elements need a place in the new arrays.
        changes["data"] = _placed(case.data, replace(case, **changes, data=Recipe()))
    if "dtype" in changes:
        changes["data"] = _fitting(changes.get("data", case.data), changes["dtype"])
    return replace(case, **changes) if changes else case


def illegal_within_claims(illegal: Illegal, claims: Capabilities) -> tuple[Case, Case] | None:
    """The legal call and the illegal one, which differ only by the defect and need nothing unclaimed.

    None where there are no such calls: without unclaimed features the call may become legal, or the defect may lie in
    an argument that the implementation never gets.
    """
    if not illegal.defect.needs <= claims.features:
        return None
    legal = within_claims(illegal.legal, claims)
    spoilt = illegal.defect.spoil(legal)
    if spoilt is None or is_legal(spoilt) or not features_of(spoilt) - {"validation"} <= claims.features:
        return None
    return legal, spoilt


def _placed(data: Elements, case: Case) -> Elements | Recipe:
    """The named elements that have a place in the arrays of a case.

    An index beyond the end of an axis wraps around; of several elements for one place the first stays.
    """
    entries: dict[tuple[str, tuple[int, ...]], float] = {}
    shapes = {letter: case.shapes.get(array) for array, letter in LETTERS.items()}
    for letter, index, value in data.entries:
        shape = shapes[letter]
        if shape is not None and 0 not in shape:
            whole = index if len(index) == len(shape) else (0,) * (len(shape) - len(index)) + index
            place = tuple(number % size for number, size in zip(whole, shape, strict=True))
            entries.setdefault((letter, place), value)
    if not entries:
        return data.base or Recipe()
    return Elements(tuple((letter, place, value) for (letter, place), value in entries.items()), data.base)


def _fitting(data: Recipe | Elements, dtype: str) -> Recipe | Elements:
    """The data, changed so that another dtype holds them too: smaller integers, and no element that overflows."""
    if isinstance(data, Elements):
        too_large = any(FORMATS[dtype].largest < abs(value) < math.inf for _, _, value in data.entries)
        base = None if data.base is None else _smaller(data.base, dtype)
        return base or Recipe() if too_large else replace(data, base=base)
    return _smaller(data, dtype)


def _smaller(recipe: Recipe, dtype: str) -> Recipe:
    if recipe.magnitude is None:
        return recipe
    return replace(recipe, magnitude=min(recipe.magnitude, 2 ** FORMATS[dtype].precision))


def _changes(case: Case, claims: Capabilities) -> Iterator[tuple[str, Any]]:
    if case.dtype not in claims.dtypes:
        yield "dtype", next(name for name in DTYPES if name in claims.dtypes)
    if case.bias and not claims.bias:
        yield "bias", False
    if not claims.multi_channel:
        if case.C > 1:
            yield "C", 1
        if case.M > 1:
            yield "M", 1
    elif not claims.groups and case.groups > 1:
        yield "C", case.C // case.groups
    if case.groups > 1 and not (claims.groups and claims.multi_channel):
        yield "groups", 1
    if (case.N is None and not claims.unbatched) or (case.N == 0 and not claims.empty_batch):
        yield "N", 1
    if case.padding_mode not in claims.padding_modes:
        yield "padding_mode", "zeros"
    if case.view is not None and case.view not in claims.views:
        yield "view", None
    if case.omit and "defaults" not in claims.arguments:
        yield "omit", ()
    for name, claimed in (("stride", claims.stride), ("dilation", claims.dilation)):
        value = getattr(case, name)
        allowed = (value if claimed else 1) if isinstance(value, int) else (value if claimed else (1, 1))
        if "scalar" not in claims.arguments and isinstance(allowed, int):
            allowed = (allowed, allowed)
        if allowed != value or type(allowed) is not type(value):
            yield name, allowed
    kind = case.padding if isinstance(case.padding, str) else "explicit"
    if kind not in claims.padding:
        yield "padding", (0, 0)
        # The input grows by its former padding, so that the kernel still fits, and keeps its dilation.
        (top, bottom), (left, right) = geometry(case).pads
        yield "H", case.H + top + bottom
        yield "W", case.W + left + right
    elif isinstance(case.padding, int) and "scalar" not in claims.arguments:
        yield "padding", (case.padding, case.padding)
