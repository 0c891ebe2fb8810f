"""How an array lies in memory."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array


def dense_from_first(array: Array) -> Array:
    """What stands in memory from the first element on, taken for a dense array."""
    steps = np.cumprod([array.itemsize, *array.shape[:0:-1]])[::-1]
    return np.lib.stride_tricks.as_strided(array, strides=tuple(int(step) for step in steps)).copy()


def in_memory_order(array: Array) -> Array:
    """The elements in the order in which they lie in memory, whatever the directions of the axes, in C order."""
    forwards = array[tuple(slice(None, None, -1 if step < 0 else 1) for step in array.strides)]
    return forwards.ravel(order="K").reshape(array.shape)


def is_dense(array: Array) -> bool:
    return array.flags.c_contiguous


def is_channels_last(array: Array) -> bool:
    """Whether the channels are innermost, and every pixel follows the one before."""
    return np.moveaxis(array, -3, -1).flags.c_contiguous


def has_gaps(array: Array) -> bool:
    """Whether the elements lie further apart than they need to."""
    steps = zip(array.strides, array.shape, strict=True)
    extent = array.itemsize + sum(abs(step) * (size - 1) for step, size in steps)
    return bool(extent > array.nbytes) or any(abs(step) > array.nbytes for step in array.strides)
