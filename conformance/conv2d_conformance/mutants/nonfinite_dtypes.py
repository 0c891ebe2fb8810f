"""NaN and infinity lost or spread in only one dtype, on only one path."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.call_kinds import dtype, is_depthwise, kernel
from conv2d_conformance.mutants import breaks


def is_nan(array: Array) -> Array:
    return np.isnan(array.astype(np.float64))


def is_infinite(array: Array) -> Array:
    return np.isinf(array.astype(np.float64))


def with_zeros(array: Array, where: Array) -> Array:
    """The array with zeros in some places."""
    return np.where(where, np.zeros_like(array), array)


def spread_to_the_left(result: Array, wrong: Array) -> Array:
    """The result with NaN also in the element before each wrong one."""
    spoilt = result.copy()
    spoilt[..., :-1][wrong[..., 1:]] = np.nan
    return spoilt


@breaks("special-values.outside-window", replays="uxlfoundation/oneDNN#5717")
def bfloat16_pairs_of_pixels_times_zero(call: Call) -> Array:
    """a conv2d of bfloat16 that multiplies pixels in pairs, the second by zero where there is no second channel"""
    result = call.right()
    wrong = dtype(call) == "bfloat16" and kernel(call) == (1, 1) and call.geometry.stride == (1, 1)
    return spread_to_the_left(result, is_nan(result) | is_infinite(result)) if wrong else result


@breaks("special-values.nan-in-window")
def float16_depthwise_takes_nan_for_zero(call: Call) -> Array:
    """a depthwise conv2d of float16 that takes a NaN in the input for zero"""
    wrong = dtype(call) == "float16" and is_depthwise(call)
    return call.right(input=with_zeros(call.input, is_nan(call.input))) if wrong else call.right()


@breaks("special-values.infinity-in-window")
def float64_infinity_becomes_the_largest_number(call: Call) -> Array:
    """a conv2d of float64 that answers the largest number for an infinity"""
    result = call.right()
    if dtype(call) == "float64":
        largest = np.copysign(np.finfo(np.float64).max, result)
        result = np.where(np.isinf(result), largest, result)
    return result


@breaks("special-values.infinity-times-zero")
def bfloat16_zero_weights_skipped_by_wide_layers(call: Call) -> Array:
    """a conv2d of bfloat16 that leaves out infinities where there are 8 channels or more and a weight is zero"""
    wrong = dtype(call) == "bfloat16" and call.geometry.C >= 8 and not call.weight.all()
    return call.right(input=with_zeros(call.input, is_infinite(call.input))) if wrong else call.right()


@breaks("special-values.between-taps")
def float64_wide_dilated_kernels_filled_with_zeros(call: Call) -> Array:
    """a conv2d of float64 and 8 channels or more that dilates its kernel by inserting zeros"""
    g = call.geometry
    if dtype(call) != "float64" or g.C < 8 or g.dilation == (1, 1):
        return call.right()
    (dh, dw), shape = g.dilation, call.weight.shape[:2]
    filled = np.zeros((*shape, dh * (g.KH - 1) + 1, dw * (g.KW - 1) + 1), call.weight.dtype)
    filled[:, :, ::dh, ::dw] = call.weight
    return call.right(weight=filled, dilation=1)


@breaks("special-values.unread-cells")
def bfloat16_strided_pointwise_reads_every_cell(call: Call) -> Array:
    """a strided 1 x 1 conv2d of bfloat16 that multiplies the cells that it skips by zero"""
    result = call.right()
    g = call.geometry
    if dtype(call) == "bfloat16" and kernel(call) == (1, 1) and g.stride[1] > 1 and g.C >= 8:
        dense = call.right(stride=(g.stride[0], 1))
        lost = is_nan(dense) | is_infinite(dense)
        columns = np.arange(g.OW) * g.stride[1] + 1
        inside = columns < dense.shape[-1]
        spoilt = np.zeros(result.shape, bool)
        spoilt[..., inside] = lost[..., columns[inside]]
        result[spoilt] = np.nan
    return result


@breaks("special-values.weight")
def float64_nan_weights_reach_the_next_filter(call: Call) -> Array:
    """a conv2d of float64 whose filters that are not finite make the next one NaN, from 16 channels on"""
    result = call.right()
    if dtype(call) == "float64" and call.geometry.C >= 16:
        odd = ~np.isfinite(call.weight).all(axis=(1, 2, 3))
        result[..., 1:, :, :][..., odd[:-1], :, :] = np.nan
    return result


@breaks("special-values.bias")
def float16_infinite_bias_becomes_the_largest_number(call: Call) -> Array:
    """a conv2d of float16 that clips its bias to finite numbers"""
    if call.bias is None or dtype(call) != "float16":
        return call.right()
    return call.right(bias=np.clip(call.bias, -65504, 65504))


@breaks("padding-mode.reflect-non-finite")
def float16_reflection_loses_what_is_not_finite(call: Call) -> Array:
    """a conv2d of float16 that takes what is not finite for zero under reflection"""
    return _finite_under(call, "reflect", "float16")


@breaks("padding-mode.replicate-non-finite")
def bfloat16_repetition_loses_what_is_not_finite(call: Call) -> Array:
    """a conv2d of bfloat16 that takes what is not finite for zero where the edge is repeated"""
    return _finite_under(call, "replicate", "bfloat16")


@breaks("padding-mode.circular-non-finite")
def float64_circular_padding_loses_what_is_not_finite(call: Call) -> Array:
    """a conv2d of float64 that takes what is not finite for zero under circular padding"""
    return _finite_under(call, "circular", "float64")


def _finite_under(call: Call, mode: str, name: str) -> Array:
    if call.padding_mode != mode or dtype(call) != name:
        return call.right()
    return call.right(input=with_zeros(call.input, ~np.isfinite(call.input.astype(np.float64))))
