"""Faults that show in large calls alone, or in data of a kind of their own."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.strassen import strassen_product
from conv2d_conformance.emulation.terms import with_bias
from conv2d_conformance.mutants import breaks


@breaks("numerics.bound")
def strassen_for_large_products(call: Call) -> Array:
    """a conv2d by Strassen's matrix product where filters, products and pixels are 64 or more"""
    g = call.geometry
    sizes = (g.M, g.C * g.KH * g.KW, g.OH * g.OW)
    return strassen_product(call) if g.groups == 1 and min(sizes) >= 64 else call.right()


@breaks("numerics.bound")
def equal_taps_by_running_sums(call: Call) -> Array:
    """a float32 conv2d by running sums of its pixels where each filter has equal taps for a channel"""
    g = call.geometry
    taps = call.weight.reshape(g.M, g.C // g.groups, -1)
    is_plain = call.input.dtype == np.float32 and g.groups == 1 and g.stride == g.dilation == (1, 1)
    is_box = taps.shape[-1] > 1 and bool((taps == taps[..., :1]).all())
    if not (is_plain and is_box and g.padding_mode == "zeros" and np.isfinite(call.input).all()):
        return call.right()
    (top, bottom), (left, right) = g.pads
    planes = call.input.reshape(-1, g.C, g.H, g.W)
    with np.errstate(all="ignore"):
        padded = np.pad(planes, [(0, 0), (0, 0), (top + 1, bottom), (left + 1, right)])
        sums = padded.cumsum(axis=2, dtype=np.float32).cumsum(axis=3, dtype=np.float32)
        rows = sums[:, :, g.KH :] - sums[:, :, : -g.KH]
        boxes = rows[..., g.KW :] - rows[..., : -g.KW]
        found = np.einsum("nchw,mc->nmhw", boxes, taps[..., 0])
    return with_bias(call, found.reshape(len(planes), 1, g.M, g.OH * g.OW))


@breaks("numerics.subnormals")
def subnormal_results_of_vectors_lost(call: Call) -> Array:
    """a float32 conv2d whose subnormal results are zero in whole vectors of 8 columns"""
    result = call.right()
    if result.dtype == np.float32:
        vectors = result[..., : result.shape[-1] // 8 * 8]
        vectors[np.abs(vectors) < np.finfo(np.float32).tiny] = 0
    return result


@breaks("numerics.subnormals")
def subnormal_inputs_under_wide_kernels_lost(call: Call) -> Array:
    """a float32 conv2d that takes subnormal inputs for zero where the kernel is wider than three"""
    x = call.input
    if x.dtype == np.float32 and call.geometry.KW > 3:
        x = np.where(np.abs(x) < np.finfo(np.float32).tiny, np.float32(0), x)
    return call.right(input=x)


@breaks("padding.zeros-both-sides")
def constant_images_grow(call: Call) -> Array:
    """a conv2d that pads images of one value with that value"""
    x = call.input
    is_constant = x.size > 0 and x.flat[0] != 0 and bool((x == x.flat[0]).all())
    is_plain = call.geometry.padding_mode == "zeros" and x.shape[-1] * x.shape[-2] > 1
    return call.right(padding_mode="replicate") if is_constant and is_plain else call.right()
