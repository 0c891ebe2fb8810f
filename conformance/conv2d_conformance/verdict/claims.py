"""Ask only what is claimed: a case with everything unclaimed set to its simplest form."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conv2d_conformance.adapter import DTYPES, Capabilities
from conv2d_conformance.cases.case import SIGNIFICANT_BITS, Case, Elements, Recipe
from conv2d_conformance.law.formats import FORMATS

SHAPING = {"N", "C", "M", "KH", "KW", "groups", "bias"}
"""The fields on which the shapes of the arrays depend."""


def within_claims(case: Case, claims: Capabilities) -> Case:
    """The case itself if all that it needs is claimed, else its nearest relative that is.

    Cases with overrides are questions about validation and stay as they are.
    """
    if case.overrides:
        return case
    changes = dict(_changes(case, claims))
    if isinstance(case.data, Elements) and changes.keys() & SHAPING:
        # Named elements may have no place in arrays of other shapes.
        changes["data"] = case.data.base or Recipe()
    if "dtype" in changes:
        changes["data"] = _fitting(changes.get("data", case.data), changes["dtype"])
    return replace(case, **changes) if changes else case


def _fitting(data: Recipe | Elements, dtype: str) -> Recipe | Elements:
    """Data that another dtype holds too: smaller integers, and no element that becomes infinite."""
    if isinstance(data, Elements):
        too_large = any(FORMATS[dtype].largest < abs(value) < math.inf for _, _, value in data.entries)
        base = None if data.base is None else _smaller(data.base, dtype)
        return base or Recipe() if too_large else replace(data, base=base)
    return _smaller(data, dtype)


def _smaller(recipe: Recipe, dtype: str) -> Recipe:
    if recipe.magnitude is None:
        return recipe
    return replace(recipe, magnitude=min(recipe.magnitude, 2 ** SIGNIFICANT_BITS[dtype]))


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
        # Without its padding the input may have become smaller than the kernel.
        yield "KH", min(case.KH, case.H)
        yield "KW", min(case.KW, case.W)
        if claims.dilation:
            yield "dilation", (1, 1)
    elif isinstance(case.padding, int) and "scalar" not in claims.arguments:
        yield "padding", (case.padding, case.padding)
