"""The lines of a script that define its arrays."""

from __future__ import annotations

import base64
import pprint
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.verdict.question import Question

LITERAL = 200
"""An array of at most this many elements is written out; a larger one is packed."""

LONGEST_TEXT = 1_000_000
"""The longest text of a packed array, in characters."""


class NoScript(Exception):
    """The case has no script of its own; the message says why."""


def is_packed(arrays: Mapping[str, Array | None]) -> bool:
    return any(array is not None and array.size > LITERAL for array in arrays.values())


def data_text(question: Question) -> str:
    """The lines that define the arrays of the call."""
    return "\n".join(_data(question))


def _data(question: Question) -> Iterator[str]:
    for name, array in question.request.arrays.items():
        if array is None:
            yield f"{name} = None"
        elif array.size <= LITERAL:
            yield from _literal(name, array)
        else:
            yield from _packed(name, array)


def _packed(name: str, array: Array) -> Iterator[str]:
    """The compressed bytes of an array, as text."""
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    text = base64.b85encode(zlib.compress(little.tobytes(), 9)).decode()
    if len(text) > LONGEST_TEXT:
        sizes = "x".join(map(str, array.shape))
        raise NoScript(f"no script can be made for so large a case: the {name} of {sizes} would be {len(text)} letters")
    yield f"{name} = np.frombuffer("
    yield "    zlib.decompress("
    yield "        base64.b85decode("
    yield from (f"            {text[i : i + 100]!r}" for i in range(0, len(text), 100))
    yield "        )"
    yield "    ),"
    yield f"    {dtype_text(array)},"
    yield f").reshape({array.shape}).copy()"


def _literal(name: str, array: Array) -> Iterator[str]:
    values: Any = array.astype(np.float64)
    whole = (
        np.isfinite(values).all() and bool((values == np.rint(values)).all()) and bool((np.abs(values) < 2**53).all())
    )
    plain = values.astype(np.int64).tolist() if whole and not np.signbit(values[values == 0]).any() else values.tolist()
    text = pprint.pformat(plain, width=100, compact=True).replace("inf", "np.inf").replace("nan", "np.nan")
    if array.size == 0:
        yield f"{name} = np.zeros({array.shape}, {dtype_text(array)})"
    elif "\n" not in text and len(text) < 90:
        yield f"{name} = np.array({text}, {dtype_text(array)})"
    else:
        yield f"{name} = np.array("
        yield from (f"    {line}" for line in f"{text},".splitlines())
        yield f"    {dtype_text(array)},"
        yield ")"


def dtype_text(array: Array) -> str:
    return "ml_dtypes.bfloat16" if array.dtype.name == "bfloat16" else f"np.{array.dtype.name}"
