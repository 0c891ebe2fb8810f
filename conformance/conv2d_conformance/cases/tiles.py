"""Sizes at which a kernel that works in tiles goes wrong: one less than a tile, a whole tile, one more.

An implementation splits each axis into tiles of 4, 8, 16, 32, 64 or 128 and treats the rest apart; a fault there needs
a size near a tile, and often two of them at once. So every size occurs alone on every axis, and every pair of sizes
occurs on every pair of axes: not all combinations (19 to the power of 5), but a covering array, in which one case
covers the pairs of all its axes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations, count, product

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.geometry import multiply_adds

SIZES = (1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129)
KERNELS = (1, 3)

FACTORS: dict[str, Sequence[int]] = {"N": SIZES, "C": SIZES, "M": SIZES, "OH": SIZES, "OW": SIZES, "K": KERNELS}
"""The axes of the array. 1x1 is a matrix product, in which C is the length of the sums; 3x3 is where Winograd works."""

Row = tuple[int, ...]
Pair = tuple[int, int, int, int]  # a factor and its value, a later factor and its value


@cache
def tile_cases(max_multiply_adds: int) -> tuple[Case, ...]:
    """Every size alone, then every pair of sizes, in cases of at most so many multiply-adds each.

    A pair that is too expensive even where all else is 1 is left out. Deterministic.
    """
    found = [*_alone(), *map(_case, _pairwise(max_multiply_adds), count())]
    return tuple(dict.fromkeys(case for case in found if multiply_adds(case) <= max_multiply_adds))


def _alone() -> Iterator[Case]:
    """One axis at a time, among small and unequal others; at last the length of the sums, C * KH * KW."""
    small = {"N": 2, "C": 3, "M": 2, "OH": 2, "OW": 3, "K": 3}
    for axis, size in product(("N", "C", "M", "OH", "OW"), SIZES):
        yield _case(tuple((small | {axis: size}).values()), size)
    for size in SIZES:
        for KH, KW in ((1, size), (size, 1), (1, 3), (3, 3)):
            if size % (KH * KW) == 0:
                yield Case(N=2, C=size // (KH * KW), H=KH + 1, W=KW + 2, M=3, KH=KH, KW=KW, data=Recipe(seed=size))


def _case(row: Row, seed: int) -> Case:
    N, C, M, OH, OW, K = row
    pad = K // 2  # the input is as large as the output
    return Case(N=N, C=C, H=OH, W=OW, M=M, KH=K, KW=K, padding=(pad, pad), bias=seed % 2 == 1, data=Recipe(seed=seed))


# ---- the covering array ------------------------------------------------------------------------------------------


def _pairwise(most: int) -> Iterator[Row]:
    """Greedy: begin with the first pair that is missing, then give every other axis the value that covers most."""
    columns = tuple(FACTORS.values())
    missing = {
        (i, a, j, b): None
        for i, j in combinations(range(len(columns)), 2)
        for a, b in product(columns[i], columns[j])
        if _cost({i: a, j: b}) <= most
    }
    while missing:
        i, a, j, b = next(iter(missing))
        row = {i: a, j: b}
        for k, column in enumerate(columns):
            if k not in row:
                affordable = [value for value in column if _cost(row | {k: value}) <= most]
                row[k] = max(affordable, key=lambda value: (_gain(row, k, value, missing), -value))
        for pair in _pairs(row):
            missing.pop(pair, None)
        yield tuple(row[k] for k in range(len(columns)))


def _cost(row: dict[int, int]) -> int:
    """The multiply-adds, where an axis that is not chosen yet is 1."""
    cost = 1
    for k, value in row.items():
        cost *= value * value if k == len(FACTORS) - 1 else value
    return cost


def _gain(row: dict[int, int], k: int, value: int, missing: dict[Pair, None]) -> int:
    return sum(_pair(k, value, i, a) in missing for i, a in row.items())


def _pairs(row: dict[int, int]) -> Iterator[Pair]:
    return (_pair(i, a, j, b) for (i, a), (j, b) in combinations(row.items(), 2))


def _pair(i: int, a: int, j: int, b: int) -> Pair:
    return (i, a, j, b) if i < j else (j, b, i, a)
