"""Compensated sums, in lanes and nested, are within the bound of class A, which one of plain trees would not allow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.law import compensated
from conv2d_conformance.law.allowed import compare
from conv2d_conformance.law.classes import accuracy_class
from conv2d_conformance.law.evaluate import law_of

Array = np.ndarray[Any, Any]
SINGLE = np.float32
PLACEMENT: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, "pads": ((0, 0), (0, 0))}
COUNT = 60_000
U = 2.0**-24


def kahan(numbers: Sequence[Array], rounded: Callable[[Array], Array] = lambda array: array) -> Array:
    total, lost = numbers[0], np.zeros_like(numbers[0])
    for number in numbers[1:]:
        corrected = rounded(number - lost)
        grown = rounded(total + corrected)
        lost = rounded(rounded(grown - total) - corrected)
        total = grown
    return total


def neumaier(numbers: Sequence[Array]) -> Array:
    total, lost = numbers[0], np.zeros_like(numbers[0])
    for number in numbers[1:]:
        grown = total + number
        lost = lost + np.where(np.abs(total) >= np.abs(number), (total - grown) + number, (number - grown) + total)
        total = grown
    return total + lost


def in_lanes(lanes: int, order: Callable[[Sequence[Array]], Array]) -> Callable[[list[Array]], Array]:
    """Every lane is compensated, with a zero at its end; they are added up by another order."""
    return lambda p: order([kahan([*p[lane::lanes], 0 * p[0]]) for lane in range(min(lanes, len(p)))])


def plain(numbers: Sequence[Array]) -> Array:
    total: Array = np.add.reduce(list(numbers))
    return total


EVALUATIONS: dict[str, tuple[int, Callable[[list[Array]], Array]]] = {
    "a pair and a zero": (2, lambda p: kahan([*p, 0 * p[0]])),
    "Neumaier's of a pair and a zero": (2, lambda p: neumaier([*p, 0 * p[0]])),
    "three, and zeros between": (3, lambda p: kahan([p[0], p[1], 0 * p[0], p[2], 0 * p[0]])),
    "a pair, then a tree": (4, lambda p: (kahan([p[0], p[1], 0 * p[0]]) + p[2]) + p[3]),
    "one in another": (3, lambda p: kahan([kahan([p[0], p[1], 0 * p[0]]), p[2], 0 * p[0]])),
    "one in another, then a tree": (4, lambda p: kahan([kahan([p[0], p[1], 0 * p[0]]), p[2], 0 * p[0]]) + p[3]),
    **{f"{lanes} lanes added up": (9, in_lanes(lanes, plain)) for lanes in (2, 3, 4, 8)},
    **{f"{lanes} lanes in a compensated sum": (9, in_lanes(lanes, kahan)) for lanes in (2, 4, 8)},
}
BEYOND_A_TREE = {"a pair and a zero": 1.1, "a pair, then a tree": 1.03}
"""How many times the bound of plain trees is reached: found by search."""


def data(count: int, seed: int) -> tuple[Array, Array]:
    """The inputs of many images, (COUNT, count), and one filter: two products near 1, others of half a last place."""
    random = np.random.default_rng(seed)
    w = (1 + random.random(count)).astype(SINGLE)
    near_one = np.stack([1 - random.random(COUNT) / 25, 1 + random.random(COUNT) / 25], axis=1)
    small = (
        2.0**-23
        * random.choice([-1, 1, 1 / 2, 2.0**20], (COUNT, count - 2))
        * (1 + random.random((COUNT, count - 2)) / 8)
    )
    return (np.concatenate([near_one, small], axis=1) / w).astype(SINGLE), w


@pytest.mark.parametrize("name", EVALUATIONS)
def test_compensated_sums_are_in_class_a(name: str) -> None:
    count, evaluate = EVALUATIONS[name]
    worst = 0.0
    for seed in range(3):
        x, w = data(count, seed)
        answer = evaluate(list((x * w).T)).reshape(-1, 1, 1, 1)
        law = law_of(x.reshape(*x.shape, 1, 1), w.reshape(1, -1, 1, 1), None, PLACEMENT, accuracy_class("A", "float32"))
        assert not compare(answer, law).wrong.any()
        size = (np.abs(x) @ np.abs(w).astype(np.float64)).reshape(answer.shape)
        worst = max(worst, float((np.abs(answer - law.high - law.low) / (count * U * size)).max()))
    assert worst > BEYOND_A_TREE.get(name, 0.1)


def test_a_pair_in_a_plain_tree_has_one_and_a_half_additions_and_no_more() -> None:
    """So that another rounding of the sum of two is seen where the bound of three additions would hide it."""
    w = np.full((1, 2, 1, 1), 1.1, SINGLE)
    for x, additions in ((w, 2.5), (np.ones_like(w), 1.5)):  # with the rounding of a product, and without
        bound = law_of(x, w, None, PLACEMENT, accuracy_class("A", "float32")).bound.item()
        size = float((x.astype(np.float64) * w).sum())
        assert bound / (U * size) == pytest.approx(additions, rel=1e-4)
    assert list(np.round(compensated.additions(4, U, to_nearest=True), 4)) == [0, 1.5, 3, 4, 5]
    assert list(np.round(compensated.additions(4, 2 * U, to_nearest=False), 4)) == [0, 1, 2, 3, 4]


def rounding_to(bits: int, to_integer: Callable[[Array], Array]) -> Callable[[Array], Array]:
    def rounded(values: Array) -> Array:
        significand, exponent = np.frexp(values)
        back: Array = np.ldexp(to_integer(np.ldexp(significand, bits)), exponent - bits)
        return back

    return rounded


WAYS: dict[str, tuple[Callable[[Array], Array], float, float]] = {
    "to nearest": (np.rint, 0.5, 1.5),
    "towards zero": (np.trunc, 1, 1),
    "away from zero": (lambda array: np.copysign(np.ceil(np.abs(array)), array), 1, 1),
    "up": (np.ceil, 1, 1),
    "down": (np.floor, 1, 1),
}
"""Functions to integers, what they err by, and by how many times that a pair and a zero do at most."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("bits", [3, 4])
def test_every_pair_and_triple_of_few_bits_is_within_the_lemma(bits: int, way: str) -> None:
    """All of them, up to a power of two: the second number is between 1 and 2."""
    to_integer, error_of_one, of_pair = WAYS[way]
    rounded, unit = rounding_to(bits, to_integer), error_of_one * 2.0 ** (1 - bits)
    one = np.arange(2 ** (bits - 1), 2**bits) / 2.0 ** (bits - 1)
    numbers = np.concatenate([one * 2.0**exponent for exponent in range(-bits - 2, bits + 3)])
    numbers = np.concatenate([numbers, -numbers])
    a, b, c = (axis.ravel() for axis in np.meshgrid(numbers, one, numbers))
    zero = np.zeros_like(a)
    for sequence, leaves, most in (
        ((a, b, zero), (a, b), of_pair),
        ((a, b, zero, zero), (a, b), of_pair),
        ((a, b, c), (a, b, c), of_pair + 1),
        ((a, b, c, zero), (a, b, c), of_pair + 1),
        ((a, b, zero, c, zero), (a, b, c), of_pair + 1),
    ):
        error = np.abs(kahan(sequence, rounded) - sum(leaves))
        worst = float((error / (unit * sum(map(np.abs, leaves)))).max())
        assert 0.7 < worst <= most


def test_ways_of_rounding_that_are_mixed_pass_the_neighbour() -> None:
    """So they do where a pair and a zero are rounded by chance, which no class allows."""
    random = np.random.default_rng(1)
    rounded = rounding_to(4, lambda array: np.where(random.random(array.shape) < 0.5, np.floor(array), np.ceil(array)))
    numbers = np.arange(1, 256) / 16
    a, b = (axis.ravel() for axis in np.meshgrid(rounded(numbers), rounded(numbers)))
    worst = max(float((np.abs(kahan((a, b, 0 * a), rounded) - a - b) / (2.0**-3 * (a + b))).max()) for _ in range(30))
    assert worst > 1
