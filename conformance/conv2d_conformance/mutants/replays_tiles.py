"""Tails of tiles and vectors: outputs, rows and pixels that do not fill a block of the machine."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks


def pixels(call: Call) -> Array:
    """The right answer with its rows joined: (..., M, OH * OW), a view of a copy."""
    result = call.right()
    return result.reshape(*result.shape[:-2], result.shape[-2] * result.shape[-1])


def back(call: Call, result: Array) -> Array:
    return np.ascontiguousarray(result).reshape(call.geometry.output_shape)


def without_taps(call: Call, rows: slice = slice(None), columns: slice = slice(None)) -> Array:
    """The answer without some taps."""
    weight = call.weight.copy()
    weight[..., rows, columns] = 0
    return call.right(weight=weight)


# ---- published


@breaks("values.every-size", replays="Tencent/ncnn#1014")
def channels_shifted_to_a_multiple_of_four(call: Call) -> Array:
    """a 3 x 3 conv2d with stride 2 that stores each channel at a multiple of four pixels and reads them as dense"""
    g = call.geometry
    result = call.right()
    count = g.OH * g.OW
    if (g.KH, g.KW) != (3, 3) or g.stride != (2, 2) or count % 4 == 0:
        return result
    planes = result.reshape(-1, g.M * count)
    starts = np.arange(g.M) * (count + -count % 4)
    stored = np.zeros((len(planes), starts[-1] + count), result.dtype)
    for m, start in enumerate(starts):
        stored[:, start : start + count] = planes[:, m * count : (m + 1) * count]
    return back(call, stored[:, : g.M * count])


@breaks("values.every-size", replays="Tencent/ncnn#1283")
def one_product_less_in_the_last_block_of_eight(call: Call) -> Array:
    """a 3 x 3 conv2d with stride 2 that drops the last tap of the pixel that a block of eight leaves over"""
    g = call.geometry
    result = pixels(call)
    if (g.KH, g.KW) == (3, 3) and g.stride == (2, 2) and g.OH * g.OW > 8 and g.OH * g.OW % 8 == 1:
        less = without_taps(call, slice(2, 3), slice(2, 3))
        result[..., -9] = less.reshape(result.shape)[..., -9]
    return back(call, result)


@breaks("values.every-size", replays="Tencent/ncnn#1384")
def small_packed_images_lose_their_last_pixels(call: Call) -> Array:
    """a 1 x 1 conv2d that drops the pixels beyond blocks of eight where C % 4 = 0 and the image is below 16 x 16"""
    g = call.geometry
    result = pixels(call)
    count = g.OH * g.OW
    if (g.KH, g.KW) == (1, 1) and g.C % 4 == 0 and g.H * g.W < 256 and count > 8:
        result[..., count - count % 8 :] = 0
    return back(call, result)


@breaks("values.every-size", replays="pytorch/pytorch#173902")
def rows_read_with_an_aligned_pitch(call: Call) -> Array:
    """a conv2d that takes rows for a multiple of four wide where the width, beyond 8, is none"""
    g = call.geometry
    if g.W % 4 == 0 or g.W <= 8:
        return call.right()
    flat = np.ascontiguousarray(call.input).reshape(-1)
    index = np.arange(flat.size).reshape(call.input.shape)
    index = index + (-g.W % 4) * np.arange(g.H)[:, None]
    return call.right(input=np.where(index < flat.size, flat[np.minimum(index, flat.size - 1)], 0))


# ---- tails


@breaks("values.every-size")
def rows_beyond_the_width_not_computed(call: Call) -> Array:
    """a conv2d that computes as many output rows as there are columns"""
    result = call.right()
    result[..., result.shape[-1] :, :] = 0
    return result


@breaks("values.every-size")
def one_column_over_a_vector_of_four(call: Call) -> Array:
    """a conv2d whose last column is that four before it where the width is 1 beyond a multiple of 4, from 9 on"""
    result = call.right()
    width = result.shape[-1]
    if width > 8 and width % 4 == 1:
        result[..., -1] = result[..., -5]
    return result


@breaks("values.every-size")
def pixels_beyond_tiles_of_64_lost(call: Call) -> Array:
    """a conv2d whose grid covers OH * OW // 64 tiles of pixels"""
    result = pixels(call)
    count = result.shape[-1]
    if count > 64:
        result[..., count - count % 64 :] = 0
    return back(call, result)


@breaks("values.every-size")
def pixels_beyond_tiles_of_128_wrong(call: Call) -> Array:
    """a conv2d whose last tile of 128 pixels, where it is more than half empty, repeats the first pixel"""
    result = pixels(call)
    count = result.shape[-1]
    if count > 128 and 0 < count % 128 < 64:
        result[..., count - count % 128 :] = result[..., :1]
    return back(call, result)


@breaks("values.every-size")
def filters_beyond_eight_lost(call: Call) -> Array:
    """a conv2d that drops the last M % 8 output channels beyond the eighth"""
    result = call.right()
    M = call.geometry.M
    if M > 8:
        result[..., M - M % 8 :, :, :] = 0
    return result


@breaks("values.every-size")
def last_filter_of_an_odd_number_wrong(call: Call) -> Array:
    """a conv2d that computes filters two at a time, so that the last of an odd number above 16 is the one before"""
    result = call.right()
    if call.geometry.M > 16 and call.geometry.M % 2:
        result[..., -1, :, :] = result[..., -2, :, :]
    return result


@breaks("values.every-size")
def halo_missing_between_columns(call: Call) -> Array:
    """a conv2d in tiles of 16 columns whose last column does not see the first of the next tile"""
    g = call.geometry
    result = call.right()
    if g.KW > 1:
        columns = slice(15, max(g.OW - 1, 0), 16)
        result[..., columns] = without_taps(call, columns=slice(g.KW - 1, None))[..., columns]
    return result


@breaks("values.every-size")
def halo_without_dilation(call: Call) -> Array:
    """a conv2d in tiles of 8 rows whose last row misses its last taps where the kernel is dilated"""
    g = call.geometry
    result = call.right()
    if g.KH > 1 and g.dilation[0] > 1:
        rows = slice(7, max(g.OH - 1, 0), 8)
        result[..., rows, :] = without_taps(call, rows=slice(g.KH - 1, None))[..., rows, :]
    return result


@breaks("values.every-size")
def shared_tile_too_small_for_large_kernels(call: Call) -> Array:
    """a conv2d with room for kernels of 7 rows beside a tile, so that later rows of a kernel read zeros"""
    return without_taps(call, rows=slice(7, None))


@breaks("values.every-size")
def columns_beyond_16_of_a_kernel_dropped(call: Call) -> Array:
    """a conv2d that drops the kernel columns from 16 on"""
    return without_taps(call, columns=slice(16, None))


@breaks("stride.steps")
def stride_forgotten_between_tiles(call: Call) -> Array:
    """a conv2d in tiles of 8 columns that advances by 8 columns of the input from tile to tile, whatever the stride"""
    g = call.geometry
    dense = call.right(stride=(g.stride[0], 1))
    columns = np.arange(g.OW)
    return np.ascontiguousarray(dense[..., columns // 8 * 8 + columns % 8 * g.stride[1]])


@breaks("stride.steps")
def odd_widths_lose_a_column_at_stride_two(call: Call) -> Array:
    """a conv2d with stride 2 whose last column is zero where the input is of odd width"""
    g = call.geometry
    result = call.right()
    if g.stride[1] == 2 and g.W % 2:
        result[..., -1] = 0
    return result


@breaks("bias.added")
def bias_in_whole_vectors_alone(call: Call) -> Array:
    """a conv2d that adds no bias to the columns beyond the last whole vector of 4"""
    result = call.right()
    width = result.shape[-1]
    if width > 4 and width % 4:
        tail = slice(width - width % 4, None)
        result[..., tail] = call.right(bias=None)[..., tail]
    return result


@breaks("bias.added")
def bias_added_by_every_split(call: Call) -> Array:
    """a conv2d that adds the bias once for each 32 input channels"""
    g = call.geometry
    times = -(-(g.C // g.groups) // 32)
    return call.right(bias=None if call.bias is None else call.bias * call.bias.dtype.type(times))


@breaks("bias.per-channel")
def bias_of_a_tile_of_32(call: Call) -> Array:
    """a conv2d whose output channel m has the bias of channel m % 32"""
    return call.right(bias=None if call.bias is None else call.bias[np.arange(len(call.bias)) % 32])
