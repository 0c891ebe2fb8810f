"""The beginning and the end of a process's standard error, since either may hold the reason for its death."""

from __future__ import annotations

from collections import deque

FIRST_KEPT = 1 << 14
LAST_KEPT = 3 << 14
"""Bytes. A C++ library says first what is wrong, then prints a backtrace; Python says it last."""

FIRST_SHOWN = 3
LAST_SHOWN = 6
"""The lines at the end that are shown."""


class LastWords:
    """Takes pieces while a process runs, and keeps a limited number of bytes."""

    def __init__(self) -> None:
        self._first = b""
        self._last: deque[bytes] = deque()
        self._last_size = 0
        self._size = 0

    def take(self, piece: bytes) -> None:
        """Keep the part that belongs to the beginning, and the end so far."""
        self._size += len(piece)
        room = FIRST_KEPT - len(self._first)
        self._first += piece[:room]
        if rest := piece[room:]:
            self._last.append(rest)
            self._last_size += len(rest)
        while self._last and self._last_size - len(self._last[0]) >= LAST_KEPT:
            self._last_size -= len(self._last.popleft())

    @property
    def text(self) -> str:
        """The beginning and the end, with the amount that was left out between them."""
        last = b"".join(self._last)[-LAST_KEPT:]
        left_out = self._size - len(self._first) - len(last)
        if not left_out:
            return (self._first + last).decode("utf-8", "replace")
        between = f"\n... {left_out} bytes left out ...\n"
        return self._first.decode("utf-8", "replace") + between + last.decode("utf-8", "replace")


def shown_lines(stderr: str) -> list[str]:
    """The first and the last non-empty lines, with the number of those left out between them."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    left_out = len(lines) - FIRST_SHOWN - LAST_SHOWN
    if left_out <= 1:
        return lines
    return [*lines[:FIRST_SHOWN], f"... {left_out} lines left out ...", *lines[-LAST_SHOWN:]]
