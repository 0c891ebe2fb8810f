"""Standard output and error of the program: a failure to write them must not change a verdict."""

from __future__ import annotations

import errno
import io
import select
import sys
from typing import Any

GONE = frozenset({errno.EPIPE, errno.EIO})
"""The reader has gone (`| head -1`), or the terminal is closed."""


class Lasting(io.FileIO):
    """A descriptor that drops its text when nobody reads it any more, so that the program goes on.

    Any other failure to write raises one error under the name `told`; without a name it raises none. Later text is
    dropped.
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
        """The number of bytes written. Another program with the same pipe may have made it non-blocking."""
        while (count := super().write(data)) is None:
            select.select([], [self], [])
        return count


def make_lasting() -> None:
    """Make both streams so, and let them escape what their encoding lacks: a file name must not end a run."""
    for name, told in (("stdout", "standard output"), ("stderr", None)):  # a failure of stderr has nowhere to be told
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
