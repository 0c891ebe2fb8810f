"""The vectors that a function in C can be asked, as one row of 32-bit words: a file, or an array in a header.

A word has the same value in both, whatever the byte order; the file has the low byte first. docs/export.md has the
format as a table, and check_vectors.c reads it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.grades import MEANINGS
from conv2d_conformance.forms.library import DTYPE_CODES
from conv2d_conformance.vectors.asked_vector import core_features
from conv2d_conformance.vectors.check_vectors import EXACT
from conv2d_conformance.vectors.index import FORMAT
from conv2d_conformance.vectors.made_vector import MadeVector

WordRow = npt.NDArray[np.uint32]

MAGIC = 0x56443243
"""The bytes C2DV."""

GRADE_CODES = {grade: code for code, grade in enumerate(MEANINGS)}
"""check_vectors.c has the names in this order."""

FLUSHED = 1 << 8
"""Added to the code of a grade whose range is that of an implementation which flushes subnormals."""

NOT_FINITE, IS_MUST = 1, 2
"""Flags of a vector."""

SAYABLE = (
    core_features()
    | {f"dtype.{name}" for name in DTYPE_CODES}
    | {"non-finite", "arguments.scalar", "arguments.defaults"}
)
"""The features that the function in C may meet: the form in which an argument is written is lost on the way."""

PER_LINE = 8


def is_sayable(vector: MadeVector) -> bool:
    """Whether the call can be made of a function in C: legal, and with the same numbers of zeros on both sides."""
    g = vector.told.geometry
    if g is None or g.n in (None, 0) or g.padding_mode != "zeros":
        return False
    features = {name for name in vector.told.features if not name.startswith("padding.")}
    return features <= SAYABLE and all(before == after for before, after in g.pads)


def words_of(vectors: Iterable[MadeVector]) -> WordRow:
    """All vectors that can be said, and the checksum of what comes before it."""
    records = [_record(vector) for vector in vectors if is_sayable(vector)]
    head = np.array([MAGIC, FORMAT, len(records)], np.uint32)
    found = np.concatenate([head, *records])
    return np.append(found, np.uint32(zlib.crc32(as_file(found))))


def as_file(words: WordRow) -> bytes:
    """The words with the low byte first."""
    return words.astype("<u4").tobytes()


def as_header(words: WordRow, comment: str) -> str:
    """The words as an array of C."""
    rows = (words[first : first + PER_LINE] for first in range(0, words.size, PER_LINE))
    body = "".join(",".join(_literal(int(word)) for word in row) + ",\n" for row in rows)
    return (
        f"/* {comment} */\n\n#include <stdint.h>\n\n"
        f"static const uint32_t conv2d_vectors[{words.size}] = {{\n{body}}};\n"
    )


def _literal(word: int) -> str:
    return str(word) if word < 10 else f"{word:#x}u"


def _record(vector: MadeVector) -> WordRow:
    """The length of the record, what the call is, which range each grade has, the name, and the arrays."""
    told, g = vector.told, vector.told.geometry
    assert g is not None
    assert g.n is not None
    flags = NOT_FINITE * ("non-finite" in told.features) + IS_MUST * (told.level == "MUST")
    sizes = [
        g.n,
        g.c,
        g.h,
        g.w,
        g.m,
        g.kh,
        g.kw,
        g.oh,
        g.ow,
        *g.stride,
        g.pads[0][0],
        g.pads[1][0],
        *g.dilation,
        g.groups,
    ]
    grades = [*_grades(told.allowed, 0), *_grades(told.allowed_flushed, FLUSHED)]
    names = sorted({name for _, name in grades if name != EXACT}, key=int)
    text = f"{told.name} {told.requirement}: {told.case}".encode()
    head = [DTYPE_CODES[told.dtype], flags, *_halves(sizes), int("bias" in vector.arrays), len(grades)]
    for code, name in grades:
        head += [code, 0 if name == EXACT else 1 + names.index(name)]
    head += [len(names), *(int(f"special.{name}" in vector.arrays) for name in names), len(text)]
    parts = [np.array(head, np.uint32), packed(np.frombuffer(text, np.uint8))]
    stored = ("input", "weight", "bias", "expected", *_ranges(names))
    parts += [packed(vector.arrays[name]) for name in stored if name in vector.arrays]
    return np.concatenate([np.array([1 + sum(part.size for part in parts)], np.uint32), *parts])


def _halves(sizes: Iterable[int]) -> Iterator[int]:
    """Numbers of 64 bits as words: a stride can be larger than any array."""
    for size in sizes:
        yield from (size & 0xFFFFFFFF, size >> 32)


def _grades(allowed: dict[str, str], offset: int) -> Iterator[tuple[int, str]]:
    yield from ((GRADE_CODES[grade] + offset, name) for grade, name in allowed.items())


def _ranges(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield from (f"lower.{name}", f"upper.{name}", f"special.{name}")


def packed(array: Array) -> WordRow:
    """The bytes of an array, of each element the low one first, four to a word; zeros fill the last."""
    data = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
    return np.frombuffer(data + bytes(-len(data) % 4), "<u4").astype(np.uint32)
