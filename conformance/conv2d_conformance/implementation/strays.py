"""Stray processes: the orphans that come to the program's own process if the keeper of a worker was killed.

A process that adopts orphans also gets those of its children, so only a program that is all ours may do it: the command
line. No descendant of a worker can be in the session of the program, and except for keepers no child of the program
itself is in another one. So children in another session are strays once no worker is left.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from conv2d_conformance.implementation.resident_memory import CAN_BE_TOLD

SECONDS_TO_END = 10.0

_before: frozenset[int] | None = None
"""The children that this process had when it began to adopt orphans; None as long as it does not."""


@contextlib.contextmanager
def adopting_orphans() -> Iterator[None]:
    """Adopt what workers leave behind, so that it can be ended; only for a program that is all ours.

    The property (PR_SET_CHILD_SUBREAPER) belongs to the whole process, whatever its threads do. It is restored at the
    end.
    """
    global _before  # it mirrors a property of the whole process
    if sys.platform != "linux" or not CAN_BE_TOLD:
        yield
        return
    earlier = _adopts()
    _adopt(1)
    _before = frozenset(_children())
    try:
        yield
    finally:
        try:
            end_strays()
        finally:
            _before = None
            _adopt(earlier)


def _adopts() -> int:
    pr_get_child_subreaper = 37
    adopts = ctypes.c_int()
    ctypes.CDLL(None).prctl(pr_get_child_subreaper, ctypes.byref(adopts))
    return adopts.value


def _adopt(adopts: int) -> None:
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, adopts)


def end_strays() -> int:
    """End the strays that this process has adopted, once all workers are closed. Returns their number."""
    ended = 0
    until = time.monotonic() + SECONDS_TO_END
    while _before is not None and (strays := list(_strays(_before))) and time.monotonic() < until:
        ended += sum(map(_end, strays))
    return ended


def _end(stray: int) -> bool:
    """Whether it was still alive."""
    with contextlib.suppress(OSError):
        if os.waitpid(stray, os.WNOHANG)[0] == 0:
            os.kill(stray, signal.SIGKILL)
            os.waitpid(stray, 0)
            return True
    return False


def _strays(before: frozenset[int]) -> Iterator[int]:
    for child in _children():
        with contextlib.suppress(ProcessLookupError):
            if child not in before and os.getsid(child) != os.getsid(0):
                yield child


def _children() -> Iterator[int]:
    for path in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            yield from map(int, path.read_text().split())
