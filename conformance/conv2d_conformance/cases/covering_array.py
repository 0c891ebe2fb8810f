"""Covering arrays: few rows in which every pair, and then every triple, of levels of different factors occurs.

A fault of a real kernel needs two or three things at once (a type, a stride and a size past a vector), seldom more.
All combinations are millions of calls; rows that cover all triples are some thousand, since one row of twelve factors
has 220 triples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

Row = tuple[int, ...]
"""A level for each factor, by number."""

Chosen = Mapping[int, int]
"""The levels that are chosen already, by factor."""

LevelTuple = tuple[tuple[int, int], ...]
"""Factors, in their order, each with a level."""


def possible_tuples(counts: Sequence[int], size: int, is_possible: Callable[[Chosen], bool]) -> dict[LevelTuple, None]:
    """All tuples of so many factors, of which `counts` says how many levels each has, that some row can have."""
    return {
        chosen: None
        for factors in combinations(range(len(counts)), size)
        for levels in product(*(range(counts[factor]) for factor in factors))
        if is_possible(dict(chosen := tuple(zip(factors, levels, strict=True))))
    }


def tuples_of(row: Row, size: int) -> Iterable[LevelTuple]:
    return combinations(enumerate(row), size)


def covering_rows(
    counts: Sequence[int],
    is_possible: Callable[[Chosen], bool],
    wanted: Iterable[LevelTuple],
    covered: Iterable[Row] = (),
) -> Iterator[Row]:
    """Rows until all that is wanted is covered, greedily; what the rows in `covered` have is covered already.

    A row begins with the first tuple that is missing. Every other factor then gets the level that covers most missing
    triples, and of several such levels the one that was chosen least often. `is_possible` must be true of some level
    of every other factor wherever it is true of what is chosen.
    """
    missing = dict.fromkeys(wanted)
    triples: set[LevelTuple] = {found for found in missing if len(found) == 3}
    chosen_before = [[0] * count for count in counts]

    def remember(row: Row) -> None:
        for size in (2, 3):
            for found in tuples_of(row, size):
                missing.pop(found, None)
                triples.discard(found)
        for factor, level in enumerate(row):
            chosen_before[factor][level] += 1

    for row in covered:
        remember(row)
    while missing:
        chosen = dict(next(iter(missing)))
        for factor, count in enumerate(counts):
            if factor not in chosen:
                levels = [level for level in range(count) if is_possible(chosen | {factor: level})]
                gains = {level: _gain(sorted(chosen.items()), (factor, level), triples) for level in levels}
                chosen[factor] = min(levels, key=lambda level: (-gains[level], chosen_before[factor][level], level))
        row = tuple(chosen[factor] for factor in range(len(counts)))
        remember(row)
        yield row


def _gain(chosen: Sequence[tuple[int, int]], new: tuple[int, int], triples: set[LevelTuple]) -> int:
    """How many missing triples a level completes with pairs of those that are chosen."""
    before = [other for other in chosen if other < new]
    after = [other for other in chosen if other > new]
    return (
        sum((*pair, new) in triples for pair in combinations(before, 2))
        + sum((one, new, other) in triples for one in before for other in after)
        + sum((new, *pair) in triples for pair in combinations(after, 2))
    )
