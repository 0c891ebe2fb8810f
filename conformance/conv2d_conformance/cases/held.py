"""Data that a dtype holds."""

from __future__ import annotations

import math
from dataclasses import replace

from conv2d_conformance.cases.case import Elements, Recipe
from conv2d_conformance.contract.formats import FORMATS


def held_by(data: Recipe | Elements, dtype: str) -> Recipe | Elements:
    """Data that another dtype holds too: smaller integers, and no element that becomes infinite."""
    if isinstance(data, Elements):
        too_large = any(FORMATS[dtype].largest < abs(value) < math.inf for _, _, value in data.entries)
        base = None if data.base is None else _smaller(data.base, dtype)
        return base or Recipe() if too_large else replace(data, base=base)
    return _smaller(data, dtype)


def _smaller(recipe: Recipe, dtype: str) -> Recipe:
    if recipe.magnitude is None:
        return recipe
    return replace(recipe, magnitude=min(recipe.magnitude, 2 ** FORMATS[dtype].precision))
