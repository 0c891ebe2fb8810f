"""Find which of the calls before a failing one it needs in order to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from conv2d_conformance.cases.case import Case

LONGEST_SEQUENCE = 1000
MOST_ATTEMPTS = 48
"""The most attempts: each needs a fresh process, which may take seconds."""
MOST_CALLS = 40_000
"""The most calls in all attempts together."""
GROWTH = 8
"""The last calls are tried first, since they are the likeliest cause, then this many times as many."""


def shortest(before: Sequence[Case], fails_after: Callable[[Sequence[Case]], bool]) -> list[Case] | None:
    """The calls among `before` that are needed, as far as a few attempts tell; None if even all do not suffice.

    Bisection finds the fewest last calls that make it fail. So the first of these is needed; of those after it, the
    needed ones are found in the same way. The calls returned were seen to make it fail.
    """
    attempts = asked = 0

    def fails(calls: Sequence[Case]) -> bool:
        nonlocal attempts, asked
        attempts += 1
        asked += len(calls)
        return fails_after(calls)

    def is_enough() -> bool:
        return attempts >= MOST_ATTEMPTS or asked >= MOST_CALLS

    needed: list[Case] = []
    rest = list(before)
    known: list[Case] | None = None
    while not fails(needed):
        if known is not None and is_enough():
            return known
        too_few, enough = 0, None if known is None else len(rest)
        for count in _growing(len(rest)):
            if known is not None and is_enough():
                return known
            if count == enough or fails(needed + rest[len(rest) - count :]):
                enough = count
                break
            too_few = count
        if enough is None:
            return None
        while enough - too_few > 1 and not is_enough():
            middle = (too_few + enough) // 2
            if fails(needed + rest[len(rest) - middle :]):
                enough = middle
            else:
                too_few = middle
        first = len(rest) - enough
        known = needed + rest[first:]
        if is_enough():
            return known
        needed, rest = [*needed, rest[first]], rest[first + 1 :]
        if not rest:
            return known
    return needed


def _growing(most: int) -> Iterator[int]:
    count = 1
    while count < most:
        yield count
        count *= GROWTH
    if most:
        yield most
