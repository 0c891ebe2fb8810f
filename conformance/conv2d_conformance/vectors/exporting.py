"""Write the vectors of a size into a folder, with an index, the checkers, and other formats beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from pathlib import Path

from conv2d_conformance import __version__, spec
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.grades import MEANINGS, class_names, default_class
from conv2d_conformance.output.new_folder import new_folder
from conv2d_conformance.typed_json import as_json
from conv2d_conformance.vectors.archive import write_archive
from conv2d_conformance.vectors.asked_vector import core_features
from conv2d_conformance.vectors.chosen import SIZES, ChosenCase, chosen
from conv2d_conformance.vectors.index import COMPARISON, FORMAT, STORED, VectorIndex
from conv2d_conformance.vectors.made_vector import MadeVector, made
from conv2d_conformance.vectors.words import as_file, as_header, words_of

INDEX = "index.json"
WHAT = "exported vectors"
WORDS, HEADER = "vectors.bin", "vectors.h"

CHECKERS = ("vectors/check_vectors.py", "vectors/check_vectors.c", "forms/conv2d_conformance.h")
"""Files of the package that are copied beside the index."""

WITH_HEADER = SIZES[0]
"""The size that is small enough for a compiler."""

OtherFormat = Callable[[Path, Sequence[MadeVector]], int]
"""Writes the vectors that a format can say into a new folder, and returns how many these are."""


def export(
    folder: Path,
    size: str,
    also: Iterable[tuple[str, OtherFormat]] = (),
    on_progress: Callable[[int, int, str], None] = lambda *_: None,
) -> VectorIndex:
    """Export a size. UnwritableOutput where the folder cannot be written."""
    cases = chosen(size)
    vectors = []
    with new_folder(folder, mark=INDEX, what=WHAT) as draft:
        for number, case in enumerate(cases):
            vectors.append(made(case, f"{number:04}"))
            on_progress(number + 1, len(cases), case.line)
        (draft / "vectors").mkdir()
        for vector in vectors:
            write_archive(draft / vector.told.file, vector.arrays)
        arrays = [vector.told.file for vector in vectors]
        for name in CHECKERS:
            (draft / Path(name).name).write_bytes(source_of(name))
        words = words_of(vectors)
        (draft / WORDS).write_bytes(as_file(words))
        arrays.append(WORDS)
        if size == WITH_HEADER:
            comment = f"Vectors of conv2d-conformance {__version__}, size {size}: check_vectors.c reads them."
            (draft / HEADER).write_text(as_header(words, comment), encoding="ascii")
            arrays.append(HEADER)
        counts = {}
        for name, write in also:
            (draft / name).mkdir()
            counts[name] = write(draft / name, vectors)
        checksums = {name: hashlib.sha256((draft / name).read_bytes()).hexdigest() for name in arrays}
        index = _index(size, cases, vectors, checksums, counts)
        text = json.dumps(as_json(index), indent=1, ensure_ascii=False, allow_nan=False)
        (draft / INDEX).write_text(text + "\n", encoding="utf-8")
    return index


def source_of(name: str) -> bytes:
    """The bytes of a file of the package."""
    return files("conv2d_conformance").joinpath(name).read_bytes()


def _index(
    size: str,
    cases: Sequence[ChosenCase],
    vectors: Sequence[MadeVector],
    checksums: dict[str, str],
    also: dict[str, int],
) -> VectorIndex:
    edition = spec.load()
    lines = "".join(f"{case.line}\n" for case in cases)
    content = hashlib.sha256()
    for vector in vectors:
        content.update(vector.content)
    core = core_features()
    return VectorIndex(
        format=FORMAT,
        suite=f"conv2d-conformance {__version__}",
        edition=edition.edition,
        edition_digest=edition.digest,
        size=size,
        choice=hashlib.sha256(lines.encode()).hexdigest(),
        digest=content.hexdigest(),
        checksums=checksums,
        core=tuple(sorted(core)),
        features=tuple(sorted({name for vector in vectors for name in vector.told.features} - core)),
        grades={dtype: {name: MEANINGS[name] for name in class_names(dtype)} for dtype in DTYPES},
        default_grades={dtype: default_class(dtype) for dtype in DTYPES},
        stored=STORED,
        comparison=COMPARISON,
        also=also,
        vectors=tuple(vector.told for vector in vectors),
    )
