"""An array on a device, with guard bands around it: all that was not written is NaN, and what was written shows.

It lies in one block of bytes 0xFF, which are NaN in every floating dtype, as the arrays of a call do in the memory of
the process.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from conv2d_conformance.contract.answers import Observation
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.memory import ALIGNMENT, GUARD
from conv2d_conformance.forms.frameworks import FrameworkArrays


class Guarded:
    """`value` is what the function gets: the `array`, or of this shape and dtype nothing but NaN."""

    def __init__(
        self, arrays: FrameworkArrays, name: str, shape: Sequence[int], dtype: np.dtype[Any], array: Array | None = None
    ) -> None:
        self._arrays, self._name, self._shape, self._size = arrays, name, tuple(shape), math.prod(shape)
        self._first = GUARD // dtype.itemsize
        self._before = _block(self._size + 2 * self._first, dtype)
        if array is not None:
            self._inner(self._before)[...] = array
        self._block = arrays.hand(_copy(self._before))
        self.value = self._block[self._first : self._first + self._size].reshape(self._shape)

    def _inner(self, block: Array) -> Array:
        return block[self._first : self._first + self._size].reshape(self._shape)

    def read(self) -> tuple[Array, list[Observation]]:
        """What the array holds now, and what was written around it."""
        after = self._arrays.take(self._block)
        changed = np.flatnonzero(_bytes(after) != _bytes(self._before))
        start, stop = self._first * after.itemsize, (self._first + self._size) * after.itemsize
        outside = changed[(changed < start) | (changed >= stop)]
        found = []
        if outside.size:
            first = int(outside[0])
            where = f"{first - stop} bytes past the end" if first >= stop else f"{start - first} bytes before the start"
            sentence = f"the call wrote {outside.size} bytes outside of its {self._name}, the first of them {where}"
            found.append(Observation("guard-changed", sentence))
        return self._inner(after), found

    def change(self) -> list[Observation]:
        """What the call did to an array that it was to read alone."""
        after, found = self.read()
        if after.tobytes() != self._inner(self._before).tobytes():
            found.append(Observation("input-changed", f"the call changed its {self._name}"))
        return found


def _block(size: int, dtype: np.dtype[Any]) -> Array:
    """An aligned block of `size` elements whose bytes are all 0xFF."""
    memory = np.full(size * dtype.itemsize + ALIGNMENT, 0xFF, np.uint8)
    skew = -int(memory.__array_interface__["data"][0]) % ALIGNMENT
    return memory[skew : skew + size * dtype.itemsize].view(dtype)


def _copy(block: Array) -> Array:
    """A copy that is aligned too."""
    copied = _block(block.size, block.dtype)
    copied.view(np.uint8)[...] = block.view(np.uint8)
    return copied


def _bytes(block: Array) -> Array:
    return np.ascontiguousarray(block).view(np.uint8)
