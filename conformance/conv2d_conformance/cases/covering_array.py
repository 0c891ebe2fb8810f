"""Covering arrays: a few rows that contain every pair, and then every triple, of levels of different factors.

A fault of a real kernel needs two or three things at once (a type, a stride and a size past a vector), seldom more.
All combinations are millions of calls. A few thousand rows cover all triples, since one row of twelve factors has 220.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

Row = tuple[int, ...]
"""A level for each factor, by number."""

Chosen = Mapping[int, int]
"""The levels already chosen, by factor."""

LevelTuple = tuple[tuple[int, int], ...]
"""Factors, in their order, each with a level."""


def possible_tuples(counts: Sequence[int], size: int, is_possible: Callable[[Chosen], bool]) -> dict[LevelTuple, None]:
    """All tuples of `size` levels that some row can have. `counts` is the number of levels of each factor."""
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
    """Greedy search: rows until every wanted tuple is covered, counting the tuples of the rows in `covered`.

    A row begins with the first missing tuple. Every other factor then gets the level that covers the most missing
    triples; among equals, the level chosen least often. Wherever `is_possible` holds for the chosen levels, it must
    hold for some level of every other factor as well.
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
    """The number of missing triples that a level completes with pairs of the chosen levels."""
    before = [other for other in chosen if other < new]
    after = [other for other in chosen if other > new]
    return (
        sum((*pair, new) in triples for pair in combinations(before, 2))
        + sum((one, new, other) in triples for one in before for other in after)
        + sum((new, *pair) in triples for pair in combinations(after, 2))
    )
