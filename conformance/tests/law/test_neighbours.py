"""A single product may be rounded to either side where rounding is directed or done twice, in every dtype."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from conv2d_conformance.law.allowed import Allowed, compare
from conv2d_conformance.law.classes import accuracy_class
from conv2d_conformance.law.evaluate import law_of

Array = np.ndarray[Any, Any]
DTYPES = {"float32": np.float32, "float64": np.float64, "float16": np.float16, "bfloat16": ml_dtypes.bfloat16}
PLACEMENT: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, "pads": ((0, 0), (0, 0))}
SCALES = {"float32": (0, -140, 126), "float64": (0, -1070, 1022), "float16": (0, -20, 15), "bfloat16": (0, -130, 126)}
"""Exponents in the middle of the range, among the subnormal numbers, and where products pass the largest number."""


def law(x: Array, w: Array, grade: str) -> Allowed:
    """Of the products of every x with one w."""
    accuracy = accuracy_class(grade, x.dtype.name)
    return law_of(x.reshape(-1, 1, 1, 1), w.reshape(1, 1, 1, 1), None, PLACEMENT, accuracy)


def is_right(answers: Array, x: Array, w: Array, grade: str) -> Array:
    return ~compare(answers.reshape(-1, 1, 1, 1), law(x, w, grade)).wrong.ravel()


def factors(dtype: str, exponent: int, seed: int = 1) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    sizes = np.ldexp(1 + random.random(300), exponent) * random.choice([-1, 1], 300)
    with np.errstate(over="ignore"):
        x, w = sizes.astype(DTYPES[dtype]), (1 + random.random(1)).astype(DTYPES[dtype])
    return x[np.isfinite(x) & (x != 0)], w


def neighbours(x: Array, w: Array) -> tuple[Array, Array, Array]:
    """The largest numbers below the exact products and the smallest above them, and where the two are one."""
    below, above, exact = [], [], []
    for a in x:
        product = Fraction(float(a)) * Fraction(float(w[0]))
        with np.errstate(over="ignore", under="ignore"):
            value = (a * w[0]).astype(x.dtype)
        down, up = np.asarray(-np.inf, x.dtype), np.asarray(np.inf, x.dtype)
        if np.isfinite(value) and Fraction(float(value)) == product:
            low = high = value
        elif (not np.isfinite(value) and value > 0) or (np.isfinite(value) and Fraction(float(value)) > product):
            low, high = np.nextafter(value, down), value
        else:
            low, high = value, np.nextafter(value, up)
        below.append(low)
        above.append(high)
        exact.append(low == high)
    return np.array(below, x.dtype), np.array(above, x.dtype), np.array(exact)


@pytest.mark.parametrize("part", range(3), ids=["normal", "subnormal", "overflow"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_either_neighbour_of_a_product_is_right_in_a_tc_and_the_next_is_not(dtype: str, part: int) -> None:
    x, w = factors(dtype, SCALES[dtype][part])
    below, above, exact = neighbours(x, w)
    for answers in (below, above):
        assert is_right(answers, x, w, "A-tc").all()
        assert not is_right(answers, x, w, "A").all()
    assert not exact.all()
    down, up = np.asarray(-np.inf, x.dtype), np.asarray(np.inf, x.dtype)
    further = np.nextafter(below, down), np.nextafter(above, up)
    for answers, start in zip(further, (below, above), strict=True):
        assert not is_right(answers, x, w, "A-tc")[np.isfinite(start)].any()


@pytest.mark.parametrize("exponent", SCALES["float64"])
def test_a_product_that_is_rounded_to_80_bits_first_is_right_in_a_tc_alone(exponent: int) -> None:
    x, w = factors("float64", exponent)
    wide = x.astype(np.longdouble) * w.astype(np.longdouble)
    with np.errstate(over="ignore"):
        assert is_right(wide.astype(np.float64), x, w, "A-tc").all()


@pytest.mark.skipif(np.finfo(np.longdouble).nmant != 63, reason="long double has 64 bits on x86 alone")
def test_a_product_that_double_rounding_changes_is_wrong_in_a() -> None:
    random = np.random.default_rng(3)
    x, w = 1 + random.random(40_000), 1 + random.random(1)
    twice = (x.astype(np.longdouble) * w.astype(np.longdouble)).astype(np.float64)
    assert (twice != x * w).any()
    assert is_right(twice, x, w, "A-tc").all()
    assert np.array_equal(is_right(twice, x, w, "A"), twice == x * w)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("exponent", [0, -14])
def test_sixteen_bits_may_be_rounded_by_way_of_other_formats(dtype: str, exponent: int) -> None:
    x, w = factors(dtype, exponent)
    product = x.astype(np.float64) * w.astype(np.float64)
    significand, power = np.frexp(product)
    differ = 0
    for bits in range(9 if dtype == "bfloat16" else 12, 25):
        twice = np.ldexp(np.rint(np.ldexp(significand, bits)), power - bits).astype(np.float32).astype(x.dtype)
        assert is_right(twice, x, w, "A-tc").all()
        differ += int(np.count_nonzero(twice != product.astype(x.dtype)))
    assert differ
