"""Sums that are right, and that are added up in another order where an invariance says that they are not.

An order is chosen by the batch, the place, or the layout, as libraries choose it. No other check can see that.
"""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.adapters import INVARIANT
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.orders import backwards, interleaved, pairwise, sequential, split
from conv2d_conformance.emulation.terms import summed
from conv2d_conformance.mutants import breaks, divides_wrong


def differently(call: Call, where: Array | bool) -> Array:
    """The answer, summed in another order where a mask, which broadcasts to (N, M, OH, OW), says so."""
    usual = summed(call, sequential)
    if not np.any(where) or not usual.size:
        return usual
    shape = (-1, *usual.shape[-3:])
    mixed = np.where(where, summed(call, backwards).reshape(shape), usual.reshape(shape))
    return mixed.reshape(usual.shape)


def images_of(call: Call) -> int:
    return int(call.input.shape[0]) if call.input.ndim == 4 else 1


# ---- the batch


@breaks("determinism.batch-invariant", claims=INVARIANT)
def another_kernel_for_one_image(call: Call) -> Array:
    """a conv2d that sums in other lanes where the batch is one image, as a product of a matrix and a vector"""
    call.require_legal()
    return summed(call, interleaved(4) if images_of(call) == 1 else sequential)


@breaks("determinism.batch-invariant", claims=INVARIANT)
def sums_split_where_images_are_few(call: Call) -> Array:
    """a conv2d that splits its sums over processors where the batch has too few images to employ them"""
    call.require_legal()
    return summed(call, split(4) if images_of(call) < 6 else sequential)


@breaks("determinism.batch-invariant", claims=INVARIANT)
def last_image_of_an_odd_batch(call: Call) -> Array:
    """a conv2d that computes two images at a time, and the last of an odd number in another order"""
    call.require_legal()
    images = images_of(call)
    return differently(call, ((np.arange(images) == images - 1) & bool(images % 2)).reshape(-1, 1, 1, 1))


@breaks("determinism.batch-invariant", claims=INVARIANT)
def first_image_apart(call: Call) -> Array:
    """a conv2d that computes the first image of a batch of two or more in another order, while it tunes itself"""
    call.require_legal()
    images = images_of(call)
    return differently(call, ((np.arange(images) == 0) & (images > 1)).reshape(-1, 1, 1, 1))


@breaks("determinism.batch-invariant", claims=INVARIANT)
def empty_neighbours_noticed(call: Call) -> Array:
    """a conv2d that takes a path for sparse batches where half of the images or more are zero"""
    call.require_legal()
    filled = np.asarray(call.input).reshape(images_of(call), -1).any(axis=1)
    return differently(call, images_of(call) > 1 and 2 * int(filled.sum()) <= images_of(call))


@breaks("determinism.batch-invariant", claims=INVARIANT)
def order_by_the_largest_of_the_batch(call: Call) -> Array:
    """a conv2d that sums in an order that depends on the largest magnitude in the batch, as a common scale does"""
    call.require_legal()
    x = np.asarray(call.input)
    finite = np.abs(x[np.isfinite(x)].astype(np.float64)).max(initial=0.0)
    return differently(call, finite > 4)


# ---- the place


def columns_of(call: Call) -> Array:
    return np.arange(call.geometry.OW)


@breaks("determinism.position-invariant", claims=INVARIANT)
def columns_beside_full_vectors(call: Call) -> Array:
    """a conv2d that sums the last columns, which do not fill a vector of four, in another order"""
    call.require_legal()
    OW = call.geometry.OW
    return differently(call, columns_of(call) >= OW // 4 * 4)


@breaks("determinism.position-invariant", claims=INVARIANT)
def every_second_column(call: Call) -> Array:
    """a conv2d whose tiles of two columns sum their second one in another order"""
    call.require_legal()
    return differently(call, columns_of(call) % 2 == 1)


@breaks("determinism.position-invariant", claims=INVARIANT)
def rows_divided_among_processors(call: Call) -> Array:
    """a conv2d that leaves the second half of the rows to a processor that sums pairwise"""
    call.require_legal()
    rows = np.arange(call.geometry.OH)
    late = (rows >= (call.geometry.OH + 1) // 2).reshape(-1, 1)
    usual, other = summed(call, sequential), summed(call, pairwise)
    return np.where(late, other, usual)


@breaks("determinism.position-invariant", claims=INVARIANT)
def first_row_apart(call: Call) -> Array:
    """a conv2d that computes the first row of every plane in another order, whether or not it meets the padding"""
    call.require_legal()
    return differently(call, (np.arange(call.geometry.OH) == 0).reshape(-1, 1))


# ---- the threads


@divides_wrong("determinism.thread-invariant", claims=INVARIANT)
def sums_split_among_threads(call: Call, threads: int) -> Array:
    """a conv2d that gives each thread a part of every sum, and adds up the parts"""
    call.require_legal()
    return summed(call, split(threads))


@divides_wrong("determinism.thread-invariant", claims=INVARIANT)
def pixels_left_over_by_threads(call: Call, threads: int) -> Array:
    """a conv2d that gives each thread as many rows, and sums those that are left over in another order"""
    call.require_legal()
    OH = call.geometry.OH
    left_over = np.arange(OH) >= OH // threads * threads
    return differently(call, left_over.reshape(-1, 1))


@divides_wrong("determinism.thread-invariant", claims=INVARIANT)
def another_algorithm_for_three_threads(call: Call, threads: int) -> Array:
    """a conv2d that chooses its algorithm by what is quickest for a number of threads"""
    call.require_legal()
    return differently(call, threads > 2)


# ---- the layout


@breaks("determinism.layout-invariant", claims=INVARIANT)
def channels_innermost_summed_otherwise(call: Call) -> Array:
    """a conv2d that sums an input with its channels innermost in memory in another order"""
    call.require_legal()
    x = np.asarray(call.input)
    return differently(call, x.size > 0 and abs(x.strides[-3]) < abs(x.strides[-1]))


@breaks("determinism.layout-invariant", claims=INVARIANT)
def weights_with_gaps_summed_otherwise(call: Call) -> Array:
    """a conv2d that reads a weight that is not dense by a slower loop, in another order"""
    call.require_legal()
    return differently(call, not call.weight.flags.c_contiguous)


@breaks("determinism.layout-invariant", claims=INVARIANT)
def backwards_through_memory(call: Call) -> Array:
    """a conv2d that follows negative strides through memory, and so sums from the other end"""
    call.require_legal()
    return differently(call, min(np.asarray(call.input).strides) < 0)


@breaks("determinism.layout-invariant", claims=INVARIANT)
def repeated_memory_summed_otherwise(call: Call) -> Array:
    """a conv2d that sums an input that repeats its memory in another order"""
    call.require_legal()
    x = np.asarray(call.input)
    return differently(call, any(step == 0 < size - 1 for step, size in zip(x.strides, x.shape, strict=True)))


@breaks("determinism.layout-invariant", claims=INVARIANT)
def arrays_that_are_read_only_copied(call: Call) -> Array:
    """a conv2d that copies a bias or an input that it may not write to, and sums the copy in another order"""
    call.require_legal()
    arrays = [np.asarray(array) for array in (call.input, call.bias) if array is not None]
    return differently(call, not all(array.flags.writeable for array in arrays))
