"""Recipes with one product for every sum, or a few: at any depth, the last bit of the answer can be judged.

A filter has weights at one tap of its kernel alone, so that an output sees one pixel, whatever the stride, the
dilation and the padding. Of that pixel's channels those of one block are not zero, and of the filter's channels those
of one place within each block: block and place have one channel in common. All other products are zero, and round
nothing, so that an output is one product, however many channels there are.

Blocks and places are sized by the numbers of pixels and of filters, so that as many channels as possible meet; the
first and the last channel do so most often. Half of the pixels of a patch of 4x4 share a block: there, an algorithm
that mixes neighbours has something to mix.

For gradients it is grad_output that is not zero at one position of each filter, and a channel of the weight is left to
one filter: every element of each gradient is one product, but for cells that padding copies.
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
"""Pixels, as large as the tile that Winograd's F(2, 3) reads."""


def single(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """One product for every output, of numbers as in `uniform`; every fourth filter has a bias beside it."""
    return _apart(case, array, shape, bits, most=1)


def few(case: Case, array: str, shape: Shape, bits: int) -> Floats:
    """Eight products at most for every output, of numbers as in `uniform`; every fourth filter has a bias too."""
    return _apart(case, array, shape, bits, most=FEW)


def _apart(case: Case, array: str, shape: Shape, bits: int, *, most: int) -> Floats:
    drawn = words(case, array, size_of(shape))
    lit = np.broadcast_to(_is_lit(case, array, shape, most), four(shape)).reshape(-1)
    values = np.zeros(drawn.size)
    values[lit] = uniform_of(drawn[lit], bits)
    return values


def four(shape: Shape) -> Shape:
    """The last four axes, with 1 for those that the shape lacks."""
    return ((1,) * 4 + shape)[-4:] if len(shape) <= 4 else (size_of(shape[:-3]), *shape[-3:])


def axes(shape: Shape) -> tuple[Integers, Integers, Integers, Integers]:
    """The index on each of the four axes, in arrays that broadcast to the whole."""
    item, channel, row, column = np.ix_(*map(np.arange, four(shape)))
    return item, channel, row, column


def _is_lit(case: Case, array: str, shape: Shape, most: int) -> npt.NDArray[np.bool_]:
    """Where an array of the case is not zero; broadcasts to its four axes."""
    assert case.recipe is not None
    item, channel, _, column = axes(shape)
    if array == "bias":
        return np.asarray(column % 4 == (case.M - 1) % 4)  # the last filter in any case
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
    """Of a group."""
    return max(1, case.C // case.groups)


def _blocks(case: Case) -> tuple[int, int]:
    """The size of a block of channels, and how many there are: the pixels choose blocks, the filters places."""
    filters = max(1, case.M // case.groups // (case.KH * case.KW))
    size = isqrt(channels_of(case) * filters // max(1, (case.N or 1) * case.H * case.W))
    size = min(max(size, 1), channels_of(case))
    return size, -(-channels_of(case) // size)


def chosen_tap(case: Case, shape: Shape) -> npt.NDArray[np.bool_]:
    """The one tap of each filter, which goes round the kernel from filter to filter."""
    assert case.recipe is not None
    item, _, row, column = axes(shape)
    taps = case.KH * case.KW
    tap: npt.NDArray[np.bool_] = row * case.KW + column == (item + case.recipe.seed % taps) % taps
    return tap


def _place(case: Case, item: Integers) -> Integers:
    """The place of each filter within the blocks.

    Of four filters of a group one has that of the last channel and one that of the first; of the others those with
    the same tap have different places, as long as there are enough.
    """
    size, _ = _blocks(case)
    local, taps = item % max(1, case.M // case.groups), case.KH * case.KW
    place: Integers = (local // taps + local % taps) % size
    return np.where(local % 4 == 0, (channels_of(case) - 1) % size, np.where(local % 4 == 1, 0, place))


def pixels(case: Case, shape: Shape) -> tuple[Integers, Integers, int]:
    """The number of every pixel, in which each group counts its own; of the one in the corner of its patch; of all.

    Each pixel is there once for each of its channels.
    """
    item, channel, row, column = axes(shape)
    items, _, rows, columns = four(shape)
    plane = item * case.groups + channel // channels_of(case) % case.groups
    pixel: Integers = (plane * rows + row) * columns + column
    corner: Integers = (plane * rows + row // PATCH * PATCH) * columns + column // PATCH * PATCH
    return pixel, corner, items * case.groups * rows * columns


def _chosen_block(case: Case, shape: Shape, count: int) -> Integers:
    """The block of each pixel: half have that of their patch, half one of their own, at times the first or last."""
    pixel, corner, number = pixels(case, shape)
    drawn = words(case, "shared", number)
    own = scaled_down(drawn, count)
    kind = drawn & 15
    own[kind == 0] = 0
    own[kind == 1] = count - 1
    block: Integers = np.where(kind[pixel] >= 8, own[corner], own[pixel])
    return block


def scaled_down(drawn: Words, count: int) -> Integers:
    """Numbers from 0 to count - 1, at most 2^32, of the upper bits."""
    return ((drawn >> 32) * np.uint64(count) >> 32).astype(np.int64)


def _one_position(case: Case, shape: Shape, most: int) -> npt.NDArray[np.bool_]:
    """One position of each filter, in any image; with more, as many, evenly spread. The first filters have the ends."""
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
