"""Cases without end: rows of the factors of the covering arrays, those with new pairs first, and drawn calls.

A row is a level for each factor: kernel, stride, groups, dtype, channels and so on. How many of the possible pairs of
levels were asked says how far the search has come. Drawn calls have what the factors lack: padding modes, spellings,
`same`, batches of none. Both follow from a seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import cycle

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.combinations import (
    AFFORDABLE,
    COUNTS,
    FACTORS,
    affordable,
    case_of,
    is_possible,
    simplest_row,
)
from conv2d_conformance.cases.covering_array import LevelTuple, Row, possible_tuples, tuples_of
from conv2d_conformance.cases.strategies import beyond, sample
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.verdict.claims import within_claims

DRAWN_AT_ONCE = 16
"""Calls that are drawn of one dtype and recipe."""

RECIPES = (
    *("integers", "odd", "uniform", "normal", "sparse", "single"),
    *("spread", "cancelling", "monotone", "scaled", "complementary"),
)
"""What the checks that draw fill the arrays with."""

MOST_TRIES = 50
"""Rows that are tried for one that is not too dear."""


@dataclass(frozen=True)
class FuzzCase:
    """A case, and the row of which it is; None for a drawn one."""

    case: Case
    row: Row | None


def is_asked(case: Case, claims: Capabilities) -> bool:
    """Whether a case is asked as it is, and not in the simpler form that the claims or the limits want."""
    return within_claims(case, claims) == case


class Coverage:
    """The pairs of levels that an implementation with these claims can be asked, and those that were."""

    def __init__(self, claims: Capabilities) -> None:
        dtypes = [*FACTORS["dtype"]]
        self._claims = claims
        self._factor = [*FACTORS].index("dtype")
        self._levels = sorted(dtypes.index(dtype) for dtype in claims.dtypes)
        self.missing = {
            pair: None for pair in possible_tuples(COUNTS, 2, is_possible) if self._can_be_asked(dict(pair))
        }
        self.possible = len(self.missing)

    def _can_be_asked(self, chosen: dict[int, int]) -> bool:
        """Whether the simplest case with these levels is within the claims and the limits."""
        if chosen.setdefault(self._factor, self._levels[0]) not in self._levels:
            return False
        row = simplest_row(chosen)
        return row is not None and is_asked(case_of(row, 0), self._claims)

    @property
    def covered(self) -> int:
        return self.possible - len(self.missing)

    def add(self, row: Row) -> bool:
        """Note a row that was asked; whether one of its pairs is new."""
        before = len(self.missing)
        for pair in tuples_of(row, 2):
            self.missing.pop(pair, None)
        return len(self.missing) < before

    def row(self, dice: random.Random) -> Row | None:
        """A row with a missing pair, or any where none is missing; None where those that were tried are too dear."""
        for _ in range(MOST_TRIES):
            start: LevelTuple = dice.choice([*self.missing]) if self.missing else ()
            if (found := self._completed(dict(start), dice)) is not None:
                return found
        return None

    def _completed(self, chosen: dict[int, int], dice: random.Random) -> Row | None:
        for factor in dice.sample(range(len(COUNTS)), len(COUNTS)):
            if factor not in chosen:
                levels = [
                    level
                    for level in range(COUNTS[factor])
                    if is_possible(chosen | {factor: level}) and (factor != self._factor or level in self._levels)
                ]
                if not levels:
                    return None
                chosen[factor] = dice.choice(levels)
        return tuple(chosen[factor] for factor in range(len(COUNTS))) if affordable(AFFORDABLE)(chosen) else None


def fuzz_cases(claims: Capabilities, coverages: Mapping[str, Coverage], seed: int) -> Iterator[FuzzCase]:
    """Cases without end, of the operations that have a coverage in turn.

    What others have covered meanwhile is in the coverage, and is left out.
    """
    dice = random.Random(seed)
    kept = beyond(claims.features)
    dtypes = sorted(claims.dtypes, key=DTYPES.index)
    for operation, coverage in cycle(coverages.items()):
        for _ in range(DRAWN_AT_ONCE):
            if (row := coverage.row(dice)) is not None:
                yield FuzzCase(replace(case_of(row, dice.randrange(1 << 30)), operation=operation), row)
        dtype, recipe = dice.choice(dtypes), dice.choice(RECIPES)
        drawn = sample(DRAWN_AT_ONCE, dice.randrange(1 << 62), keep=kept, dtype=dtype, recipes=(recipe,))
        yield from (FuzzCase(replace(case, operation=operation), None) for case in drawn)


def row_in(text: str) -> Row | None:
    """The row that is written in a corpus; None for what is no row of these factors."""
    numbers = text.split(".")
    if len(numbers) != len(COUNTS) or not all(number.isdecimal() for number in numbers):
        return None
    row = tuple(map(int, numbers))
    return row if all(level < count for level, count in zip(row, COUNTS, strict=True)) else None
