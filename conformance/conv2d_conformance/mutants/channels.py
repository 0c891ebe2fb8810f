"""Faults that use the wrong channel, filter, image or bias."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks


@breaks("values.no-flip")
def kernel_flipped(call: Call) -> Array:
    """a conv2d whose kernel is flipped (true convolution)"""
    return call.right(weight=call.weight[..., ::-1, ::-1])


@breaks("values.no-flip")
def kernel_flipped_left_right(call: Call) -> Array:
    """a conv2d whose kernel is mirrored from left to right"""
    return call.right(weight=call.weight[..., ::-1])


@breaks("values.no-flip")
def kernel_transposed_where_square(call: Call) -> Array:
    """a conv2d whose kernel is transposed where it is square"""
    g = call.geometry
    return call.right(weight=np.swapaxes(call.weight, 2, 3) if g.KH == g.KW else call.weight)


@breaks("values.index-map")
def first_tap_dropped_in_large_kernels(call: Call) -> Array:
    """a conv2d that drops the first tap of kernels with more than 3 rows or columns"""
    weight = call.weight.copy()
    if max(call.geometry.KH, call.geometry.KW) > 3:
        weight[:, :, 0, 0] = 0
    return call.right(weight=weight)


@breaks("values.index-map")
def last_column_from_its_neighbour(call: Call) -> Array:
    """a conv2d whose last output column repeats the one before"""
    result = call.right()
    if result.shape[-1] > 1:
        result[..., -1] = result[..., -2]
    return result


@breaks("values.index-map", replays="pytorch/pytorch#173068")
def taps_counted_by_the_wrong_axis(call: Call) -> Array:
    """a conv2d that counts the taps of a kernel by its rows instead of its columns"""
    g = call.geometry
    taps = np.arange(g.KH * g.KW)
    rows, columns = np.minimum(taps // g.KH, g.KH - 1), np.minimum(taps % g.KH, g.KW - 1)
    return call.right(weight=call.weight[:, :, rows, columns].reshape(call.weight.shape))


@breaks("values.definition")
def all_zeros(call: Call) -> Array:
    """zero throughout"""
    return np.zeros_like(call.right())


@breaks("values.definition")
def rectified(call: Call) -> Array:
    """a conv2d followed by ReLU"""
    return np.maximum(call.right(), 0)


@breaks("values.definition", replays="tensorflow/tensorflow#57128")
def stride_on_the_dilated_grid(call: Call) -> Array:
    """a conv2d that drops the stride where there is a dilation too"""
    g = call.geometry
    if max(g.stride) > 1 and max(g.dilation) > 1:
        dense = call.right(stride=1)
        return dense[..., : g.OH, : g.OW]
    return call.right()


@breaks("values.channels-summed")
def first_channel_alone(call: Call) -> Array:
    """a conv2d that sums over the first input channel alone"""
    weight = call.weight.copy()
    weight[:, 1:] = 0
    return call.right(weight=weight)


@breaks("values.channels-summed")
def channels_beyond_a_multiple_of_four_dropped(call: Call) -> Array:
    """a conv2d that drops the last C % 4 channels beyond the fourth"""
    channels = call.weight.shape[1]
    weight = call.weight.copy()
    if channels > 4:
        weight[:, channels - channels % 4 :] = 0
    return call.right(weight=weight)


@breaks("values.batch-items-independent")
def every_image_like_the_first(call: Call) -> Array:
    """a conv2d that answers every image of a batch like the first"""
    result = call.right()
    return np.repeat(result[:1], len(result), axis=0) if result.ndim == 4 else result


@breaks("values.batch-items-independent", replays="ggml-org/ggml#737")
def batch_and_channels_confused(call: Call) -> Array:
    """a conv2d whose product is laid out as (M, N) and read as (N, M)"""
    result = call.right()
    return np.ascontiguousarray(np.swapaxes(result, 0, 1)).reshape(result.shape) if result.ndim == 4 else result


@breaks("values.filters-independent")
def filters_in_reverse_order(call: Call) -> Array:
    """a conv2d whose output channels come in reverse order"""
    return np.ascontiguousarray(call.right()[..., ::-1, :, :])


@breaks("values.filters-independent")
def last_filter_repeats_the_first(call: Call) -> Array:
    """a conv2d whose last output channel repeats the first"""
    result = call.right()
    result[..., -1, :, :] = result[..., 0, :, :]
    return result


@breaks("values.every-size")
def last_column_wrong_beyond_sixteen(call: Call) -> Array:
    """a conv2d whose last output column is zero where the width is 1 beyond a multiple of 16"""
    result = call.right()
    width = result.shape[-1]
    if width > 16 and width % 16 == 1:
        result[..., -1] = 0
    return result


@breaks("values.every-size")
def filters_from_32_on_zero(call: Call) -> Array:
    """a conv2d whose output channels from 32 on are zero"""
    result = call.right()
    result[..., 32:, :, :] = 0
    return result


@breaks("values.every-size")
def products_beyond_512_dropped(call: Call) -> Array:
    """a conv2d that drops the products after the 512th"""
    weight = call.weight.copy().reshape(len(call.weight), -1)
    weight[:, 512:] = 0
    return call.right(weight=weight.reshape(call.weight.shape))


@breaks("values.every-size")
def rows_beyond_64_not_computed(call: Call) -> Array:
    """a conv2d that leaves the output rows from 64 on zero"""
    result = call.right()
    result[..., 64:, :] = 0
    return result


@breaks("bias.added")
def bias_dropped(call: Call) -> Array:
    """a conv2d without its bias"""
    return call.right(bias=None)


@breaks("bias.added")
def bias_added_twice(call: Call) -> Array:
    """a conv2d whose bias is added twice"""
    return call.right(bias=None if call.bias is None else 2 * call.bias)


@breaks("bias.added")
def bias_in_the_first_image_alone(call: Call) -> Array:
    """a conv2d whose bias is added to the first image alone"""
    result = call.right()
    if result.ndim == 4:
        result[1:] = call.right(bias=None)[1:]
    return result


@breaks("bias.per-channel", replays="OAID/Tengine#5")
def bias_of_the_first_group(call: Call) -> Array:
    """a conv2d whose groups all use the bias of the first group"""
    if call.bias is None:
        return call.right()
    run = len(call.bias) // call.geometry.groups
    return call.right(bias=np.tile(call.bias[:run], call.geometry.groups))


@breaks("bias.per-channel", replays="PaddlePaddle/Paddle#20704")
def bias_along_the_width(call: Call) -> Array:
    """a conv2d whose bias runs along the width where that is as long"""
    result = call.right()
    if call.bias is None or result.shape[-1] != len(call.bias):
        return result
    shifted: Array = call.right(bias=None) + call.bias
    return shifted


@breaks("bias.per-channel", replays="kraiskil/onnx2c#7")
def bias_of_the_image(call: Call) -> Array:
    """a conv2d whose bias is that of the image's number instead of the channel's"""
    if call.bias is None or call.input.ndim != 4:
        return call.right()
    images = np.arange(len(call.input)) % len(call.bias)
    shifted: Array = call.right(bias=None) + call.bias[images].reshape(-1, 1, 1, 1)
    return shifted


@breaks("bias.absent")
def bias_of_one_where_absent(call: Call) -> Array:
    """a conv2d that adds 1 where there is no bias"""
    return call.right() + call.input.dtype.type(1) if call.bias is None else call.right()


@breaks("bias.in-padding-only-windows")
def no_bias_in_the_padding(call: Call) -> Array:
    """a conv2d that leaves windows in the padding alone at zero"""
    taps = call.right(input=np.ones_like(call.input), weight=np.ones_like(call.weight), bias=None)
    return np.where(taps == 0, call.input.dtype.type(0), call.right())


@breaks("groups.side-by-side")
def every_group_reads_the_first(call: Call) -> Array:
    """a conv2d whose groups all read the input channels of the first"""
    run = call.geometry.C // call.geometry.groups
    first = call.input[..., :run, :, :]
    return call.right(input=np.concatenate([first] * call.geometry.groups, axis=-3))


@breaks("groups.side-by-side")
def channels_dealt_out_in_turn(call: Call) -> Array:
    """a conv2d that deals the input channels out to the groups in turn"""
    g = call.geometry
    order = np.arange(g.C).reshape(-1, g.groups).T.ravel()
    return call.right(input=call.input[..., order, :, :])


@breaks("groups.side-by-side", replays="ROCm/MIOpen#989")
def filters_of_a_group_lost(call: Call) -> Array:
    """a conv2d that computes M // groups // groups output channels of each group, and leaves the others zero"""
    g = call.geometry
    run = g.M // g.groups
    result = call.right()
    lost = np.arange(g.M) % run >= max(1, run // g.groups)
    result[..., lost, :, :] = 0
    return result


@breaks("groups.depthwise", replays="torch/cunn#470")
def depthwise_mixes_height_and_width(call: Call) -> Array:
    """a conv2d that takes the height for the width in depthwise convolutions"""
    g = call.geometry
    if g.groups != g.C or g.C == 1:
        return call.right()
    plane = np.ascontiguousarray(call.input)
    return call.right(input=plane.reshape(*plane.shape[:-2], g.W, g.H).swapaxes(-1, -2))


@breaks("groups.depthwise")
def depthwise_with_the_first_filter(call: Call) -> Array:
    """a conv2d whose depthwise filters are all the first"""
    g = call.geometry
    if g.groups != g.C or g.C != g.M or g.C == 1:
        return call.right()
    return call.right(weight=np.repeat(call.weight[:1], g.M, axis=0))


@breaks("groups.multiplier", replays="microsoft/onnxjs#41")
def multiplier_dealt_out_in_turn(call: Call) -> Array:
    """a depthwise conv2d whose output channel m reads input channel m % C instead of m // K"""
    g = call.geometry
    if g.groups != g.C or g.M == g.C:
        return call.right()
    index = np.arange(g.M) % g.C
    return call.right(input=call.input[..., index, :, :], groups=g.M)


@breaks("groups.every-divisor")
def groups_above_two_refused(call: Call) -> Array:
    """a conv2d that takes 1, 2 or C groups and refuses any other number"""
    g = call.geometry
    if g.groups not in (1, 2, g.C):
        raise ValueError("unsupported number of groups")
    return call.right()


@breaks("groups.every-divisor", replays="tenstorrent/tt-mlir#9276")
def strided_groups_ignore_the_padding(call: Call) -> Array:
    """a conv2d that forgets to pad where there are both groups and a stride"""
    g = call.geometry
    if g.groups > 1 and max(g.stride) > 1 and g.padding_mode == "zeros":
        result = call.right()
        without = call.right(padding=0) if g.KH <= g.H and g.KW <= g.W and max(g.dilation) == 1 else result
        return without if without.shape != result.shape else result
    return call.right()
