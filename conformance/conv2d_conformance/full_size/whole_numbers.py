"""Answers that must be whole numbers of limited size: the first one that is not, found tile by tile."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from conv2d_conformance.contract.arrays import Array


class NoSuchSum(Exception):
    """An element that no sum of the data can be: it is not finite, not whole, or too large."""

    def __init__(self, index: tuple[int, ...], got: float) -> None:
        super().__init__(f"{got} at {index}")
        self.index, self.got = index, got


@dataclass(frozen=True, slots=True)
class WholeNumbers:
    """Requires whole numbers of magnitude at most `largest`; where it `rounds`, the whole numbers nearest to them."""

    largest: int
    rounds: bool = False

    def of(self, tile: Array) -> Array:
        """The whole numbers of a tile. NoSuchSum, with a place in the flat tile, where one is none.

        Comparisons with NaN are false.
        """
        whole = np.rint(tile)
        is_whole = self.rounds or bool((whole == tile).all())
        if not (is_whole and whole.max() <= self.largest and whole.min() >= -self.largest):
            with np.errstate(invalid="ignore"):
                is_sum = (np.abs(whole) <= self.largest) & (self.rounds | (whole == tile))
            place = int(np.argmin(is_sum))
            raise NoSuchSum((place,), float(tile.flat[place]))
        return whole
