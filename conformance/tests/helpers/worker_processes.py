"""What tests of workers ask of answers and of processes."""

from __future__ import annotations

import os
import select
from typing import Any

from conv2d_conformance.contract.answers import Answer, Broken, Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.implementation.host import Worker


def broken(answer: Answer) -> Broken:
    assert isinstance(answer, Broken)
    return answer


def array_of(answer: Answer) -> Array:
    assert isinstance(answer, Result)
    (array,) = answer.arrays
    assert array is not None
    return array


def wait_until_gone(pid: int) -> bool:
    """Wait for a process to die, however it is waited for."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    gone = bool(poll.poll(10_000))
    os.close(descriptor)
    return gone


def wait_until_told(worker: Worker) -> bool:
    """Wait for the death of a worker to be known to the harness."""
    poll = select.poll()
    assert worker._process is not None
    poll.register(worker._process._note, select.POLLIN)
    return bool(poll.poll(10_000))


def our_children() -> list[Any]:
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        return file.read().split()
