"""Matrix engines of several vendors, and results that are rounded more than once: all in class A-tc."""

from __future__ import annotations

from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import DTYPES, FORMATS, Format
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.float32_sums import directed, in_float32
from conv2d_conformance.emulation.formats import format_of, of_precision, rounded_to
from conv2d_conformance.emulation.orders import aligned, blocked, rounding, sequential
from conv2d_conformance.emulation.terms import Terms, summed
from conv2d_conformance.variants.variant import variant

ENGINE = dict.fromkeys(DTYPES, "A-tc")
FLOAT32 = FORMATS["float32"]


def _aligned(call: Call, size: int, numbers: Format = FLOAT32) -> Array:
    """Cut `size` products and the sum to a format, counted from the leading bit of the largest; float64 is not cut."""
    return in_float32(call, aligned(size, numbers), result=rounded_to(FLOAT32, np.trunc))


@variant(grades=ENGINE)
def blocks_of_8_aligned(call: Call) -> Array:
    """A matrix engine: eight products and the sum are aligned to the largest of them, and cut."""
    return _aligned(call, 8)


@variant(grades=ENGINE)
def blocks_of_8_with_a_guard_bit(call: Call) -> Array:
    """A matrix engine that keeps one bit more than float32 while it adds up eight products."""
    return _aligned(call, 8, of_precision(25))


@variant(grades=ENGINE)
def blocks_of_16_with_two_guard_bits(call: Call) -> Array:
    """A matrix engine that keeps two bits more than float32 while it adds up sixteen products."""
    return _aligned(call, 16, of_precision(26))


@variant(grades=ENGINE)
def blocks_of_32_aligned(call: Call) -> Array:
    """A matrix engine: thirty-two products and the sum are aligned to the largest of them, and cut."""
    return _aligned(call, 32)


@variant(grades=ENGINE)
def pairs_rounded_before_they_are_added(call: Call) -> Array:
    """A matrix engine that rounds the sum of two products, and then its sum with the accumulator."""

    def order(terms: Terms) -> Array:
        total = np.zeros_like(terms[0])
        for k in range(0, len(terms), 2):
            pair = terms[k] + terms[k + 1] if k + 1 < len(terms) else terms[k]
            total = total + pair
        return total

    return summed(call, order)


@variant(grades=ENGINE)
def fours_added_exactly(call: Call) -> Array:
    """A matrix engine that adds up four products exactly, and rounds their sum with the accumulator once."""
    return in_float32(call, blocked(4, rounded_to(FLOAT32)))


@variant(grades=ENGINE)
def extended_precision(call: Call) -> Array:
    """Float64 in registers of 80 bits: a result is rounded twice. Float32 is rounded to float64 before."""
    wide = np.longdouble if call.input.dtype == np.float64 else np.float64
    return summed(call, sequential, accumulator=wide)


@variant(grades=ENGINE)
def sixteen_bits_rounded_twice(call: Call) -> Array:
    """A 16-bit result is rounded to two bits more before; products and sums of the others are rounded once."""
    numbers = format_of(call)
    if numbers.precision >= 24:
        return summed(call, sequential)
    return summed(call, sequential, result=rounded_to(of_precision(numbers.precision + 2)))


@variant(grades=ENGINE)
def downwards(call: Call) -> Array:
    """Products, sums and results are rounded downwards."""
    return directed(call, np.floor)


@variant(grades=ENGINE)
def away_from_zero(call: Call) -> Array:
    """Products, sums and results are rounded away from zero."""
    return directed(call, lambda array: np.copysign(np.ceil(np.abs(array)), array))


@variant(grades=ENGINE)
def float64_towards_zero(call: Call) -> Array:
    """Float64 products are cut, by way of 80 bits; the others are summed in float64 and cut."""
    numbers = format_of(call)
    if numbers.name != "float64":
        return summed(call, sequential, accumulator=np.float64, result=rounded_to(numbers, np.trunc))
    return summed(call, rounding(_to_float64_cut), accumulator=np.longdouble)


def _to_float64_cut(array: Any) -> Any:
    """Numbers of 80 bits, cut below the last place of float64."""
    with np.errstate(all="ignore"):
        nearest = array.astype(np.float64)
        beyond = np.abs(nearest.astype(np.longdouble)) > np.abs(array)
        return np.where(beyond, np.nextafter(nearest, 0.0), nearest).astype(np.longdouble)


VARIANTS = (
    *(blocks_of_8_aligned, blocks_of_8_with_a_guard_bit, blocks_of_16_with_two_guard_bits, blocks_of_32_aligned),
    *(pairs_rounded_before_they_are_added, fours_added_exactly, extended_precision, sixteen_bits_rounded_twice),
    *(downwards, away_from_zero, float64_towards_zero),
)
