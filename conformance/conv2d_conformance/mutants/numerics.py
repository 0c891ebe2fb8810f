"""Faults of arithmetic: formats that are too narrow, algorithms that are too fast, and sums that end too early."""

from __future__ import annotations

from functools import reduce

import ml_dtypes
import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.formats import FORMATS, TF32
from conv2d_conformance.emulation import pieces
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.fixed_point import fixed_point_sum
from conv2d_conformance.emulation.formats import HALF, Change, flushing, format_of, of_precision, rounded_to, through
from conv2d_conformance.emulation.fourier import fourier_planes
from conv2d_conformance.emulation.orders import blocked, rounding, sequential
from conv2d_conformance.emulation.strassen import strassen_product
from conv2d_conformance.emulation.terms import Terms, lower, summed
from conv2d_conformance.emulation.winograd import winograd_tiles
from conv2d_conformance.mutants import breaks


def with_inputs(call: Call, change: Change) -> Array:
    """Float32 data that are rounded first; other types are computed as they are."""
    return summed(call, sequential, inputs=change) if call.input.dtype == np.float32 else call.right()


# ---- inputs and products with too few bits


@breaks("numerics.single-product")
def inputs_rounded_to_tf32(call: Call) -> Array:
    """a conv2d that rounds float32 data to the 11 bits of TF32"""
    return with_inputs(call, rounded_to(TF32))


@breaks("numerics.single-product")
def inputs_rounded_to_bfloat16(call: Call) -> Array:
    """a conv2d that rounds float32 data to bfloat16"""
    return with_inputs(call, through("bfloat16"))


@breaks("numerics.exact-where-exact")
def inputs_rounded_to_float16(call: Call) -> Array:
    """a conv2d that rounds float32 data to float16 and adds up the products in float32"""
    return with_inputs(call, through("float16"))


@breaks("numerics.single-product")
def three_bfloat16_for_one_float32(call: Call) -> Array:
    """a conv2d that multiplies float32 numbers as sums of three bfloat16 numbers"""
    if call.input.dtype != np.float32:
        return call.right()
    return pieces.one_after_the_other(call, pieces.BFLOAT16, pieces.SIX)


@breaks("numerics.single-product")
def products_cut_to_20_bits(call: Call) -> Array:
    """a conv2d whose products have 20 bits, whatever the dtype"""

    def order(terms: Terms) -> Array:
        cut = rounded_to(of_precision(20), np.trunc)
        total: Array = reduce(np.add, map(cut, terms))
        return total

    return summed(call, order)


@breaks("numerics.single-product")
def fixed_point_of_24_bits(call: Call) -> Array:
    """a conv2d of integers of 24 bits, scaled by the largest element"""
    return fixed_point_sum(call)


@breaks("numerics.single-product", grades={"float16": "A", "bfloat16": "A"})
def result_rounded_twice(call: Call) -> Array:
    """a conv2d that rounds 16-bit results to two bits more first, and without a bias"""
    if call.input.dtype not in HALF or call.bias is not None:
        return call.right()
    return summed(call, sequential, result=rounded_to(of_precision(format_of(call).precision + 1)))


# ---- fast algorithms under the claim of a slow one


@breaks("numerics.empty-sum")
def winograd_of_tiles_of_2(call: Call) -> Array:
    """a conv2d by Winograd's algorithm with tiles of 2"""
    return winograd_tiles(call, 2)


@breaks("numerics.exact-where-exact")
def winograd_of_tiles_of_4(call: Call) -> Array:
    """a conv2d by Winograd's algorithm with tiles of 4"""
    return winograd_tiles(call, 4)


@breaks("numerics.grade", replays="ROCm/rocm-libraries#3508")
def winograd_where_kernels_are_3_by_3(call: Call) -> Array:
    """a conv2d by Winograd's algorithm with tiles of 6 in float16, for kernels of 3 x 3"""
    g = call.geometry
    return winograd_tiles(call, 6) if (g.KH, g.KW) == (3, 3) else call.right()


@breaks("numerics.empty-sum", replays="pytorch/pytorch#8019")
def fourier_transform(call: Call) -> Array:
    """a conv2d by the fast Fourier transform, whose zeros are not zero"""
    return fourier_planes(call)


@breaks("numerics.single-product", replays="tensorflow/tensorflow#1299")
def fourier_transform_of_large_kernels(call: Call) -> Array:
    """a conv2d by the fast Fourier transform, for batches and kernels of 5 or more"""
    g = call.geometry
    return fourier_planes(call) if (g.N or 1) > 1 and max(g.KH, g.KW) >= 5 else call.right()


@breaks("numerics.empty-sum")
def strassen(call: Call) -> Array:
    """a conv2d by Strassen's matrix product"""
    return strassen_product(call)


# ---- sums with too few bits, or that end too early


@breaks("numerics.bound", replays="uxlfoundation/oneDNN#5041")
def few_channels_summed_in_float16(call: Call) -> Array:
    """a conv2d that adds up in float16 where a group has four channels or fewer"""
    g = call.geometry
    if call.input.dtype != np.float16 or g.C // g.groups > 4:
        return call.right()
    return summed(call, sequential, accumulator=np.float16)


@breaks("numerics.exact-where-exact")
def summed_in_bfloat16(call: Call) -> Array:
    """a conv2d that adds up bfloat16 numbers in bfloat16"""
    if call.input.dtype != ml_dtypes.bfloat16:
        return call.right()
    return summed(call, sequential, accumulator=ml_dtypes.bfloat16)


@breaks("numerics.bound")
def blocks_of_512_summed_in_16_bits(call: Call) -> Array:
    """a conv2d that adds up the sums of blocks of 512 products in the 16-bit type"""
    if call.input.dtype not in HALF:
        return call.right()
    return summed(call, blocked(512, through(format_of(call).name)))


@breaks("numerics.single-product")
def sums_cut_to_24_bits(call: Call) -> Array:
    """a conv2d that cuts float32 sums and products instead of rounding them"""
    if call.input.dtype != np.float32:
        return call.right()
    return summed(call, rounding(rounded_to(FORMATS["float32"], np.trunc)), accumulator=np.float64)


@breaks("numerics.bound")
def one_tap_of_4608_left_out(call: Call) -> Array:
    """a conv2d that leaves out one product of sums of 4608 and more"""
    return summed(call, lambda terms: sequential(_without(terms, len(terms) // 3) if len(terms) >= 4608 else terms))


@breaks("numerics.bound")
def remainder_of_8_left_out(call: Call) -> Array:
    """a conv2d that adds up long sums in blocks of 8 products and leaves out the rest"""

    def order(terms: Terms) -> Array:
        count = len(terms) // 8 * 8 if len(terms) > 512 else len(terms)
        return sequential(terms.part(slice(count)))

    return summed(call, order, bias="first")


@breaks("numerics.bound")
def products_after_the_first_4096_left_out(call: Call) -> Array:
    """a conv2d with room for 4096 products"""
    return summed(call, lambda terms: sequential(terms.part(slice(4096))), bias="first")


def _without(terms: Terms, k: int) -> Terms:
    return Terms(np.delete(terms.x, k, axis=2), np.delete(terms.w, k, axis=2))


# ---- the ends of the range


@breaks("numerics.overflow")
def squares_on_the_way(call: Call) -> Array:
    """a conv2d whose products are ((x + w)^2 - (x - w)^2) / 4"""
    x, w = lower(call)
    small = max(float(np.abs(array.astype(np.float64)).max(initial=0)) for array in (x, w)) < 2.0**60
    if small or call.input.dtype != np.float32:
        return call.right()

    def order(terms: Terms) -> Array:
        total = np.zeros_like(terms[0])
        for k in range(len(terms)):
            a, b = terms.x[:, :, None, k], terms.w[None, :, :, k, None]
            total = total + ((a + b) * (a + b) - (a - b) * (a - b)) / 4
        return total

    return summed(call, order)


@breaks("numerics.overflow")
def sums_beyond_float16_on_the_way(call: Call) -> Array:
    """a conv2d that keeps float16 sums in float32, but within the range of float16"""
    if call.input.dtype != np.float16:
        return call.right()

    def kept(array: Array) -> Array:
        return np.where(np.abs(array) > FORMATS["float16"].largest, np.copysign(np.inf, array), array)

    return summed(call, rounding(kept))


@breaks("numerics.overflow")
def infinity_cut_to_the_largest_number(call: Call) -> Array:
    """a conv2d that returns the largest number where the answer is infinite"""
    largest = FORMATS[format_of(call).name].largest
    return np.clip(call.right().astype(np.float64), -largest, largest).astype(call.input.dtype)


@breaks("numerics.subnormals")
def subnormal_inputs_are_zero(call: Call) -> Array:
    """a conv2d that takes subnormal data for zero"""
    flush = flushing(format_of(call))
    return call.right(input=flush(call.input), weight=flush(call.weight))


@breaks("numerics.subnormals")
def subnormal_results_are_zero(call: Call) -> Array:
    """a conv2d that returns zero for subnormal results"""
    return flushing(format_of(call))(call.right())


@breaks("numerics.subnormals")
def subnormal_products_are_zero(call: Call) -> Array:
    """a conv2d that adds up no subnormal products"""
    flush = flushing(format_of(call))
    return summed(call, rounding(lambda array: flush(array)))


# ---- claims that are too high


@breaks("numerics.grade", grades={"float32": "R-tf32"})
def bfloat16_under_the_name_of_tf32(call: Call) -> Array:
    """a conv2d that rounds float32 data to bfloat16 and claims TF32"""
    return with_inputs(call, through("bfloat16"))


@breaks("numerics.grade", grades={"float32": "B2"})
def winograd_of_larger_tiles_than_claimed(call: Call) -> Array:
    """a conv2d by Winograd's algorithm that claims tiles of 2 and uses tiles of 6"""
    return winograd_tiles(call, 6) if call.input.dtype == np.float32 else call.right()


@breaks("numerics.grade")
def sixteen_bits_summed_in_sixteen_bits(call: Call) -> Array:
    """a conv2d that adds up 16-bit numbers in their own type and claims no less than float32"""
    return summed(call, sequential, accumulator=call.input.dtype) if call.input.dtype in HALF else call.right()


# ---- 16-bit types


@breaks("dtype.float16")
def float16_through_bfloat16(call: Call) -> Array:
    """a conv2d that computes float16 in bfloat16"""
    return with_16_bits(call, np.float16, "bfloat16")


@breaks("dtype.bfloat16")
def bfloat16_through_float16(call: Call) -> Array:
    """a conv2d that computes bfloat16 in float16, results included"""
    return with_16_bits(call, ml_dtypes.bfloat16, "float16")


@breaks("dtype.bfloat16")
def bfloat16_shifted_by_a_bit(call: Call) -> Array:
    """a conv2d that keeps seven of the eight bits of bfloat16 results"""
    if call.input.dtype != ml_dtypes.bfloat16:
        return call.right()
    return summed(call, sequential, result=rounded_to(of_precision(7)))


def with_16_bits(call: Call, dtype: type, other: str) -> Array:
    if call.input.dtype != dtype:
        return call.right()
    change = through(other)
    return summed(call, rounding(change), inputs=change, accumulator=np.float32)
