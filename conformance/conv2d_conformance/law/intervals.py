"""The allowed answers for one element, as numbers to print."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from conv2d_conformance.law.allowed import Allowed


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from lowest to highest are allowed, and so are `others`: infinities and NaN.

    exact: the exact answer, rounded to float64. Where no finite answer is allowed, lowest is greater than highest.
    """

    exact: float
    lowest: float
    highest: float
    others: tuple[float, ...] = ()

    @property
    def is_one_number(self) -> bool:
        return self.lowest == self.highest and not self.others


def interval(law: Allowed, index: tuple[int, ...], dtype: np.dtype[Any]) -> Interval:
    """The allowed answers for the element at an index (N, M, OH, OW)."""
    exact = float(law.high[index])
    others: tuple[float, ...] = ()
    if (extra := law.exceptions) is not None:
        kinds = ((math.inf, extra.plus), (-math.inf, extra.minus), (math.nan, extra.nan))
        others = tuple(value for value, mask in kinds if mask[index])
        if not extra.finite[index]:
            return Interval(exact, math.inf, -math.inf, others)
    if law.fixed[index]:
        ends = _rounded(exact, dtype, law.neighbours)
        return Interval(exact, min(ends), max(ends), others)
    low, bound = float(law.low[index]), float(law.bound[index])
    if math.isinf(bound):  # also around an infinite sum
        return Interval(exact, -math.inf, math.inf, others)
    lowest, highest = exact + (low - bound), exact + (low + bound)
    # Widened, so that the interval contains all allowed answers whatever these additions rounded.
    return Interval(exact, math.nextafter(lowest, -math.inf), math.nextafter(highest, math.inf), others)


def _rounded(exact: float, dtype: np.dtype[Any], neighbours: int) -> list[float]:
    """The nearest number of the dtype, and its neighbour on the other side where either is right."""
    with np.errstate(over="ignore"):
        nearest = np.asarray(exact).astype(dtype)
        value = float(nearest)
        if neighbours == 1 or value == exact:
            return [value]
        towards = np.asarray(math.inf if value < exact else -math.inf).astype(dtype)
        return [value, float(np.nextafter(nearest, towards))]
