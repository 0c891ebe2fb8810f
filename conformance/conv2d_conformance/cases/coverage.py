"""How many pairs and triples of levels the first rows of the covering array contain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from conv2d_conformance.cases.combinations import COUNTS, FACTORS, is_possible, rows
from conv2d_conformance.cases.covering_array import possible_tuples, tuples_of

SIZES = {2: "pairs", 3: "triples"}


class Share(NamedTuple):
    """The possible combinations of levels of these factors, and how many of them each count of first rows covers."""

    factors: str
    possible: int
    covered: tuple[int, ...]


def shares(counts: Sequence[int]) -> Iterator[Share]:
    """The shares of all pairs and all triples, then of each pair and triple of factors, by count of first rows."""
    names = tuple(FACTORS)
    for size, words in SIZES.items():
        possible = Counter(_factors(found) for found in possible_tuples(COUNTS, size, is_possible))
        covered = [
            Counter(map(_factors, {found for row in rows()[:count] for found in tuples_of(row, size)}))
            for count in counts
        ]
        yield Share(f"all {words}", possible.total(), tuple(found.total() for found in covered))
        for factors in combinations(range(len(names)), size):
            together = ", ".join(names[factor] for factor in factors)
            yield Share(together, possible[factors], tuple(found[factors] for found in covered))


def _factors(found: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
    return tuple(factor for factor, _ in found)
