"""The sizes for which a fault shows: the simplest rule that holds for all wrong answers and for no right one."""

# ruff: noqa: ARG005  (the functions of a table have the same arguments)

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from conv2d_conformance.diagnosis.sizes import Sizes

TILES = (2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 64, 128)
MOST_TOGETHER = 60
"""Rules of two or three parts combine this many of the simplest ones."""


Predicate = Callable[[Sizes], bool]


class Gap(NamedTuple):
    """Values of a size between `low` and `high` for which it is unknown whether the answer is wrong."""

    name: str
    low: int
    high: int


@dataclass(frozen=True, eq=False)
class Rule:
    """A predicate on sizes, and the words that follow "only where". The lower the cost, the simpler.

    `gaps` are where its limits could also lie; `parts` are the clauses of a rule that has several.
    """

    words: str
    holds: Predicate
    cost: float
    gaps: tuple[Gap, ...] = ()
    parts: tuple[Rule, ...] = ()

    def fails_alone(self, sizes: Sizes) -> Rule | None:
        """The only clause that does not hold, if there is just one."""
        failing = [part for part in self.parts or (self,) if not part.holds(sizes)]
        return failing[0] if len(failing) == 1 else None

    def is_silent(self, sizes: Sizes) -> bool:
        """Whether a limit may lie on either side of these sizes."""
        return any(low < sizes.numbers[name] < high for name, low, high in self.gaps)


ALWAYS = Rule("", lambda sizes: True, 0.0)

PLAIN = ("N", "C", "M", "H", "W", "KH", "KW", "OH", "OW", "groups")
"""The sizes that a person thinks of first."""

SIDES = ("stride[0]", "stride[1]", "dilation[0]", "dilation[1]", "padding[0]", "padding[1]")

RELATED = (
    *(("OH", "OW"), ("OW", "OH"), ("H", "W"), ("W", "H"), ("KH", "KW"), ("KW", "KH"), ("KH", "H"), ("KW", "W")),
    *(("M", "C"), ("C", "M"), ("OW", "M"), ("OW", "C"), ("M", "OW"), ("N", "M"), ("N", "C"), ("C", "N")),
)


def rules(wrong: Sequence[Sizes], right: Sequence[Sizes], *, spared: int = 0, most: int = 12) -> list[Rule]:
    """The simplest rules that hold for all wrong sizes and for no right ones, the simplest first.

    They may hold for up to `spared` right ones.
    """
    if not right:
        return [ALWAYS]
    masks: dict[int, Rule] = {}
    enough = len(right) - spared
    atoms = sorted(_atoms(wrong, right), key=lambda rule: rule.cost)
    found: list[Rule] = []
    for rule in atoms:
        excluded = sum(1 << i for i, sizes in enumerate(right) if not rule.holds(sizes))
        if excluded.bit_count() >= enough:
            found.append(rule)
        elif excluded:
            masks.setdefault(excluded, rule)
    parts = list(masks.items())
    for number in (2, 3):
        if found:
            break
        # For three parts, those that exclude most come first: there are too many to try all.
        if number == 3:
            parts = sorted(parts, key=lambda part: -part[0].bit_count())[:MOST_TOGETHER]
        for together in combinations(parts, number):
            excluded = 0
            for mask, _ in together:
                excluded |= mask
            if excluded.bit_count() >= enough:
                found.append(_all_of([rule for _, rule in together]))
    return sorted(found, key=lambda rule: rule.cost)[:most]


def _all_of(parts: list[Rule]) -> Rule:
    def holds(sizes: Sizes) -> bool:
        return all(part.holds(sizes) for part in parts)

    cost = sum(part.cost for part in parts) + len(parts) - 1
    words = " and ".join(part.words for part in parts)
    return Rule(words, holds, cost, tuple(gap for part in parts for gap in part.gaps), tuple(parts))


def _atoms(wrong: Sequence[Sizes], right: Sequence[Sizes]) -> Iterator[Rule]:
    """Rules of one part that hold for all wrong sizes."""
    facts = frozenset.intersection(*(sizes.facts for sizes in wrong))
    for fact in sorted(facts):
        negative = any(word in fact for word in (" no ", " not ", "zeros", "square", " != ", " == "))
        yield Rule(fact, _has(fact), 1.5 if negative else 1.0)
    for name in wrong[0].numbers:
        yield from _of_one_size(name, {s.numbers[name] for s in wrong}, {s.numbers[name] for s in right})
    for a, b in RELATED:
        if all(sizes.numbers[a] > sizes.numbers[b] for sizes in wrong):
            yield Rule(f"{a} > {b}", _is_larger(a, b), 2.2)


def _of_one_size(name: str, wrong: set[int], right: set[int]) -> Iterator[Rule]:
    extra = 0.0 if name in PLAIN else 0.1 if name in SIDES else 0.4
    least, most = min(wrong), max(wrong)
    if right and min(right) < least:
        gap = Gap(name, max(size for size in right if size < least), least)
        words = f"{name} >= {least}{_untried(gap.low + 1, least - 1)}"
        yield Rule(words, lambda s: s.numbers[name] >= least, 2.0 + extra, (gap,))
    if right and max(right) > most:
        gap = Gap(name, most, min(size for size in right if size > most))
        words = f"{name} <= {most}{_untried(most + 1, gap.high - 1)}"
        yield Rule(words, lambda s: s.numbers[name] <= most, 2.0 + extra, (gap,))
    if least == most:
        yield Rule(f"{name} == {least}", lambda s: s.numbers[name] == least, 2.5 + 2 * extra)
    for tile in TILES if name not in SIDES else (2,):
        rests = {size % tile for size in wrong}
        if len(rests) == 1 and tile <= most + 1 and (len(wrong) > 1 or tile in (2, 4, 8, 16, 32)):
            rest = rests.pop()
            yield Rule(f"{name} % {tile} == {rest}", _leaves(name, tile, rest), 3.0 + extra)
        elif 0 not in rests and tile > 2:
            yield Rule(f"{name} % {tile} != 0", _leaves_something(name, tile), 3.0 + extra)
    for missing in sorted(right - wrong):
        if least < missing < most:
            yield Rule(f"{name} != {missing}", _is_not(name, missing), 3.5 + extra)


def _untried(first: int, last: int) -> str:
    """A note about the sizes next to a limit that no case has tried."""
    if first > last:
        return ""
    return f" ({first} was not tried)" if first == last else f" ({first} to {last} were not tried)"


def _has(fact: str) -> Predicate:
    return lambda sizes: fact in sizes.facts


def _is_larger(a: str, b: str) -> Predicate:
    return lambda sizes: sizes.numbers[a] > sizes.numbers[b]


def _leaves(name: str, tile: int, rest: int) -> Predicate:
    return lambda sizes: sizes.numbers[name] % tile == rest


def _leaves_something(name: str, tile: int) -> Predicate:
    return lambda sizes: sizes.numbers[name] % tile != 0


def _is_not(name: str, value: int) -> Predicate:
    return lambda sizes: sizes.numbers[name] != value


def in_common(wrong: Sequence[Sizes], right: Sequence[Sizes]) -> list[Rule]:
    """All that holds for every wrong size and not for every right one, in rules of one part."""
    return [rule for rule in _atoms(wrong, right) if not all(rule.holds(sizes) for sizes in right)]


def disagreement(rules: Sequence[Rule], pool: Iterable[Sizes]) -> int | None:
    """The index in the pool of the sizes on which the rules disagree most; None where they all agree."""
    best, place = 0, None
    for i, sizes in enumerate(pool):
        votes = sum(rule.holds(sizes) for rule in rules)
        divided = min(votes, len(rules) - votes)
        if divided > best:
            best, place = divided, i
    return place


def within_a_gap(rule: Rule, pool: Iterable[Sizes]) -> int | None:
    """The index in the pool of sizes in a gap of the rule, as near to its middle as possible; None without any."""
    best, place = None, None
    for i, sizes in enumerate(pool):
        for name, low, high in rule.gaps:
            size = sizes.numbers[name]
            if low < size < high and (best is None or abs(2 * size - low - high) < best):
                best, place = abs(2 * size - low - high), i
    return place
