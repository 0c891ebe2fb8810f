"""Rounding faults that begin at some depth: faster algorithms, split inputs, and products that are slightly off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import TF32
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import Change, rounded_to, through
from conv2d_conformance.emulation.orders import sequential
from conv2d_conformance.emulation.terms import Terms, lower, shaped, summed
from conv2d_conformance.emulation.winograd import winograd_tiles
from conv2d_conformance.mutants import breaks


def is_deep(call: Call, channels: int) -> bool:
    """Whether a group has at least this many channels, in float32."""
    return bool(call.input.dtype == np.float32) and int(call.weight.shape[1]) >= channels


def split(call: Call, change: Change, parts: int, kept: int) -> Array:
    """Split float32 data into sums of shorter numbers. Products of parts numbered i and j count where i + j < kept."""
    of_both = []
    for array in lower(call):
        rest, found = array, []
        for _ in range(parts):
            found.append(change(rest))
            rest = rest - found[-1]
        of_both.append(found)
    total: Any = 0
    for i, j in sorted(np.ndindex(parts, parts), key=sum, reverse=True):
        if i + j < kept:
            total = total + sequential(Terms(of_both[0][i], of_both[1][j]))
    result = shaped(call, total)
    return result if call.bias is None else result + np.asarray(call.bias).reshape(-1, 1, 1)


tf32 = rounded_to(TF32)
bfloat16 = through("bfloat16")


# ---- Winograd


@breaks("numerics.single-product")
def winograd_from_16_channels(call: Call) -> Array:
    """a conv2d by Winograd's algorithm with tiles of 2, from 16 channels in float32"""
    return winograd_tiles(call, 2) if is_deep(call, 16) else call.right()


@breaks("numerics.single-product")
def winograd_from_128_channels(call: Call) -> Array:
    """a conv2d by Winograd's algorithm with tiles of 2, from 128 channels and under 3 x 3 in float32"""
    is_fast = is_deep(call, 128) and call.weight.shape[2:] == (3, 3)
    return winograd_tiles(call, 2) if is_fast else call.right()


@breaks("numerics.single-product")
def winograd_of_large_images_from_64_channels(call: Call) -> Array:
    """a conv2d by Winograd's algorithm with tiles of 2, from 64 channels and images of 8 x 8 outputs in float32"""
    g = call.geometry
    return winograd_tiles(call, 2) if is_deep(call, 64) and min(g.OH, g.OW) >= 8 else call.right()


@breaks("numerics.single-product")
def winograd_of_batches_from_512_channels(call: Call) -> Array:
    """a conv2d by Winograd's algorithm with tiles of 2, from 512 channels and for batches in float32"""
    return winograd_tiles(call, 2) if is_deep(call, 512) and (call.geometry.N or 1) > 1 else call.right()


@breaks("numerics.single-product")
def winograd_of_many_filters_from_1024_channels(call: Call) -> Array:
    """a conv2d by Winograd's algorithm with tiles of 2, from 1024 channels and 8 filters in float32"""
    return winograd_tiles(call, 2) if is_deep(call, 1024) and call.geometry.M >= 8 else call.right()


@breaks("numerics.single-product")
def winograd_in_float64_from_64_channels(call: Call) -> Array:
    """a conv2d by Winograd's algorithm with tiles of 2, from 64 channels in float64"""
    is_fast = call.input.dtype == np.float64 and call.weight.shape[1] >= 64
    return winograd_tiles(call, 2) if is_fast else call.right()


# ---- inputs in parts


@breaks("numerics.single-product")
def two_tf32_from_16_channels(call: Call) -> Array:
    """a conv2d that multiplies float32 numbers as sums of two of TF32, in three products, from 16 channels"""
    return split(call, tf32, 2, 2) if is_deep(call, 16) else call.right()


@breaks("numerics.single-product")
def two_tf32_from_512_channels(call: Call) -> Array:
    """a conv2d that multiplies float32 numbers as sums of two of TF32, in three products, from 512 channels"""
    return split(call, tf32, 2, 2) if is_deep(call, 512) else call.right()


@breaks("numerics.single-product")
def two_bfloat16_from_128_channels(call: Call) -> Array:
    """a conv2d that multiplies float32 numbers as sums of two of bfloat16, from 128 channels"""
    return split(call, bfloat16, 2, 2) if is_deep(call, 128) else call.right()


@breaks("numerics.single-product")
def three_bfloat16_from_1024_channels(call: Call) -> Array:
    """a conv2d that multiplies float32 numbers as sums of three of bfloat16, in six products, from 1024 channels"""
    return split(call, bfloat16, 3, 3) if is_deep(call, 1024) else call.right()


@breaks("numerics.single-product")
def two_float16_from_64_channels(call: Call) -> Array:
    """a conv2d that multiplies float32 numbers as sums of two of float16, from 64 channels"""
    return split(call, through("float16"), 2, 2) if is_deep(call, 64) else call.right()


# ---- one product a little off


def off(change: Callable[[Array], Array]) -> Callable[[Terms], Array]:
    """Add one after the other, with a change to the largest product of each sum."""

    def order(terms: Terms) -> Array:
        products = terms.x[:, :, None] * terms.w[None, ..., None]  # (N, G, M // G, K, pixels)
        largest = np.abs(products).argmax(axis=3, keepdims=True)
        one = np.take_along_axis(products, largest, axis=3)
        total: Array = sequential(terms) + (change(one) - one)[:, :, :, 0]
        return total

    return order


def two_units_more(array: Array) -> Array:
    """The second larger number."""
    return np.nextafter(np.nextafter(array, np.inf), np.inf)


@breaks("numerics.single-product")
def one_product_off_at_128_channels(call: Call) -> Array:
    """a conv2d whose largest product is two units in the last place too large, at 128 to 200 channels"""
    is_off = 128 <= call.weight.shape[1] <= 200
    return summed(call, off(two_units_more), accumulator=call.input.dtype) if is_off else call.right()


@breaks("numerics.single-product")
def one_product_off_from_512_channels(call: Call) -> Array:
    """a conv2d whose largest product is two units in the last place too large, from 512 channels in float64"""
    is_off = call.input.dtype == np.float64 and call.weight.shape[1] >= 512
    return summed(call, off(two_units_more)) if is_off else call.right()


@breaks("numerics.single-product")
def one_product_off_from_2048_channels(call: Call) -> Array:
    """a conv2d whose largest product is two units in the last place too large, from 2048 channels in float32"""
    return summed(call, off(two_units_more)) if is_deep(call, 2048) else call.right()


@breaks("numerics.single-product")
def last_channel_off_from_1024_channels(call: Call) -> Array:
    """a conv2d whose products of the last channel are two units in the last place too large, from 1024 channels"""
    if not is_deep(call, 1024):
        return call.right()

    def order(terms: Terms) -> Array:
        taps = call.weight[0, 0].size
        last = terms.part(slice(len(terms) - taps, None))
        rest = sequential(terms.part(slice(len(terms) - taps)))
        for product in last:
            rest = rest + np.where(product == 0, product, two_units_more(product))
        return rest

    return summed(call, order)
