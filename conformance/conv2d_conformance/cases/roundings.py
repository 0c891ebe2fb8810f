"""Recipes whose sums are hard to compute, each for a different arithmetic.

The functions have the same form as those in `data`: for an array of a case, its shape and the bits of its significand,
they return the elements as a flat float64 array. Every value is exact in its dtype.
"""

from __future__ import annotations

import numpy as np

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.philox import (
    FLOAT16,
    MAX_EXPONENTS,
    MIN_EXPONENTS,
    WORDS_OF_A_COUNT,
    below,
    fitted,
    places,
    size_of,
    uniform_of,
    words,
)
from conv2d_conformance.contract.arrays import Floats, Shape


def spread(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """`uniform` times 2^-e to 2^e: as wide as sums can still show the smallest product.

    e is 5 in float32, 12 in float64, 2 in float16, 1 in bfloat16.
    """
    drawn = words(case, array, size_of(shape))
    widest = (bits - 3) // 4
    return np.ldexp(uniform_of(drawn, bits), below(drawn, 2 * widest + 1) - widest)


def cancelling(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """Pairs of products that cancel except for half of their bits: an error of the sum exceeds the sum.

    Every second weight of a filter is the one before it with the opposite sign and other low bits. A last weight
    without a partner is small. The pixels differ only in their low bits.
    """
    return cancelling_part(case, array, shape, bits, slice(0, size_of(shape)))


def cancelling_part(case: Case, array: str, shape: Shape, bits: int, part: slice) -> Floats:
    """A part of the flat array that `cancelling` makes; it begins at a multiple of the words of one count."""
    count = part.stop - part.start
    drawn = words(case, array, count, first=part.start)
    rest = 2.0 ** -(bits // 2)
    if array == "bias":
        return uniform_of(drawn, bits) * rest
    low = (1 << (64 - bits // 2)) - 1  # the low half of the fraction, which occupies the highest bits
    if array == "input":
        drawn &= np.uint64(low)
        drawn >>= np.uint64(65 - bits)
        fraction = drawn.astype(np.float64)
        fraction *= 2.0 ** (1 - bits)
        fraction += 1
        return fraction
    taps = size_of(shape[1:])
    tap = np.arange(part.start, part.stop) % taps
    odd = tap % 2 == 1
    before = np.roll(drawn, 1)
    if part.start and count:
        before[0] = words(case, array, WORDS_OF_A_COUNT, first=part.start - WORDS_OF_A_COUNT)[-1]
    first = np.where(odd, before, drawn)
    paired = uniform_of((first & ~np.uint64(low | 1)) | (drawn & (low - 1)) | ((first & 1) ^ odd), bits)
    return np.where((tap == taps - 1) & ~odd, paired * rest, paired)


def monotone(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """Positive and falling from channel to channel, row to row, tap to tap: each addition rounds as far as it can."""
    values = np.abs(uniform_of(words(case, array, size_of(shape)), bits))
    items = shape[0] if len(shape) > 3 else 1
    falling = -np.sort(-values.reshape(items, -1 if items else 0), axis=1)
    flat: Floats = falling.ravel()
    return flat


def scaled(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """Positive, channel c of the input scaled by 2^e and of the weight by 2^-e: fixed-point arithmetic loses channels.

    e falls from 30 to -30 over the channels of a group, in float16 from 7 to -7; the products are all alike in size.
    The idea is that of test 4 in "How to grade the accuracy of an implementation of the BLAS" (Demmel et al.).
    """
    assert case.recipe is not None
    values = np.abs(uniform_of(words(case, array, size_of(shape)), bits))
    if array == "bias":
        return values
    channels = max(1, case.C // case.groups)
    largest = 7 if bits == FLOAT16 else 30
    _, channel, _, _ = places(shape)
    step = (channel + case.recipe.seed % channels) % channels
    exponent = largest - 2 * largest * step // max(1, channels - 1)
    scaled: Floats = np.ldexp(values, exponent if array == "input" else -exponent)
    return scaled


def complementary(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """Half of the input and half of every second filter are zero; in every second window no non-zero values meet.

    Input and filters are chequered over channels, rows and columns. A sum of zeros is zero, however dense the data
    around it, but an algorithm that mixes taps or channels (Strassen, Winograd, Fourier) leaves a residue. The idea is
    that of test 2 in "How to grade the accuracy of an implementation of the BLAS" (Demmel et al.).
    """
    assert case.recipe is not None
    values = uniform_of(words(case, array, size_of(shape)), bits)
    if array == "bias":
        return values
    item, channel, row, column = places(shape)
    colour = (channel % max(1, case.C // case.groups) + row + column) % 2
    if array == "input":
        return np.where((colour == 1) & (values.size > 1), 0.0, values)
    marked = (item + case.recipe.seed % 2) % 2 == 0
    return np.where(marked & (colour == 0) & (size_of(shape[1:]) > 1), 0.0, values)


def subnormal(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """An input around the smallest normal number, weights around 1/8, no bias: data and sums are subnormal."""
    drawn = words(case, array, size_of(shape))
    if array == "bias":
        return np.zeros(drawn.size)
    middle, around = (MIN_EXPONENTS[bits], 3) if array == "input" else (-3, 1)
    return fitted(np.ldexp(uniform_of(drawn, bits), middle + below(drawn, 2 * around + 1) - around), bits)


def near_overflow(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """The largest data whose sums never overflow. An algorithm that squares or transforms them does overflow."""
    values = uniform_of(words(case, array, size_of(shape)), bits)
    terms = max(1, case.C // case.groups) * case.KH * case.KW + 1
    product = MAX_EXPONENTS[bits] - 2 - (terms - 1).bit_length()
    part = {"input": product - product // 2, "weight": product // 2, "bias": product}[array]
    return np.ldexp(values, part)


def odd(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """Odd integers of 12 bits (float64: 41; 16-bit types: all their bits) and small odd ones, in sums that are exact.

    From channel to channel, input and weight take turns being large. A type or an accumulator with fewer bits loses the
    last ones. Where a filter has more taps than can be added exactly, evenly spaced ones are non-zero.
    """
    assert case.recipe is not None
    drawn = words(case, array, size_of(shape))
    length = {24: 12, 53: 41, 11: 11, 8: 8}[bits]
    small = 2 if bits > FLOAT16 else 1  # how many small odd integers: 1 and 3, or only 1
    sign = np.where(drawn & 1, -1.0, 1.0)
    large_one = sign * (2.0 ** (length - 1) + 2.0 * (drawn >> (66 - length)).astype(np.float64) + 1)
    small_one = sign * (2.0 * below(drawn, small) + 1)
    if array == "bias":
        return large_one
    item, channel, _, _ = places(shape)
    local = channel % max(1, case.C // case.groups)
    is_large = (local % 2 == case.recipe.seed % 2) == (array == "input")
    values = np.where(is_large, large_one, small_one)
    if array == "input":
        return values
    most = 128 if bits <= FLOAT16 else 2 ** (bits - length) // (2 * small - 1) - 1  # their sum has `bits` bits
    step = -(-size_of(shape[1:]) // most)
    tap = np.arange(drawn.size) % max(1, size_of(shape[1:]))
    return np.where((tap + item + case.recipe.seed % step) % step == 0, values, 0.0)


def lone_pixel(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """As `uniform`, but the input is one pixel of each image, 64 times as large, and zeros elsewhere.

    From image to image the pixel moves to the next position, starting at position `seed`. Every output is one product
    or none, so anything that leaks beyond a window shows, however small.
    """
    values = uniform_of(words(case, array, size_of(shape)), bits)
    if array != "input" or not values.size:
        return values
    assert case.recipe is not None
    images = shape[0] if len(shape) > 3 else 1
    pixels = values.size // images
    kept = np.arange(images) * pixels + (case.recipe.seed % pixels + np.arange(images)) % pixels
    alone = np.zeros_like(values)
    alone[kept] = values[kept] * 64
    return alone
