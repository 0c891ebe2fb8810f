"""Progress of a run, on a terminal and only there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(first: str) -> Iterator[Callable[[int, int, str], None]]:
    """A callback (number done, of all, name of the last), and a bar for as long as the context lasts.

    `first` is what the bar says until the first call.

    pytest takes the descriptor of standard output over while it runs, so that the bar needs a duplicate of its own.
    """
    if not sys.stdout.isatty():
        yield lambda *_: None
        return

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from conv2d_conformance.foreign import escaped_line
    from conv2d_conformance.report.console import console

    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding=sys.stdout.encoding, errors="backslashreplace") as stream:
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(
            *columns, console=console(stream), transient=True, redirect_stdout=False, redirect_stderr=False
        ) as bar:
            task = bar.add_task(escaped_line(first), total=None)

            def advance(done: int, total: int, check: str) -> None:
                bar.update(task, completed=done, total=total, description=check)

            yield advance
