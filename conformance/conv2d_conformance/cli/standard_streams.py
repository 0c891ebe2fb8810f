"""Standard output and error of the program: what becomes of them is no part of a verdict."""

from __future__ import annotations

import errno
import io
import select
import sys
from typing import Any

GONE = frozenset({errno.EPIPE, errno.EIO})
"""Whoever read it has seen enough (`| head -1`), or the terminal is closed."""


class Lasting(io.FileIO):
    """A descriptor on which the program goes on when nobody reads it any more.

    What else cannot be written raises once, and names the stream, where it is `told`. What follows then is dropped.
    """

    def __init__(self, descriptor: int, told: str | None) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._told = told
        self._is_lost = False

    def write(self, data: Any) -> int:
        if not self._is_lost:
            try:
                return self._written(data)
            except OSError as reason:
                self._is_lost = True
                if self._told is not None and reason.errno not in GONE:
                    raise OSError(reason.errno, reason.strerror, self._told) from None
        return len(memoryview(data).cast("B"))

    def _written(self, data: Any) -> int:
        """How many bytes; another program that has the same pipe may have made it one that does not wait."""
        while (count := super().write(data)) is None:
            select.select([], [self], [])
        return count


def make_lasting() -> None:
    """Let both streams be so, and let them show what their encoding lacks as escapes: a name must not end a run."""
    for name, told in (("stdout", "standard output"), ("stderr", None)):  # where would one say that of the second?
        stream = getattr(sys, name)
        setattr(
            sys,
            name,
            io.TextIOWrapper(
                io.BufferedWriter(Lasting(stream.fileno(), told)),
                encoding=stream.encoding,
                errors="backslashreplace",
                line_buffering=name == "stderr" or stream.isatty(),
            ),
        )
