"""The memory that a process and its descendants hold, which only Linux reports.

It is resident memory, not address space: libraries for GPUs reserve terabytes of address space and use little of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

GIB = 1 << 30
USUAL_LIMIT = 8.0
"""GiB: several times what the largest case takes when lowered to a matrix, plus a library for GPUs."""


def _can_be_told() -> bool:
    """Whether /proc exists and is that of this namespace; in another one, processes have other numbers."""
    try:
        return os.readlink("/proc/self") == str(os.getpid()) and Path("/proc/self/statm").exists()
    except OSError:
        return False


CAN_BE_TOLD = _can_be_told()
PAGE = os.sysconf("SC_PAGE_SIZE")


def exceeds(pid: int, limit: int) -> bool:
    """Whether a process and its descendants hold more than `limit` bytes; False if the process is gone."""
    if _sum_of(_resident, pid) <= limit:
        return False
    # The first sum counts memory shared with a fork twice. Exact shares take the system longer.
    return _sum_of(_share, pid) > limit


def resident() -> int:
    """What this process holds, in bytes; 0 where nobody tells."""
    return _resident(os.getpid()) if CAN_BE_TOLD else 0


def _sum_of(count: Callable[[int], int], pid: int) -> int:
    total = 0
    for member in family(pid):
        try:
            total += count(member)
        except (OSError, IndexError):  # it ended meanwhile
            continue
    return total


def _resident(pid: int) -> int:
    return int(_read(f"/proc/{pid}/statm").split()[1]) * PAGE


def _share(pid: int) -> int:
    """The process's own memory, and its share of shared memory."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return _resident(pid)
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))


def family(pid: int) -> Iterator[int]:
    """A process and its descendants."""
    yield pid
    try:
        threads = os.listdir(f"/proc/{pid}/task")
        children = [_read(f"/proc/{pid}/task/{thread}/children") for thread in threads]
    except OSError:  # the process or a thread ended, or the system lists no children
        return
    for child in b"".join(children).split():
        yield from family(int(child))


def _read(path: str) -> bytes:
    """A file that the system makes while it is read. `pathlib` would take half the time of a look at the memory."""
    descriptor, pieces = os.open(path, os.O_RDONLY), [b""]
    try:
        while piece := os.read(descriptor, PAGE):
            pieces.append(piece)
    finally:
        os.close(descriptor)
    return b"".join(pieces)
