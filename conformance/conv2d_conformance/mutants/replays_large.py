"""Indices that are too narrow, and grids that are too small, for sizes that are rarely tried."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks

# ---- published


@breaks("values.every-size", replays="modular/modular#6129")
def grouped_taps_beyond_128_start_again(call: Call) -> Array:
    """a conv2d with groups that counts the columns of a kernel in 8 bits with a sign, and drops those from 128 on"""
    weight = call.weight.copy()
    if call.geometry.groups > 1:
        weight[..., 128:] = 0
    return call.right(weight=weight)


@breaks("values.every-size", replays="pytorch/pytorch#188335")
def long_kernels_cut_after_the_first_image(call: Call) -> Array:
    """a conv2d that uses 255 rows of longer kernels in all images but the first"""
    g = call.geometry
    result = call.right()
    if result.ndim == 4 and g.KH >= 256:
        weight = call.weight.copy()
        weight[:, :, 255:] = 0
        result[1:] = call.right(weight=weight)[1:]
    return result


@breaks("values.every-size", replays="microsoft/onnxruntime#28536")
def pixels_beyond_65535_start_again(call: Call) -> Array:
    """a conv2d whose output pixel is counted in 16 bits"""
    result = call.right()
    flat = result.reshape(*result.shape[:-2], result.shape[-2] * result.shape[-1])
    return flat[..., np.arange(flat.shape[-1]) % 65536].reshape(result.shape)


@breaks("values.every-size", replays="Samsung/ONE#11584")
def lowered_matrix_cut_at_four_megabytes(call: Call) -> Array:
    """a conv2d whose lowered matrix ends at 2^22 bytes, where the published one did at 2^31, other pixels being zero"""
    g = call.geometry
    result = call.right()
    column = g.C // g.groups * g.KH * g.KW * call.input.dtype.itemsize
    pixels = (2**22 - 1) // column
    if result.size // g.M > pixels:
        images = result.reshape(-1, g.M, g.OH * g.OW).transpose(0, 2, 1).copy()
        images.reshape(-1, g.M)[pixels:] = 0
        result = np.ascontiguousarray(images.transpose(0, 2, 1)).reshape(g.output_shape)
    return result


@breaks("values.every-size", replays="szagoruyko/pyinn#14")
def depthwise_elements_counted_in_16_bits(call: Call) -> Array:
    """a conv2d that reads zeros beyond the 32768th input element in depthwise convolutions"""
    g = call.geometry
    if g.groups != g.C or g.C == 1 or call.input.size <= 2**15:
        return call.right()
    image = np.array(call.input, order="C")
    image.reshape(-1)[2**15 :] = 0
    return call.right(input=image)


# ---- rows and columns


@breaks("values.every-size")
def rows_counted_in_8_bits(call: Call) -> Array:
    """a conv2d whose input row r, from 256 on, is row r % 256"""
    H = call.geometry.H
    return call.right(input=call.input[..., np.arange(H) % 256, :])


@breaks("values.every-size")
def columns_beyond_1024_not_computed(call: Call) -> Array:
    """a conv2d that has one thread for a column, and 1024 threads"""
    result = call.right()
    result[..., 1024:] = 0
    return result


@breaks("values.every-size")
def rows_beyond_65535_not_computed(call: Call) -> Array:
    """a conv2d that has one block for an output row, and 65535 blocks"""
    result = call.right()
    result[..., 65535:, :] = 0
    return result


@breaks("values.every-size")
def image_elements_counted_in_16_bits(call: Call) -> Array:
    """a conv2d whose place in a plane of more than 65536 pixels is counted in 16 bits"""
    g = call.geometry
    if g.H * g.W <= 2**16:
        return call.right()
    flat = np.ascontiguousarray(call.input).reshape(*call.input.shape[:-2], g.H * g.W)
    return call.right(input=flat[..., np.arange(g.H * g.W) % 2**16].reshape(call.input.shape))


# ---- channels, filters, images


@breaks("values.every-size")
def channels_beyond_1024_not_summed(call: Call) -> Array:
    """a conv2d that has one thread for an input channel, and 1024 threads"""
    weight = call.weight.copy()
    weight[:, 1024:] = 0
    return call.right(weight=weight)


@breaks("values.every-size")
def filters_beyond_1024_are_zero(call: Call) -> Array:
    """a conv2d that has one thread for an output channel, and 1024 threads"""
    result = call.right()
    result[..., 1024:, :, :] = 0
    return result


@breaks("values.every-size")
def images_beyond_65535_not_computed(call: Call) -> Array:
    """a conv2d that has one block for an image, and 65535 blocks"""
    result = call.right()
    if result.ndim == 4:
        result[65535:] = 0
    return result


@breaks("values.every-size")
def planes_beyond_65535_not_computed(call: Call) -> Array:
    """a conv2d that has one block for a plane of the output, N * M of them, and 65535 blocks"""
    result = np.ascontiguousarray(call.right())
    result.reshape(-1, *result.shape[-2:])[65535:] = 0
    return result


@breaks("values.every-size")
def groups_beyond_256_start_again(call: Call) -> Array:
    """a depthwise conv2d that counts channels in 8 bits"""
    g = call.geometry
    if g.groups != g.C or g.C <= 256:
        return call.right()
    return call.right(input=np.take(call.input, np.arange(g.C) % 256, axis=-3))


@breaks("values.every-size")
def taps_beyond_128_are_zero(call: Call) -> Array:
    """a conv2d with room for 128 elements of a kernel, rows and columns together"""
    weight = np.array(call.weight, order="C")
    weight.reshape(*weight.shape[:2], -1)[..., 128:] = 0
    return call.right(weight=weight)


@breaks("stride.beyond-kernel")
def stride_counted_in_8_bits(call: Call) -> Array:
    """a conv2d whose stride, from 256 on, is counted in 8 bits, the place of a window being cut to the input"""
    g = call.geometry
    if max(g.stride) < 256:
        return call.right()
    dense = call.right(stride=1)
    rows, columns = (np.arange(count) * (s % 256) for count, s in zip((g.OH, g.OW), g.stride, strict=True))
    rows, columns = np.minimum(rows, dense.shape[-2] - 1), np.minimum(columns, dense.shape[-1] - 1)
    return np.ascontiguousarray(dense[..., rows[:, None], columns])
