"""The processor time that a process and its descendants use and want, which only Linux reports.

A process that waits for a processor wants one just as one that has it: on a busy machine a hard worker gets little.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from conv2d_conformance.implementation.resident_memory import CAN_BE_TOLD as CAN_BE_TOLD
from conv2d_conformance.implementation.resident_memory import family

NANOSECONDS = 1e-9
AT_WORK = b"RD"
"""The states of a process that runs or waits for a processor, and of one that waits for a disk."""


class Usage(NamedTuple):
    """Seconds since the start: `used` by all processes, and `wanted` by the living threads, which includes waiting.

    `at_work`: whether one of them runs now, or waits for a processor or a disk.
    """

    used: float
    wanted: float
    at_work: bool


def usage_of(pid: int) -> Usage | None:
    """The usage of a process and its descendants. The time of ended ones counts with the parent that reaped them."""
    if not CAN_BE_TOLD:
        return None
    used, wanted, at_work = 0.0, 0.0, False
    for member in family(pid):
        try:
            state, ticks = _stat(member)
            nanoseconds = sum(_wanted(member))
        except (OSError, IndexError, ValueError):  # it ended meanwhile
            continue
        used += ticks / os.sysconf("SC_CLK_TCK")
        wanted += nanoseconds * NANOSECONDS
        at_work = at_work or state in AT_WORK
    return Usage(used, wanted, at_work)


def _stat(pid: int) -> tuple[bytes, int]:
    """The state, and the clock ticks of the process and of the children that it has waited for."""
    # The name, in parentheses, may hold anything.
    fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return fields[0], sum(map(int, fields[11:15]))


def _wanted(pid: int) -> Iterator[int]:
    """Nanoseconds of every thread on a processor and queueing for one; none where the system does not count them."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            ran, waited, _ = Path(f"/proc/{pid}/task/{thread}/schedstat").read_bytes().split()
        except OSError:
            continue
        yield int(ran) + int(waited)
