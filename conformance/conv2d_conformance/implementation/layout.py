"""How arrays are handed over: in the requested layout, within guard bands that are looked at afterwards.

All arrays of a call lie in one block of bytes 0xFF. In every floating dtype these are NaN, so that a read past the
end shows in the answer, and a write past the end shows in the block.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from conv2d_conformance.implementation.answers import Array, Observation

GUARD = 4096
ALIGNMENT = 64
MAX_WORK = 100_000
VIEWS: tuple[str | None, ...] = (None,)
"""The views that `Handed` builds."""


class Handed:
    """The arrays of one call, as the implementation gets them."""

    def __init__(self, arrays: Mapping[str, Array | None], view: str | None = None) -> None:
        # The one place where the layout is chosen: a view other than None is built here.
        if view not in VIEWS:
            raise ValueError(f"the view {view!r} is not one that this version builds")
        spans = _spans(arrays)
        self._memory = _block(max((stop for _, stop in spans.values()), default=0) + GUARD)
        self._spans = spans
        self.arrays: dict[str, Array | None] = {
            name: None if array is None else self._place(array, *spans[name]) for name, array in arrays.items()
        }
        self._before = self._memory.tobytes()

    def _place(self, array: Array, start: int, stop: int) -> Array:
        placed: Array = self._memory[start:stop].view(array.dtype).reshape(array.shape)
        placed[...] = array
        return placed

    def changes(self) -> list[Observation]:
        """What the call wrote into the arrays and around them."""
        if self._memory.tobytes() == self._before:
            return []
        changed = np.flatnonzero(self._memory != np.frombuffer(self._before, np.uint8))
        found = []
        for name, (start, stop) in self._spans.items():
            inside = changed[(changed >= start) & (changed < stop)]
            array = self.arrays[name]
            if inside.size and array is not None:
                index = np.unravel_index((int(inside[0]) - start) // array.itemsize, array.shape)
                first = ", ".join(str(int(axis)) for axis in index)
                found.append(Observation("input-changed", f"the call changed its {name}, first at index ({first})"))
            changed = changed[(changed < start) | (changed >= stop)]
        if changed.size:
            found.append(Observation("guard-changed", self._outside(changed)))
        return found

    def _outside(self, changed: Array) -> str:
        first = int(changed[0])
        before = [(stop, name) for name, (_, stop) in self._spans.items() if stop <= first]
        stop, name = max(before, default=(0, ""))
        place = f"{first - stop} bytes past the end of its {name}" if name else "before the start of its first array"
        return f"the call wrote {changed.size} bytes outside of its arrays, the first of them {place}"

    def names_sharing_memory_with(self, array: Array) -> list[str]:
        """The arrays of the call that this one is a view of."""
        if not np.may_share_memory(array, self._memory):
            return []
        handed = self.arrays.items()
        return [name for name, other in handed if other is not None and share_memory(array, other)]


def share_memory(one: Array, other: Array) -> bool:
    """Whether two arrays have an element in common; where that is too hard to tell, whether their extents overlap."""
    if not np.may_share_memory(one, other):
        return False
    try:
        return bool(np.shares_memory(one, other, max_work=MAX_WORK))  # type: ignore[arg-type]
    except np.exceptions.TooHardError:
        return True


def _spans(arrays: Mapping[str, Array | None]) -> dict[str, tuple[int, int]]:
    spans, end = {}, 0
    for name, array in arrays.items():
        if array is not None:
            start = end + GUARD
            start += -start % ALIGNMENT
            end = start + array.nbytes
            spans[name] = (start, end)
    return spans


def _block(size: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    memory = np.full(size + ALIGNMENT, 0xFF, np.uint8)
    skew = -int(memory.__array_interface__["data"][0]) % ALIGNMENT
    return memory[skew : skew + size]
