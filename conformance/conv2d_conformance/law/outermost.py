"""What the law allows, element by element: the smallest and the largest number of a dtype, infinities and NaN."""

from __future__ import annotations

from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.law.allowed import Allowed, Mask, compare, largest

MOST_STEPS = 4
"""Of rounding, two: to float64 and to the dtype; an end that is fixed may be the other neighbour."""


def outermost(law: Allowed, dtype: np.dtype[Any], side: float) -> Array:
    """The last finite number of the dtype on one side (-1 or 1) that is right, by the very comparison that judges.

    From the end of the interval, rounded, it goes inwards to the first that is right, and outwards as long as the next
    one is too: few steps, since the interval is one of float64. NaN where no finite number is right.
    """
    most = np.asarray(largest(dtype), dtype)
    end = (law.high + law.low + side * np.where(law.fixed, 0.0, law.bound)).astype(dtype)
    # An infinite sum less an infinite bound says nothing: where every number is allowed, the last one is.
    found = np.clip(np.where(np.isnan(end), np.asarray(side, dtype) * most, end), -most, most).astype(dtype)
    inwards, outwards = (np.full(found.shape, np.inf * -side, dtype), np.full(found.shape, np.inf * side, dtype))
    for _ in range(MOST_STEPS):
        wrong = compare(found, law).wrong
        if not wrong.any():
            break
        found = np.where(wrong, np.nextafter(found, inwards), found)
    found = np.where(compare(found, law).wrong | ~np.isfinite(found), np.asarray(np.nan, dtype), found)
    for _ in range(MOST_STEPS):
        further = np.nextafter(found, outwards)
        right = np.isfinite(further) & ~compare(further, law).wrong & np.isfinite(found)
        if not right.any():
            break
        found = np.where(right, further, found)
    return found


def is_right(law: Allowed, dtype: np.dtype[Any], value: float) -> Mask:
    """Where a value is right: NaN, or an infinity, which also a sum can have that is fixed and too large."""
    found: Mask = ~compare(np.full(law.high.shape, value, dtype), law).wrong
    return found
