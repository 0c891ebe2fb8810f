"""Blocks of channels, and sizes that happen to be equal."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks


@breaks("values.channels-summed", replays="microsoft/onnxruntime#29651")
def channels_in_threes_with_a_step_of_four(call: Call) -> Array:
    """a conv2d that reads channels in threes, four apart, where C is a multiple of 3 above 3"""
    g = call.geometry
    if g.C % 3 or g.C == 3 or g.groups > 1:
        return call.right()
    index = np.arange(g.C) + np.arange(g.C) // 3
    image = np.take(call.input, np.minimum(index, g.C - 1), axis=-3)
    image[..., index >= g.C, :, :] = 0
    return call.right(input=image)


@breaks("values.every-size", replays="huggingface/candle#3405")
def cubes_taken_for_channels_last(call: Call) -> Array:
    """a conv2d that takes an input for channels-last where C, H and W are equal"""
    g = call.geometry
    if not g.C == g.H == g.W or g.C == 1:
        return call.right()
    return call.right(input=np.moveaxis(call.input, -1, -3))


@breaks("values.channels-summed")
def square_weight_transposed(call: Call) -> Array:
    """a 1 x 1 conv2d whose weight is transposed where there are as many filters as input channels"""
    g = call.geometry
    if (g.KH, g.KW) != (1, 1) or g.groups > 1 or g.C != g.M:
        return call.right()
    return call.right(weight=np.swapaxes(call.weight, 0, 1))


@breaks("values.channels-summed")
def last_block_of_channels_alone(call: Call) -> Array:
    """a conv2d that keeps the sum of the last block of 16 input channels alone"""
    channels = call.weight.shape[1]
    weight = call.weight.copy()
    weight[:, : (channels - 1) // 16 * 16] = 0
    return call.right(weight=weight)


@breaks("values.every-size")
def channels_beyond_blocks_of_32_dropped(call: Call) -> Array:
    """a conv2d that drops the last C % 32 input channels beyond the 32nd"""
    channels = call.weight.shape[1]
    weight = call.weight.copy()
    if channels > 32:
        weight[:, channels - channels % 32 :] = 0
    return call.right(weight=weight)


@breaks("values.every-size")
def products_beyond_blocks_of_32_unmasked(call: Call) -> Array:
    """a conv2d whose last block of 32 products, where there are more, is filled up with the last product"""
    g = call.geometry
    count = g.C // g.groups * g.KH * g.KW
    if count <= 32 or count % 32 == 0:
        return call.right()
    weight = call.weight.copy()
    weight[:, -1, -1, -1] *= weight.dtype.type(1 + 32 - count % 32)
    return call.right(weight=weight)


@breaks("values.every-size")
def taps_beyond_256_start_again(call: Call) -> Array:
    """a conv2d that counts the products of a sum in 8 bits, and so takes product k under weight k % 256"""
    flat = call.weight.reshape(len(call.weight), -1)
    return call.right(weight=flat[:, np.arange(flat.shape[1]) % 256].reshape(call.weight.shape))


@breaks("values.every-size")
def weights_beyond_16384_are_zero(call: Call) -> Array:
    """a conv2d with room for 16384 weight elements, the others being zero"""
    weight = np.array(call.weight, order="C")
    weight.reshape(-1)[16384:] = 0
    return call.right(weight=weight)


@breaks("values.filters-independent")
def batch_and_filters_confused_where_equal(call: Call) -> Array:
    """a conv2d that exchanges images and output channels where there are as many of both"""
    result = call.right()
    equal = result.ndim == 4 and result.shape[0] == result.shape[1]
    return np.ascontiguousarray(np.swapaxes(result, 0, 1)) if equal else result


@breaks("values.batch-items-independent")
def images_beyond_eight_repeat(call: Call) -> Array:
    """a conv2d that answers image n like image n % 8"""
    result = call.right()
    return result[np.arange(len(result)) % 8] if result.ndim == 4 else result


@breaks("values.batch-items-independent")
def images_after_the_first_use_the_next_row(call: Call) -> Array:
    """a conv2d that steps from image to image by H * W elements where there are several channels"""
    g = call.geometry
    if call.input.ndim == 3 or g.C == 1 or g.N == 0:
        return call.right()
    flat = np.ascontiguousarray(call.input).reshape(-1)
    starts = np.arange(g.N or 1)[:, None] * (g.H * g.W)
    image = flat[starts + np.arange(g.C * g.H * g.W)].reshape(call.input.shape)
    return call.right(input=image)


@breaks("batch.unbatched")
def unbatched_channels_taken_for_images(call: Call) -> Array:
    """a conv2d that takes the channels of an unbatched depthwise input for images under the first filter"""
    g = call.geometry
    if call.input.ndim == 4 or g.groups != g.C or g.M != g.C:
        return call.right()
    return call.right(weight=np.repeat(call.weight[:1], g.M, axis=0))


@breaks("batch.unbatched")
def unbatched_refused_with_padding_modes(call: Call) -> Array:
    """a conv2d that refuses an input of three axes in every padding mode but zeros"""
    if call.input.ndim == 3 and call.padding_mode != "zeros":
        raise ValueError("only four axes can be padded")
    return call.right()


@breaks("batch.empty")
def empty_batch_refused_with_padding_strings(call: Call) -> Array:
    """a conv2d that refuses an empty batch with a padding of "same", and no other"""
    if len(call.input) == 0 and call.padding == "same":
        raise ValueError("empty batch")
    return call.right()


@breaks("batch.empty")
def empty_batch_refused_with_groups(call: Call) -> Array:
    """a conv2d that refuses an empty batch with groups"""
    if len(call.input) == 0 and call.groups != 1:
        raise ValueError("empty batch")
    return call.right()
