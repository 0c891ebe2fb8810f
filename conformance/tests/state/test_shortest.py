"""Of the calls before a failing one, those that are needed are found, in few attempts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.verdict.needed_calls import MOST_ATTEMPTS, shortest

CALLS = [Case(data=Recipe("integers", seed)) for seed in range(100)]


def needed(*seeds: int) -> Callable[[Sequence[Case]], bool]:
    """It fails after exactly these calls, with any others in between."""
    return lambda before: set(seeds) <= {case.recipe.seed for case in before if case.recipe}


@pytest.mark.parametrize("seeds", [(), (99,), (98,), (97, 99), (90,)], ids=str)
def test_what_is_needed_and_no_more(seeds: tuple[int, ...]) -> None:
    found = shortest(CALLS, needed(*seeds))
    assert found is not None
    assert [case.recipe.seed for case in found if case.recipe] == list(seeds)


def test_the_order_stays() -> None:
    in_order = [CALLS[3], CALLS[1], CALLS[2]]
    assert shortest(in_order, lambda before: list(before) == in_order) == in_order


def test_nothing_suffices() -> None:
    assert shortest(CALLS, lambda _: False) is None


def test_no_calls_before() -> None:
    assert shortest([], lambda _: True) == []
    assert shortest([], lambda _: False) is None


def test_where_a_number_of_calls_counts_that_many_remain() -> None:
    found = shortest(CALLS, lambda before: len(before) >= 49)
    assert found is not None
    assert 49 <= len(found) <= 64


@pytest.mark.parametrize("number", [1, 2, 17, 49, 100])
def test_the_attempts_are_few(number: int) -> None:
    asked = []

    def fails(before: Sequence[Case]) -> bool:
        asked.append(len(before))
        return len(before) >= number

    assert shortest(CALLS, fails) is not None
    assert len(asked) <= MOST_ATTEMPTS
    assert asked[0] == 0
