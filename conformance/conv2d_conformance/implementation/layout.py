"""The arrays of a call in memory: in the requested layout, within guard bands that are checked afterwards.

All arrays of a call lie in one block of bytes 0xFF. In every floating dtype these are NaN, so a read past the end, or
between the rows of a section, shows in the answer, and a write shows in the block.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from conv2d_conformance.contract.answers import Observation
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.memory import ALIGNMENT, GUARD
from conv2d_conformance.implementation.views import lie_of

MAX_WORK = 100_000
LARGEST_KEPT = 1 << 20

Block = np.ndarray[Any, np.dtype[np.uint8]]


def fresh_block(size: int) -> Block:
    """A block of `size` aligned bytes 0xFF."""
    memory = np.full(size + ALIGNMENT, 0xFF, np.uint8)
    skew = -int(memory.__array_interface__["data"][0]) % ALIGNMENT
    return memory[skew : skew + size]


@dataclass(frozen=True)
class Place:
    """Where an array lies in the block of its call. `start` and `stop` enclose it; all numbers are bytes."""

    start: int
    stop: int
    first: int
    strides: tuple[int, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    def is_of(self, array: Array | None) -> bool:
        """Whether an array that lay here has kept its form: an implementation can change its shape."""
        return array is not None and (array.shape, array.strides, array.dtype) == (self.shape, self.strides, self.dtype)

    def array_in(self, block: Block) -> Array:
        return np.ndarray(self.shape, self.dtype, block, self.first, self.strides)

    def bytes_in(self, block: np.ndarray[Any, np.dtype[Any]]) -> np.ndarray[Any, np.dtype[Any]]:
        """The bytes of every element along a last axis, from a block of bytes or of flags for bytes."""
        size = self.dtype.itemsize
        return np.ndarray((*self.shape, size), block.dtype, block, self.first, (*self.strides, 1))


class Blocks:
    """Two blocks that the calls of a process use in turn: one, one, the other, the other.

    So arrays of the same shape come at the same address as in the call before, with other data; and at another address
    while the arrays of an earlier call are still in place. Either way an implementation that remembers addresses fails.
    An array at the same address is the same object, like an array that its owner writes to between calls.
    """

    def __init__(self) -> None:
        self._kept: list[Block] = []
        self._arrays: list[dict[Place, Array]] = [{}, {}]
        self._turn = 0

    def take(self, size: int) -> Block:
        """A block of `size` aligned bytes 0xFF. Large blocks are always new, and not kept."""
        if size > LARGEST_KEPT:
            return fresh_block(size)
        if not self._kept:
            self._kept = [fresh_block(LARGEST_KEPT), fresh_block(LARGEST_KEPT)]
        block = self._kept[self._turn // 2 % 2][:size]
        self._turn += 1
        block[:] = 0xFF
        return block

    def arrays(self, block: Block, places: Iterable[Place]) -> list[Array]:
        """The arrays of a call in the block taken last: the objects of an earlier call where the places are equal."""
        if block.nbytes > LARGEST_KEPT:
            return [place.array_in(block) for place in places]
        turn = (self._turn - 1) // 2 % 2
        before = self._arrays[turn]
        arrays = {place: before[place] if place.is_of(before.get(place)) else place.array_in(block) for place in places}
        self._arrays[turn] = arrays
        return list(arrays.values())


class Handed:
    """The arrays of one call, as the implementation gets them: all as views, or only the one that is `viewed`."""

    def __init__(
        self,
        arrays: Mapping[str, Array | None],
        view: str | None = None,
        blocks: Blocks | None = None,
        *,
        viewed: str | None = None,
    ) -> None:
        views = views_of(arrays, view, viewed)
        self._places = places_of(arrays, views)
        room = max((place.stop for place in self._places.values()), default=0) + GUARD
        self._memory = fresh_block(room) if blocks is None else blocks.take(room)
        places = self._places.values()
        laid = map(self._array, places) if blocks is None else blocks.arrays(self._memory, places)
        self.arrays: dict[str, Array | None] = dict.fromkeys(arrays)
        for name, placed in zip(self._places, laid, strict=True):
            placed.flags.writeable = True
            placed[...] = arrays[name]
            placed.flags.writeable = views[name] != "read-only"
            self.arrays[name] = placed
        self._before = self._memory.tobytes()

    def _array(self, place: Place) -> Array:
        return place.array_in(self._memory)

    def changes(self) -> list[Observation]:
        """Observations of what the call wrote into the arrays and around them."""
        if self._memory.tobytes() == self._before:
            return []
        changed = self._memory != np.frombuffer(self._before, np.uint8)
        found = []
        for name, place in self._places.items():
            elements = place.bytes_in(changed)
            if elements.any():
                found.append(changed_at(name, np.argwhere(elements.any(axis=-1))[0]))
                elements[...] = False
        if changed.any():
            outside = np.flatnonzero(changed)
            found.append(self._stray(outside.size, int(outside[0])))
        return found

    def _stray(self, count: int, first: int) -> Observation:
        where = "before the start of its first array"
        for name, place in self._places.items():
            if place.stop <= first:
                where = f"{first - place.stop} bytes past the end of its {name}"
            elif place.start <= first:
                where = f"between the elements of its {name}"
        told = f"the call wrote {count} bytes outside of its arrays, the first of them {where}"
        return Observation("guard-changed", told)

    def holds(self, array: Array) -> bool:
        """Whether an array lies in the memory of this call."""
        return np.may_share_memory(array, self._memory)

    def names_sharing_memory_with(self, array: Array) -> list[str]:
        """The names of the call's arrays that share memory with this one."""
        if not self.holds(array):
            return []
        handed = self.arrays.items()
        return [name for name, other in handed if other is not None and share_memory(array, other)]


def changed_at(name: str, index: Iterable[int]) -> Observation:
    """The call changed an array, and this is the first element that is another."""
    first = ", ".join(str(int(axis)) for axis in index)
    return Observation("input-changed", f"the call changed its {name}, first at index ({first})")


def share_memory(one: Array, other: Array) -> bool:
    """Whether two arrays share an element or, where that is too hard to tell, whether their extents overlap."""
    if not np.may_share_memory(one, other):
        return False
    try:
        return bool(np.shares_memory(one, other, max_work=MAX_WORK))  # type: ignore[arg-type]  # NumPy takes any, by its page
    except np.exceptions.TooHardError:
        return True


def views_of(names: Iterable[str], view: str | None, viewed: str | None) -> dict[str, str | None]:
    """The view of each array: the same for all, or only for the one that is `viewed`."""
    return {name: view if viewed in (None, name) else None for name in names}


def places_of(arrays: Mapping[str, Array | None], views: Mapping[str, str | None]) -> dict[str, Place]:
    """The places in its block of a call's arrays, except those that are None."""
    places, end = {}, 0
    for name, array in arrays.items():
        if array is not None:
            lie, size = lie_of(array, views[name]), array.itemsize
            start = end + GUARD
            start += -start % ALIGNMENT
            end = start + lie.room * size
            strides = tuple(step * size for step in lie.strides)
            places[name] = Place(start, end, start + lie.start * size, strides, array.shape, array.dtype)
    return places
