"""The efforts: how much the suite asks of an implementation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """drawn: cases drawn by each check. multiply_adds: the largest cost of a fixed case, in multiplications.

    tiles: one in this many cases for the tails of tiles is asked. combined: the number of rows of the covering array.
    """

    name: str
    drawn: int
    multiply_adds: int
    tiles: int
    combined: int = 50


EFFORTS = {
    effort.name: effort
    for effort in (
        Effort("quick", drawn=25, multiply_adds=2_000_000, tiles=4, combined=400),
        Effort("standard", drawn=200, multiply_adds=60_000_000, tiles=1, combined=10_000),
        Effort("thorough", drawn=4_000, multiply_adds=10_000_000_000, tiles=1, combined=10_000),
    )
}
