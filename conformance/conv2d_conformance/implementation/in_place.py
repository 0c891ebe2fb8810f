"""The arrays of a large call, which the implementation gets where they came: in a private mapping of their file.

What it writes to is copied first, page by page, so that the file keeps what was there before the call.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from conv2d_conformance.contract.answers import Observation
from conv2d_conformance.contract.array_file import ArrayFile, Memory8
from conv2d_conformance.implementation.layout import Handed, Place, changed_at


class InPlace(Handed):
    """As `Handed`, without a view and without a copy."""

    def __init__(self, file: ArrayFile) -> None:
        self._file = file
        self._memory = file.private()
        self.arrays = file.arrays_in(self._memory)
        self._places = {
            name: Place(start, start + array.nbytes, start, array.strides, array.shape, array.dtype)
            for name, start in file.starts.items()
            if (array := self.arrays[name]) is not None
        }

    def changes(self) -> list[Observation]:
        """Observations of what the call wrote into the arrays and around them."""
        first: dict[str, int] = {}
        outside, first_outside = 0, 0
        for changed in self._changed():
            beyond = changed
            for name, place in self._places.items():
                inside = (changed >= place.start) & (changed < place.stop)
                if inside.any():
                    first.setdefault(name, int(changed[inside.argmax()]))
                beyond = beyond[(beyond < place.start) | (beyond >= place.stop)]
            first_outside = first_outside if outside or not beyond.size else int(beyond[0])
            outside += beyond.size
        found = [self._written(name, first[name]) for name in self._places if name in first]
        return [*found, *([self._stray(outside, first_outside)] if outside else [])]

    def _changed(self) -> Iterator[np.ndarray[tuple[int], np.dtype[np.intp]]]:
        """The places of bytes that are no longer those of the file, some at a time."""
        for start, before in self._file.changed_pieces(self._memory):
            now: Memory8 = self._memory[start : start + before.size]
            yield start + np.flatnonzero(now != before)

    def _written(self, name: str, changed: int) -> Observation:
        place = self._places[name]
        index = np.unravel_index((changed - place.start) // place.dtype.itemsize, place.shape)
        return changed_at(name, map(int, index))
