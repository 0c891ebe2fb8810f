"""The adjoint of padding: adds up the gradients of all copies of an element, and drops those of implicit zeros."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import numpy.typing as npt

from conv2d_conformance.contract.arrays import Floats
from conv2d_reference.arguments import Geometry
from conv2d_reference.direct import source
from conv2d_reference.oracle import Sums
from conv2d_reference.splitting import U, two_sum

PartialGradients = tuple[Floats, ...]
Addition = Callable[[PartialGradients, PartialGradients], PartialGradients]


@dataclass(frozen=True)
class FoldedAxis:
    """One axis: where its elements begin among the padded ones, and the copies as (padded place, element)."""

    first: int
    size: int
    copies: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, size: int, pads: tuple[int, int], padding_mode: str) -> FoldedAxis:
        before, after = pads
        outside = (*range(-before, 0), *range(size, size + after))
        copied = ((before + j, source(j, size, padding_mode)) for j in outside)
        return cls(before, size, tuple((place, element) for place, element in copied if element is not None))

    def fold(self, padded: PartialGradients, axis: int, add: Addition) -> PartialGradients:
        planes = tuple(np.moveaxis(array, axis, 0) for array in padded)
        total = tuple(plane[self.first : self.first + self.size].copy() for plane in planes)
        for place, element in self.copies:
            added = add(tuple(array[element] for array in total), tuple(plane[place] for plane in planes))
            for array, value in zip(total, added, strict=True):
                array[element] = value
        return tuple(np.moveaxis(array, 0, axis) for array in total)


@dataclass(frozen=True)
class Fold:
    """Both axes: turns arrays of shape (..., padded H, padded W) into (..., H, W)."""

    rows: FoldedAxis
    columns: FoldedAxis

    @classmethod
    def of(cls, g: Geometry) -> Fold:
        """The fold that undoes the padding of a call."""
        return cls(FoldedAxis.of(g.H, g.pads[0], g.padding_mode), FoldedAxis.of(g.W, g.pads[1], g.padding_mode))

    @cached_property
    def counts(self) -> npt.NDArray[np.intp]:
        """How often every element (H, W) occurs in the padded input."""
        rows, columns = (
            1 + np.bincount([element for _, element in axis.copies], minlength=axis.size).astype(np.intp)
            for axis in (self.rows, self.columns)
        )
        return np.multiply.outer(rows, columns)

    def values(self, padded: Floats) -> Floats:
        """The sum of all copies, rounded upwards, and exact where float64 holds it."""
        (total,) = self._fold((padded,), lambda a, b: (_upwards(a[0], b[0]),))
        return total

    def sums(self, padded: Sums) -> Sums:
        """The fold of the oracle's sums for every element."""
        names = [field.name for field in fields(Sums)]
        arrays = self._fold(
            tuple(getattr(padded, name) for name in names),
            lambda a, b: _added(Sums(**dict(zip(names, a, strict=True))), Sums(**dict(zip(names, b, strict=True)))),
        )
        return Sums(**dict(zip(names, arrays, strict=True)))

    def _fold(self, padded: PartialGradients, add: Addition) -> PartialGradients:
        return self.columns.fold(self.rows.fold(padded, -2, add), -1, add)


def _upwards(a: Floats, b: Floats) -> Floats:
    total, rest = two_sum(a, b)
    return np.where(rest > 0, np.nextafter(total, np.inf), total)


def _added(a: Sums, b: Sums) -> PartialGradients:
    """Add two sums of products: `two_sum` loses nothing, so only the low parts can round."""
    with np.errstate(over="ignore", invalid="ignore"):
        high, rest = two_sum(a.high, b.high)
        first = a.low + b.low
        low = first + rest
        error = a.error + b.error + U * (np.abs(first) + np.abs(low))
        magnitude = _upwards(a.magnitude, b.magnitude)
    error *= 1 + 4 * U
    is_finite = np.isfinite(high)
    return (
        np.where(is_finite, high, 0.0),
        np.where(is_finite, low, 0.0),
        np.where(is_finite, error, np.inf),
        np.where(is_finite, magnitude, np.inf),
        a.terms + b.terms,
        np.minimum(a.smallest, b.smallest),
    )
