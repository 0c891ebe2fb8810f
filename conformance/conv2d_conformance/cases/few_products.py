"""Recipes whose sums have one product, or a few: the last bit of the answer can be judged at any depth.

Each filter has weights at only one tap of its kernel, so an output sees one pixel, whatever the stride, the dilation
and the padding. The pixel is non-zero in one block of channels. The filter is non-zero at one place within every block.
Block and place share one channel. All other products are zero and round nothing, so an output is one product, however
many channels there are.

The numbers of pixels and of filters determine the size of a block, so that as many channels as possible meet; the first
and the last channel meet most often. Half of the pixels of a 4x4 patch share a block, which gives an algorithm that
mixes neighbours something to mix.

For gradients, grad_output is non-zero at one position of each filter, and each channel of the weight belongs to one
filter. So every element of each gradient is one product, except in cells that padding copies.
"""

from __future__ import annotations

from math import isqrt

import numpy as np
import numpy.typing as npt

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.philox import Words, size_of, uniform_of, words
from conv2d_conformance.contract.arrays import Floats, Shape

Integers = npt.NDArray[np.int64]

FEW = 8
PATCH = 4
"""The side of a patch in pixels: that of the tile that Winograd's F(2, 3) reads."""


def single(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """One product for every output, of numbers as in `uniform`; every fourth filter also has a bias."""
    return _apart(case, array, shape, bits, most=1)


def few(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """At most eight products for every output, of numbers as in `uniform`; every fourth filter also has a bias."""
    return _apart(case, array, shape, bits, most=FEW)


def _apart(case: Case, array: str, shape: Shape, bits: int, *, most: int) -> Floats:
    drawn = words(case, array, size_of(shape))
    lit = np.broadcast_to(_is_lit(case, array, shape, most), four(shape)).reshape(-1)
    values = np.zeros(drawn.size)
    values[lit] = uniform_of(drawn[lit], bits)
    return values


def four(shape: Shape) -> Shape:
    """The last four axes, with 1 for each one that the shape lacks."""
    return ((1,) * 4 + shape)[-4:] if len(shape) <= 4 else (size_of(shape[:-3]), *shape[-3:])


def axes(shape: Shape) -> tuple[Integers, Integers, Integers, Integers]:
    """The index on each of the four axes, as arrays that broadcast to the full shape."""
    item, channel, row, column = np.ix_(*map(np.arange, four(shape)))
    return item, channel, row, column


def _is_lit(case: Case, array: str, shape: Shape, most: int) -> npt.NDArray[np.bool_]:
    """Where an array of the case is non-zero; broadcasts to its four axes."""
    assert case.recipe is not None
    item, channel, _, column = axes(shape)
    if array == "bias":
        return np.asarray(column % 4 == (case.M - 1) % 4)  # always includes the last filter
    if array == "grad_output":
        return _one_position(case, shape, most)
    if case.hands_over_output:
        filters = max(1, case.M // case.groups)
        owner = (channel + case.recipe.seed % filters) % filters if array == "weight" else item % filters
        return np.asarray(owner == item % filters)
    size, count = _blocks(case)
    if array == "weight":
        return np.asarray(chosen_tap(case, shape) & (channel % size == _place(case, item)))
    step = -(-count // most)
    block = channel % channels_of(case) // size
    lit: npt.NDArray[np.bool_] = (block - _chosen_block(case, shape, count)) % count % step == 0
    return lit


def channels_of(case: Case) -> int:
    """The channels of a group."""
    return max(1, case.C // case.groups)


def _blocks(case: Case) -> tuple[int, int]:
    """The size of a block of channels, and the number of blocks. Pixels choose blocks, filters choose places."""
    filters = max(1, case.M // case.groups // (case.KH * case.KW))
    size = isqrt(channels_of(case) * filters // max(1, (case.N or 1) * case.H * case.W))
    size = min(max(size, 1), channels_of(case))
    return size, -(-channels_of(case) // size)


def chosen_tap(case: Case, shape: Shape) -> npt.NDArray[np.bool_]:
    """The one tap of each filter. It moves around the kernel from filter to filter."""
    assert case.recipe is not None
    item, _, row, column = axes(shape)
    taps = case.KH * case.KW
    tap: npt.NDArray[np.bool_] = row * case.KW + column == (item + case.recipe.seed % taps) % taps
    return tap


def _place(case: Case, item: Integers) -> Integers:
    """The place of each filter within the blocks.

    Of every four filters of a group, one has the place of the last channel and one that of the first. The others have
    different places where they share a tap, as long as there are enough places.
    """
    size, _ = _blocks(case)
    local, taps = item % max(1, case.M // case.groups), case.KH * case.KW
    place: Integers = (local // taps + local % taps) % size
    return np.where(local % 4 == 0, (channels_of(case) - 1) % size, np.where(local % 4 == 1, 0, place))


def pixels(case: Case, shape: Shape) -> tuple[Integers, Integers, int]:
    """The number of each pixel, the number of the corner of its patch, and the count of all pixels.

    Each group counts its own pixels. A pixel appears once for each of its channels.
    """
    item, channel, row, column = axes(shape)
    items, _, rows, columns = four(shape)
    plane = item * case.groups + channel // channels_of(case) % case.groups
    pixel: Integers = (plane * rows + row) * columns + column
    corner: Integers = (plane * rows + row // PATCH * PATCH) * columns + column // PATCH * PATCH
    return pixel, corner, items * case.groups * rows * columns


def _chosen_block(case: Case, shape: Shape, count: int) -> Integers:
    """The block of each pixel. Half have the block of their patch, half their own, which may be the first or last."""
    pixel, corner, number = pixels(case, shape)
    drawn = words(case, "shared", number)
    own = scaled_down(drawn, count)
    kind = drawn & 15
    own[kind == 0] = 0
    own[kind == 1] = count - 1
    block: Integers = np.where(kind[pixel] >= 8, own[corner], own[pixel])
    return block


def scaled_down(drawn: Words, count: int) -> Integers:
    """Numbers from 0 to count - 1, from the upper bits; count is at most 2^32."""
    return ((drawn >> 32) * np.uint64(count) >> 32).astype(np.int64)


def _one_position(case: Case, shape: Shape, most: int) -> npt.NDArray[np.bool_]:
    """One position of each filter, in any image, or `most` evenly spaced ones. The first filters have the ends."""
    item, channel, row, column = axes(shape)
    items, _, rows, columns = four(shape)
    count = items * rows * columns
    chosen = scaled_down(words(case, "shared", case.M), count)
    chosen[0::4] = count - 1
    chosen[1::4] = 0
    step = max(1, -(-count // most))
    position = (item * rows + row) * columns + column
    lit: npt.NDArray[np.bool_] = (position - chosen[channel % case.M]) % max(1, count) % step == 0
    return lit
