"""The recipes `integers` and `one-tap`, made part by part."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.cases.case import DEFAULT_MAGNITUDE, Case
from conv2d_conformance.cases.philox import size_of, words
from conv2d_conformance.contract.arrays import Floats, Shape


def integers_part(case: Case, array: str, shape: Shape, bits: int, part: slice) -> Floats:  # noqa: ARG001  # as MadeInParts
    """A part of the recipe `integers`."""
    assert case.recipe is not None
    magnitude = min(case.recipe.magnitude or DEFAULT_MAGNITUDE, 2**bits)
    steps = words(case, array, part.stop - part.start, first=part.start)
    steps >>= 32
    steps *= 2 * magnitude
    steps >>= 32  # 0 .. 2 * magnitude - 1
    values: Floats = steps.astype(np.float64)
    values -= magnitude
    values += values >= 0
    return values


def one_tap_part(case: Case, array: str, shape: Shape, bits: int, part: slice) -> Floats:
    """A part of the recipe `one-tap`."""
    values = integers_part(case, array, shape, bits, part)
    if array != "weight" or not values.size:
        return values
    taps = size_of(shape[1:])
    chosen = np.argsort(words(case, "shared", taps), kind="stable")
    filters, tap = np.divmod(np.arange(part.start, part.stop), taps)
    return np.where(tap == chosen[filters % taps], np.sign(values), 0.0)
