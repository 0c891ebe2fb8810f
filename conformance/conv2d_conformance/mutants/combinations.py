"""Faults that need two or three conditions at once: a kernel, an attribute, a type, and a size past a block."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.call_kinds import dtype, filters_of_a_group, images, is_depthwise, is_short, kernel
from conv2d_conformance.emulation.spoiling import (
    last_filters_exchanged,
    without_last_channel,
    without_last_tap,
    zero_columns_from,
    zero_images_from,
)
from conv2d_conformance.mutants import breaks

# ---- attributes and sizes


@breaks("values.every-size", replays="pytorch/pytorch#19912")
def grouped_pointwise_blocks_of_filters_exchanged(call: Call) -> Array:
    """a 1 x 1 conv2d with groups of 8 or 16 filters and up to 4 channels that exchanges the last two filters"""
    g = call.geometry
    narrow = 1 < g.groups < g.C and g.C // g.groups <= 4
    wrong = kernel(call) == (1, 1) and narrow and filters_of_a_group(call) in (8, 16)
    return last_filters_exchanged(call) if wrong else call.right()


@breaks("values.every-size")
def depthwise_images_beyond_65535_not_computed(call: Call) -> Array:
    """a depthwise conv2d that has one block for an image, and 65535 blocks"""
    return zero_images_from(call, 65535) if is_depthwise(call) else call.right()


@breaks("values.every-size")
def thin_kernels_with_unequal_strides_lose_a_channel(call: Call) -> Array:
    """a conv2d that leaves out the last of 8 channels or more under kernels of one row whose strides differ"""
    g = call.geometry
    wrong = g.KH == 1 < g.KW and g.stride[0] != g.stride[1] and g.C // g.groups >= 8
    return without_last_channel(call) if wrong else call.right()


@breaks("values.every-size")
def dilated_groups_share_the_first_filters(call: Call) -> Array:
    """a conv2d that, dilated by 4, uses the first group's filters in the last group where groups have 16 or more"""
    g = call.geometry
    count = filters_of_a_group(call)
    weight = call.weight.copy()
    if 4 in g.dilation and g.groups > 1 and count >= 16:
        weight[-count:] = weight[:count]
    return call.right(weight=weight)


@breaks("values.every-size")
def strided_patches_of_many_channels_lose_the_last(call: Call) -> Array:
    """a conv2d of up to 3 filters that leaves out the last of 16 channels or more under strided kernels of 5 x 5 on"""
    g = call.geometry
    wrong = g.M <= 3 and min(g.KH, g.KW) >= 5 and min(g.stride) > 1 and g.C // g.groups >= 16
    return without_last_channel(call) if wrong else call.right()


@breaks("values.every-size")
def large_images_of_many_channels_lose_a_column(call: Call) -> Array:
    """a 3 x 3 conv2d whose last column is zero for images of 4096 pixels or more in 32 channels or more"""
    g = call.geometry
    wrong = kernel(call) == (3, 3) and g.H * g.W >= 4096 and g.C // g.groups >= 32
    return zero_columns_from(call, g.OW - 1) if wrong else call.right()


@breaks("values.every-size")
def strided_depthwise_large_kernels_lose_a_column(call: Call) -> Array:
    """a depthwise conv2d whose last column is zero under strided kernels of 7 x 7 with 16 channels or more"""
    g = call.geometry
    wrong = is_depthwise(call) and kernel(call) == (7, 7) and min(g.stride) > 1 and g.C >= 16
    return zero_columns_from(call, g.OW - 1) if wrong else call.right()


@breaks("values.every-size")
def padded_strided_pointwise_loses_a_row(call: Call) -> Array:
    """a 1 x 1 conv2d of 8 channels or more whose last row is zero where there are both a stride and padding"""
    g = call.geometry
    result = call.right()
    if kernel(call) == (1, 1) and min(g.stride) > 1 and g.pads[0][0] and g.C >= 8:
        result[..., -1, :] = 0
    return result


@breaks("values.every-size")
def unbiased_dilated_groups_lose_an_image(call: Call) -> Array:
    """a conv2d without a bias that, with groups and a dilation, is zero in the images from the third on"""
    g = call.geometry
    wrong = call.bias is None and 1 < g.groups < g.C and min(g.dilation) > 1
    return zero_images_from(call, 2) if wrong else call.right()


# ---- types


@breaks("values.every-size")
def float16_pointwise_columns_in_eights(call: Call) -> Array:
    """a 1 x 1 conv2d of float16 that drops the columns after the last 8 where the channels come in sixteens"""
    g = call.geometry
    wrong = dtype(call) == "float16" and kernel(call) == (1, 1) and g.groups == 1 and g.C % 16 == 0 and g.OW > 8
    return zero_columns_from(call, g.OW // 8 * 8) if wrong else call.right()


@breaks("values.every-size")
def bfloat16_pointwise_without_a_stride(call: Call) -> Array:
    """a 1 x 1 conv2d of bfloat16 that takes the first columns instead of every second, from 8 channels on"""
    g = call.geometry
    wrong = dtype(call) == "bfloat16" and kernel(call) == (1, 1) and g.C >= 8 and g.stride != (1, 1)
    return np.ascontiguousarray(call.right(stride=1)[..., : g.OH, : g.OW]) if wrong else call.right()


@breaks("values.every-size")
def float16_large_kernels_lose_a_tap(call: Call) -> Array:
    """a conv2d of float16 that drops the last tap of kernels of 7 x 7 or more, from 4 channels on"""
    g = call.geometry
    wrong = dtype(call) == "float16" and min(g.KH, g.KW) >= 7 and g.C // g.groups >= 4
    return without_last_tap(call) if wrong else call.right()


@breaks("values.every-size")
def short_images_beyond_1250_not_computed(call: Call) -> Array:
    """a conv2d of 16-bit numbers that has room for 1250 images"""
    return zero_images_from(call, 1250) if is_short(call) else call.right()


@breaks("values.every-size")
def bfloat16_bias_of_many_filters_lost(call: Call) -> Array:
    """a conv2d of bfloat16 that adds 32 biases where there are 64 filters or more and 7 images or more"""
    bias = None if call.bias is None else call.bias.copy()
    if bias is not None and dtype(call) == "bfloat16" and call.geometry.M >= 64 and images(call) >= 7:
        bias[32:] = 0
    return call.right(bias=bias)


@breaks("values.every-size")
def float16_depthwise_of_seven_loses_a_row(call: Call) -> Array:
    """a depthwise conv2d of float16 that leaves out the last row of kernels of 7 x 7"""
    weight = call.weight.copy()
    if dtype(call) == "float16" and is_depthwise(call) and kernel(call) == (7, 7):
        weight[..., -1, :] = 0
    return call.right(weight=weight)


@breaks("values.every-size")
def short_patches_of_36_taps_lose_the_last(call: Call) -> Array:
    """a conv2d of 16-bit numbers that drops the last tap of kernels of 36"""
    wrong = is_short(call) and np.prod(kernel(call)) == 36
    return without_last_tap(call) if wrong else call.right()


@breaks("values.every-size")
def float64_columns_beyond_vectors_lost(call: Call) -> Array:
    """a 3 x 3 conv2d of float64 without a stride that drops the columns after the last 8, from 17 on"""
    g = call.geometry
    wrong = dtype(call) == "float64" and kernel(call) == (3, 3) and g.stride == (1, 1) and g.OW >= 17
    return zero_columns_from(call, g.OW // 8 * 8) if wrong else call.right()


@breaks("values.channels-summed")
def bfloat16_channels_in_pairs(call: Call) -> Array:
    """a conv2d of bfloat16 that sums channels in pairs, and leaves out the last of an odd number from 16 on"""
    count = call.geometry.C // call.geometry.groups
    return without_last_channel(call) if dtype(call) == "bfloat16" and count > 16 and count % 2 else call.right()


@breaks("groups.depthwise")
def float64_depthwise_strided_loses_a_column(call: Call) -> Array:
    """a depthwise conv2d of float64 with a stride whose last column is zero from 16 channels on"""
    g = call.geometry
    wrong = dtype(call) == "float64" and is_depthwise(call) and min(g.stride) > 1 and g.C >= 16
    return zero_columns_from(call, g.OW - 1) if wrong else call.right()


@breaks("bias.per-channel")
def float16_bias_in_whole_eights(call: Call) -> Array:
    """a conv2d of float16 that adds biases in eights, and none to the filters after the last"""
    bias = None if call.bias is None else call.bias.copy()
    if bias is not None and dtype(call) == "float16" and len(bias) > 8:
        bias[len(bias) // 8 * 8 :] = 0
    return call.right(bias=bias)


@breaks("values.every-size")
def wide_layers_lose_a_channel(call: Call) -> Array:
    """a conv2d that leaves out the last channel where a group has 256 channels or more and 256 filters or more"""
    count = call.geometry.C // call.geometry.groups
    return without_last_channel(call) if min(count, filters_of_a_group(call)) >= 256 else call.right()


@breaks("values.every-size")
def tall_kernels_of_two_columns_lose_a_tap(call: Call) -> Array:
    """a conv2d of 4 channels or more that drops the last tap of kernels of 8 rows or more and two columns"""
    g = call.geometry
    return without_last_tap(call) if g.KH >= 8 and g.KW == 2 and g.C // g.groups >= 4 else call.right()


@breaks("values.every-size")
def filters_beyond_fifteen_lose_a_row(call: Call) -> Array:
    """a conv2d under kernels of 2 x 3 whose filters beyond the fifteenth lack their last row"""
    weight = call.weight.copy()
    if kernel(call) == (2, 3):
        weight[15:, :, -1] = 0
    return call.right(weight=weight)
