"""Write a text to its destination. Where that fails, after minutes of work, keep it elsewhere and say where."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from conv2d_conformance.output.destination import Destination, WriteMode
from conv2d_conformance.output.file_replacement import overwrite, replace, write_all
from conv2d_conformance.output.unwritable import ENVIRONMENT, UnwritableOutput, reason_of


class KeptElsewhere(UnwritableOutput):
    """A file could not be written after the work; its text is kept in `place`."""

    def __init__(self, sentence: str, place: Path | None, hint: str) -> None:
        super().__init__(sentence, hint, status=ENVIRONMENT)
        self.place = place


def save(to: Destination, text: str) -> None:
    """Write the text. KeptElsewhere where that fails."""
    try:
        write(to, text)
    except OSError as error:
        raise keep_elsewhere(to, text, reason_of(to.path, error)[0]) from None


def write(to: Destination, text: str) -> None:
    """Write the text as a whole, or raise OSError."""
    data = encoded(text)
    match to.form:
        case WriteMode.STANDARD_OUTPUT:
            _to_standard_output(data)
        case WriteMode.DESCRIPTOR:
            try:
                write_all(to.descriptor, data)
            finally:
                os.close(to.descriptor)
        case WriteMode.IN_PLACE:
            overwrite(to.path, data)
        case WriteMode.REPLACED:
            replace(to.path, data)


def keep_elsewhere(to: Destination, text: str, reason: str) -> KeptElsewhere:
    """Keep the text in a new file in the folder for temporary files, or else print it."""
    place = None
    start, end = to.path.stem.strip("-.")[:80] or "conv2d", to.path.suffix[:20]
    with suppress(OSError):
        descriptor, name = tempfile.mkstemp(prefix=f"{start}-", suffix=end)
        try:
            write_all(descriptor, encoded(text))
            place = Path(name)
        finally:
            os.close(descriptor)
            if place is None:
                os.unlink(name)
    return KeptElsewhere(f"{to.told} could not be written: {reason}", place, _where(place, text))


def _where(place: Path | None, text: str) -> str:
    if place is not None:
        return f"it was kept in {place}"
    try:
        _to_standard_output(encoded(text))
    except OSError:
        return "nor could anything else be written, so that it is lost"
    return "no folder for temporary files could take it, so that it was printed"


def encoded(text: str) -> bytes:
    """The text in UTF-8; a lone surrogate, which UTF-8 lacks, is escaped as in JSON."""
    return text.encode("utf-8", errors="backslashreplace")


def _to_standard_output(data: bytes) -> None:
    # Bypass the buffer: text stuck in it would fail again when the program ends.
    sys.stdout.flush()
    try:
        descriptor = sys.stdout.fileno()
    except io.UnsupportedOperation:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
        return
    write_all(descriptor, data)
