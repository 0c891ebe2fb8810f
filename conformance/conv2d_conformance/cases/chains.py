"""Recipes for the rounding of additions: a large product, and up to seven small ones near its last place.

Each pixel has its own row of products, spread over the channels from the first to the last: a large one, first or
last, and small ones among zeros. As in `few_products`, a filter has one tap. Its weight is a power of two for all
channels, so every product is exact, and an output is the chain of one pixel.
"""

from __future__ import annotations

import numpy as np

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.few_products import (
    Integers,
    axes,
    channels_of,
    chosen_tap,
    four,
    pixels,
    scaled_down,
)
from conv2d_conformance.cases.philox import FLOAT16, Words, size_of, uniform_of, words
from conv2d_conformance.contract.arrays import Floats, Shape
from conv2d_conformance.contract.formats import FORMATS

MOST = 8
"""Products in a chain."""

NARROWEST = FORMATS["float32"].precision
"""Bits of the narrowest accumulator, that of float32, which also holds the sums of 16-bit types."""

SHARES = np.array(
    [
        [251] * 7,  # rounded down, all are lost: rounding towards zero, or with one bit less
        [251, 251, *[0] * 5],
        [5] * 7,  # rounded up, each counts as one
        [5, 5, *[0] * 5],
        [192, 192, 192, *[0] * 4],  # three random roundings one way err by more than three to nearest can
        [210, 210, *[0] * 5],
        [179, 179, 179, 179, *[0] * 3],
        [141, *[26] * 6],  # the first one's loss lifts the second one up if it is added with the wrong sign
    ]
)
"""The small products in 256ths of the last place of the large one, for each kind of chain."""

WORDS = MOST + 2
"""Random words for each pixel: the kind of the chain, the large number, the place of each product."""


def chain(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """Small products, each a fraction of the accumulator's last place: every addition shows how it rounds.

    In 16-bit types, whose results would hide them, they are up to 1024 times as large, and the last of three or more
    products cancels the large one.
    """
    if array != "input":
        return _unit_taps(case, array, shape, bits)
    drawn, pixel = _by_pixel(case, shape)
    narrow = bits < NARROWEST
    cancelled = narrow and channels_of(case) >= 3
    exponent = 14 if bits == FLOAT16 else 0  # float16 has no room below
    # Just above a power of two, where the last place is the largest share of the number, with room for a chain below.
    free = min(bits - 7, 30)
    large = 65 / 64 + scaled_down(drawn[:, 1], 2**free) * 2.0 ** (-6 - free)
    large = np.ldexp(large, exponent) * _signs(drawn[:, 0])
    longer = (drawn[:, 0] >> 8) % 11 if narrow else np.zeros(len(drawn), np.uint64)
    unit = np.ldexp(
        _signs(drawn[:, 0] >> np.uint64(1)), longer.astype(np.int64) + exponent + 1 - max(bits, NARROWEST) - 8
    )
    small = SHARES[scaled_down(drawn[:, 0], len(SHARES))] * unit[:, None]
    return _laid_out(case, shape, drawn, pixel, _with_large(case, drawn, large, small, cancelled=cancelled))


def brim(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """Integers that fill the accumulator to the brim: a large one and ones, exact in any order if no bit is missing.

    In 16-bit types the large product, which reaches 2^22 or 2^16, is cancelled again if there are three channels.
    It stands on even channels, where the weights are large too; the ones stand on odd channels.
    """
    cancelled = bits < NARROWEST and channels_of(case) >= 3
    if array != "input":
        signs = np.sign(_unit_taps(case, array, shape, bits))
        if array != "weight" or not cancelled:
            return signs
        _, channel, _, _ = axes(shape)
        raised: Floats = (signs.reshape(four(shape)) * np.where(channel % 2 == 0, 2.0**bits, 1.0)).reshape(-1)
        return raised
    drawn, pixel = _by_pixel(case, shape)
    below = scaled_down(drawn[:, 1], 2 ** min(bits - 3, 30)).astype(np.float64)
    large = (2.0**bits - (0 if cancelled else 2 * MOST) - below) * _signs(drawn[:, 0])
    ones = np.repeat(_signs(drawn[:, 0] >> np.uint64(1))[:, None], MOST - 1, axis=1)
    chains = _with_large(case, drawn, large, ones, cancelled=cancelled)
    return _laid_out(case, shape, drawn, pixel, chains, parity=True)


def _unit_taps(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """One tap for each filter: a power of two with a sign. The bias, and grad_output, are as in `uniform`."""
    if array != "weight":
        return uniform_of(words(case, array, size_of(shape)), bits)
    item, _, _, _ = axes(shape)
    power = np.ldexp(np.where(item // 3 % 2 == 0, 1.0, -1.0), -(item % 3))
    return np.broadcast_to(np.where(chosen_tap(case, shape), power, 0.0), four(shape)).reshape(-1)


def _by_pixel(case: Case, shape: Shape) -> tuple[Words, Integers]:
    """The random words of every pixel, and the number of the pixel for each of its channels."""
    pixel, _, count = pixels(case, shape)
    return words(case, "shared", count * WORDS).reshape(count, WORDS), pixel


def _signs(drawn: Words) -> Floats:
    return np.where(drawn & 1, -1.0, 1.0)


def _with_large(case: Case, drawn: Words, large: Floats, small: Floats, *, cancelled: bool) -> Floats:
    """The chains in rows: three in four begin with the large product, the others end with it.

    A group with fewer channels than products has as many products as channels.
    """
    chain = np.concatenate((large[:, None], small), axis=1)
    chain[:, channels_of(case) :] = 0
    length = np.count_nonzero(chain, axis=1)
    if cancelled:
        chain[np.arange(len(chain)), length - 1] = -large
    backwards = (drawn[:, 0] >> 2) % 4 == 0
    turned = np.take_along_axis(chain, np.maximum(length[:, None] - 1 - np.arange(MOST), 0), axis=1)
    turned[np.arange(MOST) >= length[:, None]] = 0
    rows: Floats = np.where(backwards[:, None], turned, chain)
    return rows


def _laid_out(
    case: Case, shape: Shape, drawn: Words, pixel: Integers, chains: Floats, *, parity: bool = False
) -> Floats:
    """Put the products of each pixel on channels in order, each in its own part of them; often at the very ends.

    With `parity` the ones stand on odd channels, the others on even ones.
    """
    channels = channels_of(case)
    length = np.count_nonzero(chains, axis=1)
    at_the_ends = (drawn[:, 0] >> 4) % 2 == 0
    _, channel, _, _ = axes(shape)
    values = np.zeros(four(shape))
    for i in range(MOST):
        first, end = i * channels // length, (i + 1) * channels // length
        place = first + (scaled_down(drawn[:, 2 + i], 2**31) * (end - first) >> 31)
        place = np.where(at_the_ends & (i == 0), 0, np.where(at_the_ends & (i == length - 1), channels - 1, place))
        if parity:
            place = place // 2 * 2 + (np.abs(chains[:, i]) == 1)
        here = (channel % channels == place[pixel]) & (i < length)[pixel]
        values += np.where(here, chains[pixel, i], 0.0) * (values == 0)
    return values.reshape(-1)
