"""What is moved until it keeps conditions: one size or word after another is changed.

What a condition leaves open stays as it is, so that a limited implementation meets as many different cases as any
other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

from conv2d_conformance.contract.limits import SIZES, WORDS, Condition, Every, Relation, Values

T = TypeVar("T")

FARTHEST = 64
"""So far from its present value is a size looked for, besides among the constants and sizes of a limit."""

ROUNDS = 2
"""A change for one limit may break another: so often all are gone through."""


@dataclass(frozen=True, slots=True)
class Moving(Generic[T]):
    """How something moves: its sizes and words, and what comes of it with another value of one of them.

    `changed` is given the thing, a name and a value, and makes nothing that is not legal, the nearest first. It changes
    nothing else but what is `drawn_along`, by name.
    """

    values_of: Callable[[T], Values]
    changed: Callable[[T, str, Any], Iterable[T]]
    drawn_along: Mapping[str, frozenset[str]]

    def holds(self, thing: T, conditions: Iterable[Condition]) -> bool:
        """Whether it keeps all conditions."""
        values = self.values_of(thing)
        return all(one.holds(values) for one in conditions)

    def moved(self, thing: T, wanted: Iterable[Condition], admits: Callable[[T], bool] = lambda _: True) -> T | None:
        """The thing itself where it keeps all conditions, else one near it that does; None where none is found.

        On the way nothing is taken that is not admitted.
        """
        conditions = list(chain.from_iterable(map(_apart, wanted)))
        for _ in range(ROUNDS * len(conditions) + 1):
            values = self.values_of(thing)
            broken = next((one for one in conditions if not one.holds(values)), None)
            if broken is None:
                return thing
            candidates = list(filter(admits, self._keeping(thing, broken)))
            if not candidates:
                return None
            thing = min(candidates, key=lambda found: self._number_broken(found, conditions))
        return None

    def _number_broken(self, thing: T, conditions: Iterable[Condition]) -> int:
        values = self.values_of(thing)
        return sum(not one.holds(values) for one in conditions)

    def _keeping(self, thing: T, wanted: Condition) -> Iterator[T]:
        """What keeps one condition, the nearest first."""
        if wanted.holds(self.values_of(thing)):
            yield thing
        elif isinstance(wanted, Relation):
            for name in (*SIZES, *WORDS):
                if name in wanted.names:
                    yield from self._by_changing(thing, name, wanted)
        elif wanted.suffices:
            yield from chain.from_iterable(self._keeping(thing, part) for part in wanted.parts)
        else:
            first, *rest = wanted.parts
            for found in self._keeping(thing, first):
                later = self._keeping(found, Every(tuple(rest))) if rest else [found]
                yield from (both for both in later if first.holds(self.values_of(both)))

    def _by_changing(self, thing: T, name: str, wanted: Relation) -> Iterator[T]:
        """The nearest of another value of one name, in each direction, that keep the comparison."""
        values = self.values_of(thing)
        present = values[name]
        if isinstance(present, str):
            directions: list[list[Any]] = [list(WORDS[name])]
        else:
            others = [size for one in wanted.names if isinstance(size := values[one], int)]
            sizes = {*range(max(present - FARTHEST, 0), present + FARTHEST), *wanted.constants, *others}
            upward = sorted(size for size in sizes if size > present)
            downward = sorted(size for size in sizes if size < present)
            directions = [downward[::-1], upward]
        is_told = wanted.names.isdisjoint(self.drawn_along.get(name, frozenset()) - {name})
        for direction in directions:
            # Most values do not keep the comparison, which shows before anything is made where all else stays.
            told = (value for value in direction if not is_told or wanted.holds({**values, name: value}))
            found = (self._that_keep(self.changed(thing, name, value), wanted) for value in told)
            yield from next((things for things in found if things), [])

    def _that_keep(self, things: Iterable[T], wanted: Relation) -> list[T]:
        return [thing for thing in things if wanted.holds(self.values_of(thing))]


def _apart(wanted: Condition) -> Iterator[Condition]:
    """The conditions that all must hold, one by one."""
    if isinstance(wanted, Every) and not wanted.suffices:
        yield from chain.from_iterable(map(_apart, wanted.parts))
    else:
        yield wanted
