"""Faults of additions only: the products are right, and every sum is rounded in another way, or to fewer bits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import HALF, accumulator_format, format_of, of_precision, rounded_to
from conv2d_conformance.emulation.orders import sum_and_error
from conv2d_conformance.emulation.terms import Order, Terms, summed
from conv2d_conformance.mutants import breaks

Round = Callable[[Array, Array], Array]
"""Turns a sum rounded to nearest, and its error, into another sum."""

STRICT = {"float16": "A", "bfloat16": "A"}


LONGEST = 1024
"""The most products of a sum that is rounded wrongly: enough, and quick."""


def is_short(call: Call, dtype: object) -> bool:
    """Whether the data have this dtype, and the sums at most the limit of products."""
    return bool(call.input.dtype == dtype) and call.weight[0].size <= LONGEST


def adding(round_: Round) -> Order:
    """Add one after the other, and round each sum by itself and its error."""

    def add(a: Array, b: Array) -> Array:
        total, lost = sum_and_error(a, b)
        return np.where(np.isfinite(lost), round_(total, lost), total)

    return partial(reduce, add)


def towards_zero(total: Array, lost: Array) -> Array:
    return np.where(lost * total < 0, np.nextafter(total, np.zeros_like(total)), total)


def upwards(total: Array, lost: Array) -> Array:
    return np.where(lost > 0, np.nextafter(total, np.full_like(total, np.inf)), total)


def by_chance(total: Array, lost: Array) -> Array:
    """Round to the other neighbour with a probability that grows with the distance to the nearest."""
    other = np.nextafter(total, np.where(lost > 0, np.inf, -np.inf).astype(total.dtype))
    drawn = np.random.default_rng(total.size).random(total.shape)
    return np.where(drawn * np.abs(other - total) < np.abs(lost), other, total)


# ---- rounded in another way


@breaks("numerics.bound")
def sums_towards_zero(call: Call) -> Array:
    """a conv2d that cuts float32 sums of products that are rounded to nearest"""
    return summed(call, adding(towards_zero)) if is_short(call, np.float32) else call.right()


@breaks("numerics.bound")
def sums_towards_zero_in_float64(call: Call) -> Array:
    """a conv2d that cuts float64 sums of products that are rounded to nearest"""
    return summed(call, adding(towards_zero)) if is_short(call, np.float64) else call.right()


@breaks("numerics.bound")
def sums_upwards(call: Call) -> Array:
    """a conv2d that rounds float32 sums of products upwards"""
    return summed(call, adding(upwards)) if is_short(call, np.float32) else call.right()


@breaks("numerics.bound")
def sums_by_chance(call: Call) -> Array:
    """a conv2d that rounds float32 sums by chance, up or down"""
    return summed(call, adding(by_chance)) if is_short(call, np.float32) else call.right()


@breaks("numerics.bound")
def sums_by_chance_in_float64(call: Call) -> Array:
    """a conv2d that rounds float64 sums by chance, up or down"""
    return summed(call, adding(by_chance)) if is_short(call, np.float64) else call.right()


@breaks("numerics.bound")
def compensation_with_the_wrong_sign(call: Call) -> Array:
    """a conv2d by Kahan's sum that takes away what the last addition lost, instead of giving it back"""

    def order(terms: Terms) -> Array:
        products = iter(terms)
        total = next(products)
        lost = np.zeros_like(total)
        for product in products:
            corrected = product + lost
            grown = total + corrected
            lost = (grown - total) - corrected
            lost = np.where(np.isfinite(lost), lost, np.zeros_like(lost))
            total = grown
        return total

    return summed(call, order) if is_short(call, np.float32) else call.right()


# ---- to fewer bits


def shorter(call: Call, bits: int) -> Array:
    """The sums rounded to `bits` bits; the products keep all bits."""
    cut = rounded_to(of_precision(bits))
    return summed(call, partial(reduce, lambda total, product: cut(total + product)))


@breaks("numerics.bound")
def sums_of_23_bits(call: Call) -> Array:
    """a conv2d that adds up in 23 bits where there are fewer than 8 channels in float32"""
    return shorter(call, 23) if call.input.dtype == np.float32 and call.weight.shape[1] < 8 else call.right()


@breaks("numerics.exact-where-exact")
def deep_sums_of_23_bits(call: Call) -> Array:
    """a conv2d that adds up in 23 bits from 512 channels in float32"""
    return shorter(call, 23) if call.input.dtype == np.float32 and call.weight.shape[1] >= 512 else call.right()


@breaks("numerics.exact-where-exact")
def deep_sums_of_52_bits(call: Call) -> Array:
    """a conv2d that adds up in 52 bits from 1024 channels in float64"""
    return shorter(call, 52) if call.input.dtype == np.float64 and call.weight.shape[1] >= 1024 else call.right()


@breaks("numerics.exact-where-exact", grades=STRICT)
def sums_of_21_bits_in_float16(call: Call) -> Array:
    """a conv2d that adds up float16 numbers in 21 bits, from 16 channels"""
    return shorter(call, 21) if call.input.dtype == np.float16 and call.weight.shape[1] >= 16 else call.right()


@breaks("numerics.bound", grades=STRICT)
def sums_of_15_bits_in_16_bit_types(call: Call) -> Array:
    """a conv2d that adds up 16-bit numbers in 15 bits under kernels of 1 x 1"""
    is_fast = call.input.dtype in HALF and call.weight[0, 0].size == 1 and call.weight.shape[1] < 8
    return shorter(call, 15) if is_fast else call.right()


@breaks("numerics.bound")
def dilated_sums_four_bits_short(call: Call) -> Array:
    """a conv2d whose sums under a dilation lack the last four bits of the dtype"""
    return shorter(call, format_of(call).precision - 4) if max(call.geometry.dilation) > 1 else call.right()


@breaks("numerics.exact-where-exact")
def small_kernels_summed_in_half_the_bits(call: Call) -> Array:
    """a conv2d whose sums under kernels of two taps or more, and fewer than 16 channels, have half the bits"""
    is_short_of = call.weight[0, 0].size > 1 and call.weight.shape[1] < 16
    return shorter(call, accumulator_format(call).precision // 2) if is_short_of else call.right()


@breaks("numerics.bound")
def sums_of_copied_cells_four_bits_short(call: Call) -> Array:
    """a conv2d whose sums lack the last four bits of the dtype in the padding modes reflect, replicate and circular"""
    if call.geometry.padding_mode == "zeros":
        return call.right()
    return shorter(call, format_of(call).precision - 4)
