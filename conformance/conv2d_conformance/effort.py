"""How much is asked of an implementation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """drawn: cases drawn by each check. multiply_adds: the largest cost of a fixed case, in multiplications."""

    name: str
    drawn: int
    multiply_adds: int


EFFORTS = {
    effort.name: effort
    for effort in (
        Effort("quick", drawn=25, multiply_adds=2_000_000),
        Effort("standard", drawn=200, multiply_adds=60_000_000),
        Effort("thorough", drawn=4_000, multiply_adds=10_000_000_000),
    )
}
