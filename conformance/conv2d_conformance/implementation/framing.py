"""One message on a pipe: a JSON object on one line, then the raw little-endian bytes of the arrays that it lists."""

from __future__ import annotations

import functools
import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from conv2d_conformance import strict_json
from conv2d_conformance.contract.arrays import MOST_AXES, Array

MAX_HEADER = 1 << 20
MAX_ARRAYS = 8
CHUNK = 1 << 16

Buffers = list[memoryview]

_NUMERIC: tuple[str, ...] = (
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
)
_NUMERIC += (np.dtype(np.longdouble).name, "complex64", "complex128", np.dtype(np.clongdouble).name)

_JSON = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


class ProtocolError(Exception):
    """The other side wrote something that is not a message."""


@functools.cache
def numeric_dtype(name: str) -> np.dtype[Any] | None:
    """The dtype of this name if its elements are numbers; None for bool, object, text, and unknown names."""
    if name in _NUMERIC:
        return np.dtype(name)
    import ml_dtypes

    scalar = getattr(ml_dtypes, name, None)
    return np.dtype(scalar) if isinstance(scalar, type) and issubclass(scalar, np.generic) else None


def encode(header: Mapping[str, Any], arrays: Iterable[tuple[str, Array | None]] = ()) -> Buffers:
    """The buffers to write, in order. An array that is None is listed as null and has no bytes."""
    listed: list[dict[str, Any] | None] = []
    buffers: Buffers = [memoryview(b"")]
    for name, array in arrays:
        listed.append(None if array is None else _entry(name, array))
        if array is not None and array.size:
            buffers.append(_raw(array))
    line = _JSON.encode({**header, "arrays": listed} if listed else header)
    buffers[0] = memoryview(line.encode() + b"\n")
    return buffers


def listed(arrays: Iterable[tuple[str, Array | None]]) -> list[dict[str, Any] | None]:
    """The entries of arrays whose bytes are no part of the message."""
    return [None if array is None else _entry(name, array) for name, array in arrays]


def described(entries: Any) -> Iterator[tuple[str, tuple[tuple[int, ...], np.dtype[Any]] | None]]:
    """What such a list says: the name, or the place where there is none, and the shape and dtype of each array."""
    for number, entry in enumerate(_few(entries)):
        if entry is None:
            yield str(number), None
        else:
            dtype, shape, _ = _described(entry)
            yield str(entry.get("name", number)), (shape, dtype)


def _entry(name: str, array: Array) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": name, "dtype": _name_of(array.dtype), "shape": array.shape}
    return entry if array.dtype.isnative else {**entry, "byteorder": "big"}


@functools.cache
def _name_of(dtype: np.dtype[Any]) -> str:
    return dtype.name


def _raw(array: Array) -> memoryview:
    native = array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
    return np.ascontiguousarray(native).reshape(-1).view(np.uint8).data


def advance(buffers: Buffers, count: int) -> Buffers:
    """The rest of the buffers after their first `count` bytes."""
    for position, buffer in enumerate(buffers):
        if count < len(buffer):
            return [buffer[count:], *buffers[position + 1 :]]
        count -= len(buffer)
    return []


class Incoming:
    """One message that arrives in pieces. Nothing is allocated before its size is known to be within `limit`."""

    def __init__(self, limit: int) -> None:
        self.header: dict[str, Any] = {}
        self.complete = False
        self._limit = limit
        self._line: bytearray | None = bytearray()
        self._memory: list[tuple[np.dtype[Any], tuple[int, ...], bool, Array] | None] = []
        self._missing: Buffers = []
        self._announced = 0

    @property
    def partial(self) -> str:
        """How much of an incomplete message has come, in parentheses; empty where nothing has."""
        if self._line is None:
            came = self._announced - sum(map(len, self._missing))
            return f" (it announced {self._announced} bytes of arrays, and {came} came)"
        if self._line:
            return f" ({len(self._line)} bytes came of a line without an end, {excerpt(bytes(self._line))})"
        return ""

    def read_from(self, descriptor: int) -> None:
        """Read one piece. BlockingIOError if there is none now, EOFError if there will be none."""
        if self._line is None:
            count = os.readv(descriptor, self._missing)
            if not count:
                raise EOFError
            self._missing = advance(self._missing, count)
        else:
            piece = os.read(descriptor, CHUNK)
            if not piece:
                raise EOFError
            searched = len(self._line)
            self._line += piece
            end = self._line.find(b"\n", searched)
            if max(end, len(self._line) if end < 0 else 0) > MAX_HEADER:
                raise ProtocolError(f"the line of JSON is longer than {MAX_HEADER} bytes")
            if end < 0:
                return
            line, self._line = self._line, None
            self._begin_arrays(bytes(line[:end]), memoryview(line)[end + 1 :])
        self.complete = not self._missing

    @property
    def arrays(self) -> list[Array | None]:
        """The arrays of a complete message, in the order in which they are listed."""
        return [None if item is None else _array(*item) for item in self._memory]

    def _begin_arrays(self, line: bytes, piece: memoryview) -> None:
        self.header = _parse(line)
        room = self._limit
        for entry in _listed(self.header):
            if entry is None:
                self._memory.append(None)
                continue
            dtype, shape, swapped = _described(entry)
            # Axes of length zero count as one: NumPy, too, refuses a shape whose other axes are absurdly long.
            room -= math.prod(max(length, 1) for length in shape) * dtype.itemsize
            if room < 0:
                raise ProtocolError(f"the arrays of the message are larger than {self._limit} bytes")
            raw = np.empty(math.prod(shape) * dtype.itemsize, np.uint8)
            self._memory.append((dtype, shape, swapped, raw))
            if raw.size:
                self._missing.append(raw.data)
        self._announced = sum(map(len, self._missing))
        here = min(len(piece), self._announced)
        if here < len(piece):
            raise ProtocolError(f"{len(piece) - here} bytes follow the message that belong to none of its arrays")
        for buffer in self._missing:
            count = min(len(buffer), len(piece))
            buffer[:count] = piece[:count]
            piece = piece[count:]
        self._missing = advance(self._missing, here)


def _parse(line: bytes) -> dict[str, Any]:
    try:
        header = strict_json.loads(line.decode())
    except strict_json.NameTwice as error:
        raise ProtocolError(str(error)) from None
    except (ValueError, RecursionError):
        raise ProtocolError(f"expected one line of JSON, got {excerpt(line)}") from None
    if not isinstance(header, dict):
        raise ProtocolError(f"expected a JSON object, got {excerpt(line)}")
    return header


def excerpt(line: bytes) -> str:
    """The beginning of a line, to show to a person."""
    text = line.decode("utf-8", "replace")
    return repr(text) if len(text) <= 80 else f"{text[:80]!r}..."


def _listed(header: Mapping[str, Any]) -> list[Any]:
    return _few(header.get("arrays", []))


def _few(entries: Any) -> list[Any]:
    if not isinstance(entries, list) or len(entries) > MAX_ARRAYS:
        raise ProtocolError(f'"arrays" must be a list of at most {MAX_ARRAYS} entries')
    return entries


def _described(entry: Any) -> tuple[np.dtype[Any], tuple[int, ...], bool]:
    if not isinstance(entry, dict):
        raise ProtocolError(f'an entry of "arrays" must be an object or null, not {entry!r:.80}')
    name, shape = entry.get("dtype"), entry.get("shape")
    dtype = numeric_dtype(name) if isinstance(name, str) else None
    if dtype is None:
        raise ProtocolError(f"{name!r:.80} is not the name of a numeric dtype")
    if not isinstance(shape, list) or len(shape) > MOST_AXES or not all(map(_is_length, shape)):
        raise ProtocolError(f"{shape!r:.80} is not a shape")
    return dtype, tuple(map(int, shape)), entry.get("byteorder") == "big"


def _is_length(number: Any) -> bool:
    """Whether a JSON number is a length. Languages without integers may write 100000 as 1e5."""
    return (type(number) is int or (type(number) is float and number.is_integer())) and number >= 0


def _array(dtype: np.dtype[Any], shape: tuple[int, ...], swapped: bool, raw: Array) -> Array:
    array = raw.view(dtype).reshape(shape)
    return array.astype(dtype.newbyteorder(">")) if swapped else array
