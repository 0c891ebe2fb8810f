"""NaN, infinities and rounding that go wrong only on some paths."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import FORMATS, TF32
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import format_of, rounded_to, through
from conv2d_conformance.emulation.orders import sequential
from conv2d_conformance.emulation.terms import summed
from conv2d_conformance.mutants import breaks

# ---- NaN and infinity


@breaks("special-values.outside-window")
def wide_layers_spread_infinities(call: Call) -> Array:
    """a 3 x 3 conv2d that turns whole tiles of 2 x 2 outputs into NaN where one is, from 16 channels on"""
    g = call.geometry
    result = call.right()
    if (g.KH, g.KW) != (3, 3) or g.stride != (1, 1) or g.dilation != (1, 1) or g.C < 16:
        return result
    spoilt = ~np.isfinite(result)
    spread = np.zeros_like(spoilt)
    for row in (0, 1):
        for column in (0, 1):
            tile = spoilt[..., row::2, column::2]
            spread[..., : 2 * tile.shape[-2], : 2 * tile.shape[-1]] |= tile.repeat(2, -2).repeat(2, -1)[
                ..., : g.OH, : g.OW
            ]
    return np.where(spread, np.nan, result).astype(result.dtype)


@breaks("special-values.weight")
def weights_made_finite(call: Call) -> Array:
    """a conv2d that takes NaN in the weight for zero where the kernel is larger than 1 x 1"""
    clean = np.where(np.isnan(call.weight), np.zeros_like(call.weight), call.weight)
    return call.right(weight=clean if call.weight[0, 0].size > 1 else call.weight)


@breaks("special-values.outside-window")
def padding_by_multiplication(call: Call) -> Array:
    """a conv2d that reads the nearest element for a padding cell and multiplies it by zero"""
    result = call.right()
    if call.padding_mode != "zeros":
        return result
    odd = np.where(np.isfinite(call.input), np.zeros_like(call.input), call.input)
    read = call.right(input=odd, padding_mode="replicate", weight=np.ones_like(call.weight), bias=None)
    return np.where(np.isfinite(read), result, np.nan).astype(result.dtype)


@breaks("special-values.outside-window")
def groups_by_a_diagonal_of_blocks(call: Call) -> Array:
    """a conv2d that fills up the filters of a group with zeros for the channels of the others"""
    result = call.right()
    odd = np.where(np.isfinite(call.input), np.zeros_like(call.input), call.input)
    spoilt = call.right(
        input=odd.sum(axis=-3, keepdims=True), weight=np.ones_like(call.weight[:, :1]), groups=1, bias=None
    )
    return np.where(np.isfinite(spoilt), result, np.nan).astype(result.dtype)


@breaks("special-values.infinity-times-zero")
def zero_weights_skipped_under_pointwise_kernels(call: Call) -> Array:
    """a conv2d that skips the weights that are zero under kernels of 1 x 1"""
    if call.weight[0, 0].size > 1 or np.isfinite(call.input).all():
        return call.right()
    return summed(
        call, lambda terms: np.where(terms.w[None, ..., None] == 0, 0, _products(terms.x, terms.w)).sum(axis=3)
    )


def _products(x: Array, w: Array) -> Array:
    product: Array = x[:, :, None] * w[None, ..., None]
    return product


@breaks("special-values.infinity-in-window")
def infinite_sums_cut(call: Call) -> Array:
    """a conv2d that returns the largest number for an infinity of the input"""
    largest = format_of(call).largest
    result = call.right()
    if not np.isinf(call.input).any():
        return result
    return np.where(np.isinf(result), np.copysign(largest, result), result).astype(result.dtype)


@breaks("special-values.between-taps")
def rows_between_taps_multiplied_by_zero(call: Call) -> Array:
    """a conv2d that fills up the height of a dilated kernel with zeros"""
    g = call.geometry
    if g.dilation[0] == 1:
        return call.right()
    filled = np.zeros((*call.weight.shape[:2], g.dilation[0] * (g.KH - 1) + 1, g.KW), call.weight.dtype)
    filled[:, :, :: g.dilation[0]] = call.weight
    return call.right(weight=filled, dilation=(1, g.dilation[1]))


@breaks("special-values.unread-cells")
def lost_columns_multiplied_by_zero(call: Call) -> Array:
    """a conv2d whose last column of windows reads the columns that the stride leaves over, times zero"""
    g = call.geometry
    lost = (g.W + sum(g.pads[1]) - g.dilation[1] * (g.KW - 1) - 1) % g.stride[1]
    result = call.right()
    if lost and not g.pads[1][1] and g.padding_mode == "zeros":
        odd = ~np.isfinite(call.input[..., g.W - lost :]).all(axis=(-3, -2, -1))
        result[..., -1] = np.where(odd[..., None, None], np.nan, result[..., -1]).astype(result.dtype)
    return result


# ---- rounding


@breaks("numerics.exact-where-exact", replays="Tencent/ncnn#6765")
def stale_lanes_beyond_four_channels(call: Call) -> Array:
    """a conv2d whose empty lanes hold tiny stale numbers where C % 4 is not 0"""
    g = call.geometry
    result = call.right()
    if g.C // g.groups % 4 == 0:
        return result
    noise = 4 * format_of(call).unit * np.abs(result.astype(np.float64)).max(initial=0)
    shifted: Array = (result.astype(np.float64) + noise).astype(result.dtype)
    return shifted


@breaks("dtype.float32")
def result_rounded_to_bfloat16(call: Call) -> Array:
    """a conv2d that rounds float32 results to bfloat16"""
    return through("bfloat16")(call.right()) if call.input.dtype == np.float32 else call.right()


@breaks("dtype.float32")
def bias_rounded_to_float16(call: Call) -> Array:
    """a conv2d that rounds a bias in float32 to float16"""
    if call.bias is None or call.input.dtype != np.float32:
        return call.right()
    return call.right(bias=through("float16")(call.bias))


@breaks("dtype.float64")
def bias_rounded_to_float32(call: Call) -> Array:
    """a conv2d that rounds a bias in float64 to float32"""
    return call.right(bias=None if call.bias is None else rounded_to(FORMATS["float32"])(call.bias))


@breaks("dtype.float64")
def depthwise_float64_through_float32(call: Call) -> Array:
    """a conv2d that computes depthwise convolutions of float64 in float32"""
    g = call.geometry
    if g.groups != g.C or call.input.dtype != np.float64:
        return call.right()
    return summed(call, sequential, accumulator=np.float32)


@breaks("values.every-size")
def tf32_where_channels_are_multiples_of_eight(call: Call) -> Array:
    """a conv2d that rounds float32 data to TF32 where C and M are multiples of 8"""
    g = call.geometry
    if call.input.dtype != np.float32 or g.C // g.groups % 8 or g.M // g.groups % 8:
        return call.right()
    return summed(call, sequential, inputs=rounded_to(TF32))


@breaks("values.every-size")
def tf32_in_common_layers(call: Call) -> Array:
    """a conv2d that rounds float32 data to TF32 under kernels of 3 x 3 from 16 channels on"""
    g = call.geometry
    if call.input.dtype != np.float32 or (g.KH, g.KW) != (3, 3) or g.C < 16:
        return call.right()
    return summed(call, sequential, inputs=rounded_to(TF32))
