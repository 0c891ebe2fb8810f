"""Arrays in a file in memory, which processes share, so that large ones are not copied from one to the other.

They lie in it as those of a call lie in memory: aligned, with guard bands of bytes 0xFF around them. Before anybody
else gets the file, it is sealed: then nobody can write to it any more or cut it, and no mapping changes or vanishes.
"""

from __future__ import annotations

import functools
import math
import mmap
import os
import sys
import weakref
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array, Shape
from conv2d_conformance.contract.memory import ALIGNMENT, GUARD

Outline = tuple[Shape, np.dtype[Any]]
Outlines = Mapping[str, Outline | None]
"""The shapes and dtypes of arrays by name; None where there is no array."""

Memory8 = np.ndarray[Any, np.dtype[np.uint8]]

PIECE = 1 << 20
"""The bytes that are written or compared at a time."""

if sys.platform == "linux":
    import fcntl

    _KEEPS_SIZE = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
    _WRITTEN = _KEEPS_SIZE | fcntl.F_SEAL_WRITE
    _MAPPED = _KEEPS_SIZE | 0x10  # F_SEAL_FUTURE_WRITE: the mapping of its maker alone can still write


class UnsealedFile(Exception):
    """A file that is not what its sender says."""


@functools.cache
def can_share() -> bool:
    """Whether the system has such files, by one that is written, sealed and read in each way that there is.

    Only Linux has them. Before 5.5 what is written to a private mapping can reach the file.
    """
    if sys.platform != "linux":
        return False
    one = np.ones(1, np.uint8)
    try:
        whole, made = ArrayFile.of({"one": one}), ArrayFile.made({"one": (one.shape, one.dtype)})
        made.to_write()["one"][:] = one  # type: ignore[index]  # it has an outline
        made.close_to_writers()
        for file in (whole, made):
            file.private()[:] = 0
            if file.to_read()["one"] != one:
                return False
    except (AttributeError, OSError):
        return False
    return True


class ArrayFile:
    """Arrays of known outlines in a file in memory, which is closed when nobody holds this object any more."""

    def __init__(self, descriptor: int, outlines: Outlines) -> None:
        weakref.finalize(self, os.close, descriptor)
        self.descriptor = descriptor
        self.outlines = dict(outlines)
        self.starts, self.size = _places(outlines)

    @classmethod
    def made(cls, outlines: Outlines) -> ArrayFile:
        """A new file. What lies between its arrays is 0xFF."""
        file = cls(os.memfd_create("arrays", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING), outlines)
        os.truncate(file.descriptor, file.size)
        end = 0
        for name, start in file.starts.items():
            os.pwrite(file.descriptor, b"\xff" * (start - end), end)
            end = start + file._bytes(name)
        os.pwrite(file.descriptor, b"\xff" * (file.size - end), end)
        return file

    @classmethod
    def of(cls, arrays: Mapping[str, Array | None]) -> ArrayFile:
        """A sealed file with copies of these arrays."""
        file = cls.made({name: None if a is None else (a.shape, a.dtype) for name, a in arrays.items()})
        for name, start in file.starts.items():
            array, end = arrays[name], start
            assert array is not None
            for piece in _pieces(array):
                end += _written(file.descriptor, piece, end)
        fcntl.fcntl(file.descriptor, fcntl.F_ADD_SEALS, _WRITTEN)
        return file

    @classmethod
    def sent(cls, descriptor: int, outlines: Outlines, *, written: bool = False) -> ArrayFile:
        """The file that another process has sent. UnsealedFile where it could still change, or is too short.

        written: not even its maker may be able to write to it any more.
        """
        os.set_inheritable(descriptor, False)
        file = cls(descriptor, outlines)
        try:
            seals = fcntl.fcntl(descriptor, fcntl.F_GET_SEALS)
        except OSError:
            raise UnsealedFile("it is no file in memory") from None
        if (seals & _WRITTEN) != _WRITTEN and (written or (seals & _MAPPED) != _MAPPED):
            raise UnsealedFile("it is not sealed")
        if (size := os.fstat(descriptor).st_size) != file.size:
            raise UnsealedFile(f"it has {size} bytes, not {file.size}")
        return file

    def close_to_writers(self) -> None:
        """Seal the file. Only mappings that exist can still write to it."""
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, _MAPPED)

    def to_write(self) -> dict[str, Array | None]:
        """The arrays in a mapping that writes to the file."""
        return self.arrays_in(self._mapped(mmap.ACCESS_WRITE))

    def to_read(self) -> dict[str, Array | None]:
        """The arrays in a mapping that nobody can write to.

        It is private, since before Linux 6.7 a sealed file has no shared one, not even to be read.
        """
        memory = mmap.mmap(self.descriptor, self.size, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)
        return self.arrays_in(np.frombuffer(memory, np.uint8))

    def private(self) -> Memory8:
        """The bytes of the file in memory of this process alone: only what is written there takes memory."""
        return self._mapped(mmap.ACCESS_COPY)

    def arrays_in(self, memory: Memory8) -> dict[str, Array | None]:
        """The arrays by name in a mapping of the file."""
        found: dict[str, Array | None] = dict.fromkeys(self.outlines)
        for name, start in self.starts.items():
            outline = self.outlines[name]
            assert outline is not None
            shape, dtype = outline
            found[name] = np.ndarray(shape, dtype, memory, start)
        return found

    def changed_pieces(self, memory: Memory8) -> Iterator[tuple[int, Memory8]]:
        """The pieces of a private mapping that differ from the file: where each begins, and the bytes of the file."""
        before = np.empty(min(PIECE, self.size), np.uint8)
        for start in range(0, self.size, PIECE):
            length = os.preadv(self.descriptor, [before.data], start)
            if not np.array_equal(before[:length], memory[start : start + length]):
                yield start, before[:length]

    def _mapped(self, access: int) -> Memory8:
        return np.frombuffer(mmap.mmap(self.descriptor, self.size, access=access), np.uint8)

    def _bytes(self, name: str) -> int:
        outline = self.outlines[name]
        return 0 if outline is None else math.prod(outline[0]) * outline[1].itemsize


def _places(outlines: Outlines) -> tuple[dict[str, int], int]:
    """Where each array starts, and the size of the file."""
    starts, end = {}, 0
    for name, outline in outlines.items():
        if outline is not None:
            shape, dtype = outline
            start = end + GUARD
            starts[name] = start + -start % ALIGNMENT
            end = starts[name] + math.prod(shape) * dtype.itemsize
    return starts, end + GUARD


def _written(descriptor: int, piece: memoryview, start: int) -> int:
    """Write all of a piece, which the system may do in parts. Its length."""
    done = 0
    while done < len(piece):
        done += os.pwrite(descriptor, piece[done:], start + done)
    return done


def _pieces(array: Array) -> Iterable[memoryview]:
    """The bytes of an array in C order."""
    parts = np.nditer(
        array, ["external_loop", "buffered", "zerosize_ok"], order="C", buffersize=max(PIECE // array.itemsize, 1)
    )
    return (np.ascontiguousarray(part).view(np.uint8).data for part in parts)
