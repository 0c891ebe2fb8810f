"""Progress of a command: a bar on a terminal, and elsewhere a plain line every ten seconds on standard error."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from conv2d_conformance.foreign import escaped_line

SECONDS_BETWEEN_LINES = 10.0
A_MOMENT = 1.0
"""Seconds after which a command shows a bar; most are done by then."""

Advance = Callable[[int, int, str], None]


@contextmanager
def progress(first: str, *, after: float = 0.0) -> Iterator[Advance]:
    """A callback (number done, of all, name of the last) that shows progress for as long as the context lasts.

    `first` is shown until the first call. A bar appears `after` this many seconds. Nothing else may print meanwhile.
    """
    with _bar(first, after) if sys.stdout.isatty() else _lines(first) as advance:
        yield advance


@contextmanager
def _bar(first: str, after: float) -> Iterator[Advance]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from conv2d_conformance.report.console import console

    with _duplicate(sys.stdout) as stream:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        bar = Progress(*columns, console=console(stream), transient=True, redirect_stdout=False, redirect_stderr=False)
        task = bar.add_task(escaped_line(first), total=None)

        def advance(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=escaped_line(what))

        timer = threading.Timer(after, bar.start)
        timer.start() if after else bar.start()
        try:
            yield advance
        finally:
            if after:
                timer.cancel()
                timer.join()
            bar.stop()


@contextmanager
def _lines(first: str) -> Iterator[Advance]:
    with _duplicate(sys.stderr) as stream:
        lines, ended = LogLines(first, stream), threading.Event()
        thread = threading.Thread(target=lines.tell, args=(ended.wait,), daemon=True)
        thread.start()
        try:
            yield lines.advance
        finally:
            ended.set()
            thread.join()


class LogLines:
    """The progress of a command as lines of a log: `20 s, 3 of 118: test_bias::test_added`."""

    def __init__(self, first: str, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._clock = stream, clock
        self._start = clock()
        self._reached = escaped_line(first)

    def advance(self, done: int, total: int, what: str) -> None:
        """Note how many are done, and the last of them."""
        self._reached = escaped_line(f"{done} of {total}: {what}")

    def tell(self, wait: Callable[[float], bool]) -> None:
        """Write a line each time that `wait` returns before the command has ended."""
        while not wait(SECONDS_BETWEEN_LINES):
            with suppress(OSError, ValueError):  # a command goes on when nobody reads its progress
                print(f"{self._clock() - self._start:.0f} s, {self._reached}", file=self._stream, flush=True)


@contextmanager
def _duplicate(stream: TextIO) -> Iterator[TextIO]:
    """The same stream by another descriptor, since pytest captures the usual ones while it runs."""
    try:
        descriptor = os.dup(stream.fileno())
    except (OSError, ValueError):  # a stream in memory, which pytest does not capture
        yield stream
        return
    with os.fdopen(descriptor, "w", encoding=stream.encoding, errors="backslashreplace") as duplicate:
        yield duplicate
