"""The allowed answers, element by element, and how an answer compares with them.

Three cases fix the answer completely, whatever an implementation of class A does inside:
- no leaf (no non-zero product and no bias): the answer is zero;
- one leaf: the answer is the bias, or the product, rounded once;
- integers whose sum of magnitudes the accumulator can represent: every partial sum is representable, nothing rounds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from conv2d_conformance.contract.arrays import Floats

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Exceptions:
    """Where NaN and infinities are allowed, and where finite values are."""

    nan: Mask
    plus: Mask
    minus: Mask
    finite: Mask

    @property
    def masks(self) -> tuple[Mask, Mask, Mask, Mask]:
        return self.nan, self.plus, self.minus, self.finite


@dataclass(frozen=True, slots=True)
class Allowed:
    """The allowed answers as arrays of the shape (N, M, OH, OW).

    The exact answer is high + low, up to an error that `bound` already contains. An element that is `fixed` has one
    right answer, `high` rounded to the format. Where `neighbours` is 2, it has two: the nearest number and the one on
    the other side of the exact answer; `low` then has the sign of the rest that `high` leaves, if any. An element is
    `evident` where a fault could be seen. Without `exceptions`, every answer must be finite.

    Rounding more than once, each time to a format that holds all numbers of the next, gives one of the two neighbours:
    no rounding passes a number of the last format. So double rounding is allowed wherever both neighbours are.
    """

    high: Floats
    low: Floats
    bound: Floats
    fixed: Mask
    evident: Mask
    neighbours: int = 1
    exceptions: Exceptions | None = None

    @property
    def free(self) -> Mask:
        """Where every answer is allowed, since a sum may overflow on the way."""
        return np.isinf(self.bound)


def exactly(total: Floats) -> Allowed:
    """A law that allows only these answers."""
    nothing, everywhere = np.zeros(total.shape), np.ones(total.shape, bool)
    return Allowed(total, nothing, nothing, fixed=everywhere, evident=everywhere)


def together(shape: tuple[int, ...], laws: Iterable[tuple[slice, Allowed]]) -> Allowed:
    """The law (N, M, OH, OW) for all images of a batch, put together from the laws of its parts."""
    high, low, bound = np.empty(shape), np.empty(shape), np.empty(shape)
    fixed, evident = np.empty(shape, bool), np.empty(shape, bool)
    exceptions, neighbours = None, 1
    for part, law in laws:
        high[part], low[part], bound[part] = law.high, law.low, law.bound
        fixed[part], evident[part], neighbours = law.fixed, law.evident, law.neighbours
        if law.exceptions is not None:
            exceptions = exceptions or Exceptions(*(np.full(shape, what) for what in (False, False, False, True)))
            for whole, here in zip(exceptions.masks, law.exceptions.masks, strict=True):
                whole[part] = here
    return Allowed(high, low, bound, fixed, evident, neighbours, exceptions)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Where an answer is wrong, and its error as a share of the bound; the share of a fixed element is 0."""

    wrong: Mask
    ratio: Floats


def compare(answer: npt.NDArray[Any], law: Allowed) -> Comparison:
    """Compare an answer of the right shape and dtype with the law. The sign of zero and of NaN never counts."""
    with np.errstate(all="ignore"):
        got = answer.astype(np.float64)
        if law.fixed.all() and law.exceptions is None:
            return Comparison(~_is_near(got, law.high, law.low, law.neighbours, answer.dtype), np.zeros_like(got))
        error = got - law.high
        error -= law.low
        np.abs(error, out=error)
        right = error <= law.bound
        error /= law.bound
        error[~(right & np.isfinite(error))] = 0.0
        if (fixed := law.fixed).any():
            right[fixed] = _is_near(got[fixed], law.high[fixed], law.low[fixed], law.neighbours, answer.dtype)
            error[fixed] = 0.0
    if law.exceptions is not None:
        extra = law.exceptions
        right &= extra.finite
        right |= np.isnan(got) & extra.nan
        right |= np.isposinf(got) & extra.plus
        right |= np.isneginf(got) & extra.minus
        if law.neighbours == 2:  # a number beyond the largest may be cut to it
            most = largest(answer.dtype)
            right |= extra.finite & ((got == most) & extra.plus | (got == -most) & extra.minus)
    return Comparison(~right, error)


def _is_near(got: Floats, high: Floats, low: Floats, neighbours: int, dtype: np.dtype[Any]) -> Mask:
    """Whether a number is the nearest one of the dtype or, where two are allowed, the one on the other side."""
    near: Mask = got == high.astype(dtype).astype(np.float64)
    return near | (got == _other_neighbour(high, low, dtype)) if neighbours == 2 else near


def _other_neighbour(high: Floats, low: Floats, dtype: np.dtype[Any]) -> Floats:
    """The dtype's neighbour of high + low that is not the nearest one; the nearest itself where it is exact.

    An infinite float64 `high` stands for a number beyond the largest, to which it may be cut.
    """
    nearest = high.astype(dtype)
    value = nearest.astype(np.float64)
    with np.errstate(invalid="ignore"):  # infinity minus infinity
        rest = np.where(value == high, low, high - value)
    towards = np.where(rest > 0, np.inf, -np.inf).astype(dtype)
    other = np.nextafter(nearest, towards).astype(np.float64)
    beyond = np.isinf(high)
    other[beyond] = np.copysign(largest(dtype), high[beyond])
    return np.where((rest == 0) & ~beyond, value, other)


def largest(dtype: np.dtype[Any]) -> float:
    """The largest finite number of a dtype."""
    return float(np.nextafter(np.asarray(np.inf, dtype), np.asarray(0, dtype)))
