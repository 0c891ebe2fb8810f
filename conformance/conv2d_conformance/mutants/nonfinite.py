"""Faults of NaN and infinity: lost, changed into each other, or spread beyond the windows that hold them."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import format_of
from conv2d_conformance.emulation.terms import Terms, summed
from conv2d_conformance.emulation.winograd import winograd_tiles
from conv2d_conformance.mutants import breaks


def _without_nan(array: Array) -> Array:
    return np.where(np.isnan(array), np.zeros_like(array), array)


@breaks("special-values.nan-in-window")
def nan_counts_as_zero(call: Call) -> Array:
    """a conv2d that takes a NaN in the input for zero"""
    return call.right(input=_without_nan(call.input))


@breaks("special-values.nan-in-window")
def nan_at_the_border_is_lost(call: Call) -> Array:
    """a conv2d whose last column of outputs takes NaN for zero"""
    result = call.right()
    result[..., -1:] = call.right(input=_without_nan(call.input))[..., -1:]
    return result


@breaks("special-values.infinity-in-window")
def infinity_becomes_nan(call: Call) -> Array:
    """a conv2d that subtracts its largest input before the sum, and adds it again"""
    result = call.right()
    return np.where(np.isinf(result) & bool(np.isinf(call.input).any()), np.nan, result).astype(result.dtype)


@breaks("special-values.infinity-in-window")
def infinity_counts_as_the_largest_number(call: Call) -> Array:
    """a conv2d that clips its input to finite numbers"""
    limit = format_of(call).largest
    return call.right(input=np.clip(call.input.astype(np.float64), -limit, limit).astype(call.input.dtype))


@breaks("special-values.infinity-times-zero")
def zero_weights_are_skipped(call: Call) -> Array:
    """a conv2d that leaves out products with a weight of zero"""

    def order(terms: Terms) -> Array:
        total = np.zeros_like(terms[0])
        for k, product in enumerate(terms):
            total = total + np.where(terms.w[None, :, :, k, None] == 0, 0, product)
        return total

    return summed(call, order)


@breaks("special-values.outside-window", replays="tensorflow/tensorflow#60315")
def tiles_become_nan(call: Call) -> Array:
    """a conv2d whose tiles of 2 x 2 become NaN as a whole, as in Winograd's algorithm"""
    result = call.right()
    return np.where(np.isnan(winograd_tiles(call, 2)), np.nan, result).astype(result.dtype)


@breaks("special-values.outside-window")
def other_groups_times_zero(call: Call) -> Array:
    """a conv2d that multiplies the channels of other groups by zero"""
    with np.errstate(invalid="ignore"):
        zero = 0 * call.input.sum(axis=(-3, -2, -1), keepdims=True)
        spoilt: Array = call.right() + zero
    return spoilt.astype(call.input.dtype)


@breaks("special-values.between-taps")
def dilated_kernel_filled_with_zeros(call: Call) -> Array:
    """a conv2d that dilates its kernel by inserting zeros"""
    g = call.geometry
    (dh, dw), shape = g.dilation, call.weight.shape[:2]
    spread = np.zeros((*shape, dh * (g.KH - 1) + 1, dw * (g.KW - 1) + 1), call.weight.dtype)
    spread[:, :, ::dh, ::dw] = call.weight
    return call.right(weight=spread, dilation=1, padding=call.padding)


@breaks("special-values.unread-cells")
def skipped_cells_times_zero(call: Call) -> Array:
    """a conv2d that multiplies the cells between its windows by zero"""
    g = call.geometry
    room = [(0, 0), (0, 0), *((0, max(0, s - d * (k - 1) - 1)) for s, d, k in _axes(call))]
    wide = np.pad(call.weight, room)
    fits = all(size + sum(pads) >= w for size, pads, w in zip((g.H, g.W), g.pads, wide.shape[2:], strict=True))
    if g.dilation != (1, 1) or not fits:
        return call.right()
    result, touched = call.right(), call.right(weight=wide)
    rows, columns = touched.shape[-2:]
    spoilt = np.isnan(touched)
    result[..., :rows, :columns][spoilt] = np.nan
    return result


def _axes(call: Call) -> zip[tuple[int, int, int]]:
    g = call.geometry
    return zip(g.stride, g.dilation, (g.KH, g.KW), strict=True)


@breaks("special-values.weight", replays="pytorch/pytorch#12484")
def nan_weights_count_as_zero(call: Call) -> Array:
    """a conv2d that takes a NaN in the weight for zero"""
    return call.right(weight=_without_nan(call.weight))


@breaks("special-values.weight")
def nan_weights_reach_all_filters(call: Call) -> Array:
    """a conv2d that multiplies the other filters by zero"""
    with np.errstate(invalid="ignore"):
        spoilt: Array = call.right() + 0 * call.weight.sum()
    return spoilt.astype(call.input.dtype)


@breaks("special-values.weight")
def dead_channels_are_skipped(call: Call) -> Array:
    """a conv2d that leaves out input channels that are zero throughout"""
    g = call.geometry
    values = call.input.reshape(-1, g.C, g.H * g.W)
    dead = ~(values != 0).any(axis=(0, 2)).reshape(g.groups, 1, g.C // g.groups, 1, 1)
    weight = call.weight.reshape(g.groups, g.M // g.groups, *call.weight.shape[1:])
    return call.right(weight=np.where(dead, np.zeros_like(weight), weight).reshape(call.weight.shape))


@breaks("special-values.bias")
def infinite_bias_is_left_out(call: Call) -> Array:
    """a conv2d that adds only a finite bias"""
    finite = None if call.bias is None else np.where(np.isfinite(call.bias), call.bias, np.zeros_like(call.bias))
    return call.right(bias=finite)


@breaks("special-values.bias")
def nan_bias_reaches_all_filters(call: Call) -> Array:
    """a conv2d that adds the mean of its biases and takes it away again"""
    result = call.right()
    odd = call.bias is not None and not np.isfinite(call.bias).all()
    return np.full_like(result, np.nan) if odd else result
