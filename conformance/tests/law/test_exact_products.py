"""The rounding of a product is allowed where products round, and nowhere else."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest

from conv2d_conformance.law.allowed import Allowed, compare
from conv2d_conformance.law.classes import accuracy_class
from conv2d_conformance.law.evaluate import law_of
from conv2d_conformance.law.exact_products import with_exact_products

Array = np.ndarray[Any, Any]
PLACEMENT: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, "pads": ((0, 0), (0, 0))}


def law(x: Array, w: Array, grade: str = "A") -> Allowed:
    return law_of(x, w, None, PLACEMENT, accuracy_class(grade, x.dtype.name))


def product(x: Array, w: Array, dtype: str = "float32") -> float:
    return with_exact_products(x, w, accuracy_class("A", dtype)).product


def test_bits_of_both_factors_together() -> None:
    x = np.array([0.0, 2.0**12 - 1, -(2.0**-30), 3.0])
    assert product(x, np.array([2.0**-5 * (2**12 - 1)])) == 0
    assert product(x, np.array([2.0**13 - 1, 0.0])) == 2.0**-24
    assert product(np.array([1 + 2.0**-23]), np.array([-4.0, 0.0, 0.5])) == 0
    assert product(np.array([1 + 2.0**-23]), np.array([3.0])) == 2.0**-24
    assert product(np.array([1 + 2.0**-22]), np.array([0.0])) == 0
    assert product(np.array([1 + 2.0**-50]), np.array([5.0]), "float64") == 2.0**-53
    assert product(np.array([1 + 2.0**-49]), np.array([5.0]), "float64") == 0
    assert product(np.concatenate([np.ones(10_000), [1 + 2.0**-23]]), np.array([3.0])) == 2.0**-24


def test_bits_of_short_types_are_read_as_those_of_float32() -> None:
    x, w = np.array([3.0, 0.0], ml_dtypes.bfloat16), np.array([5.0], ml_dtypes.bfloat16)
    assert with_exact_products(x, w, accuracy_class("R-acc16", "bfloat16")).product == 0
    w = np.array([1 + 2.0**-6], ml_dtypes.bfloat16)
    assert with_exact_products(x, w, accuracy_class("R-acc16", "bfloat16")).product == 2.0**-7


def sums_of_two(count: int = 20_000) -> tuple[Array, Array]:
    random = np.random.default_rng(2)
    x = 1 + random.integers(0, 2**23, (count, 2, 1, 1)) * 2.0**-23
    x[:, 1] *= 2.0 ** random.integers(-12, 0, (count, 1, 1))
    return x.astype(np.float32), np.ones((1, 2, 1, 1), np.float32)


def test_a_sum_of_two_exact_products_may_be_rounded_and_compensated_and_no_more() -> None:
    x, w = sums_of_two()
    found = law(x, w)
    rounded = (x[:, 0] + x[:, 1]).reshape(-1, 1, 1, 1)
    assert not compare(rounded, found).wrong.any()
    assert (found.bound / np.abs(found.high)).max() < 1.51 * 2.0**-24


@pytest.mark.parametrize("way", ["stochastic", "towards zero", "upwards"])
def test_other_roundings_of_a_sum_of_two_exact_products_are_seen(way: str) -> None:
    x, w = sums_of_two()
    exact = x.astype(np.float64).sum(axis=1).reshape(-1, 1, 1, 1)
    nearest = exact.astype(np.float32)
    below = np.where(nearest > exact, np.nextafter(nearest, np.float32(0)), nearest)
    above = np.where(below < exact, np.nextafter(below, np.float32(np.inf)), below)
    random = np.random.default_rng(1).random(exact.shape) < 0.5
    answer = {"stochastic": np.where(random, below, above), "towards zero": below, "upwards": above}[way]
    assert compare(answer, law(x, w)).wrong.any()
    assert not compare(answer, law(x, w, "A-tc")).wrong.any()
