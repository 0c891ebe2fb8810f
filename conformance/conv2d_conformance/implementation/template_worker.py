"""The process of a template: it loads its target, and becomes a keeper and its worker, in a fork, as often as asked."""

from __future__ import annotations

import os
import random
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conv2d_conformance.implementation import keeper
from conv2d_conformance.implementation.file_channel import FileChannel
from conv2d_conformance.implementation.forks_that_work import why_no_fork
from conv2d_conformance.implementation.target import LoadError
from conv2d_conformance.implementation.worker import Loaded, loaded, serve_loaded

FEWEST, MOST = 4, 5
"""Standard input, output and error of the fork, where its keeper writes how it ended, and a channel for files."""

SHARED_WITHOUT_HARM = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
"""What keeps neither a place nor a state for those who have opened it."""


TEMPORARY = frozenset({"tempfile.mkdtemp", "tempfile.mkstemp"})
"""The events of Python that tell of a name on disk, which all forks would have in common."""


def serve_forks(text: str, connection: int, secure: Callable[[], tuple[int, int]]) -> None:
    """Fork for every message on the connection. In a fork, serve until `bye`, and return.

    `secure` is what each worker does with its descriptors before it serves.
    """
    os.set_inheritable(connection, False)
    before, unseeded, made = {*_descriptors()}, random.getstate(), set[str]()
    sys.addaudithook(lambda event, _: made.add(event) if event in TEMPORARY else None)
    try:
        target = loaded(text)
    except LoadError:
        return None  # a process that is started for itself tells it
    if made:
        return None
    state = random.getstate()
    harness = socket.socket(fileno=connection)
    forks: set[int] = set()
    while True:
        _, descriptors, *_ = socket.recv_fds(harness, 1, MOST)
        forks -= _ended(forks)
        if len(descriptors) < FEWEST or not _is_alone(before, {*descriptors}, forks):
            return None
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()  # else the fork writes once more what is waiting there
        if (pid := os.fork()) == 0:
            harness.close()
            return _serve(target, descriptors, secure, None if state == unseeded else state)
        forks.add(pid)
        for descriptor in descriptors:
            os.close(descriptor)
        harness.send(str(pid).encode())


def _serve(
    target: Loaded, descriptors: list[int], secure: Callable[[], tuple[int, int]], seeded: tuple[Any, ...] | None
) -> None:
    os.setsid()
    for number, descriptor in enumerate(descriptors[:3]):
        os.dup2(descriptor, number)
        os.close(descriptor)
    note, *files = descriptors[3:]
    keeper.keep(note)
    if seeded is not None:
        random.setstate(seeded)  # the target's own seed, in place of that which Python gives every fork
    channel = FileChannel.at(files[0]) if files else None
    serve_loaded(target, *secure(), channel)


def _is_alone(before: set[int], given: set[int], forks: set[int]) -> bool:
    """Whether a fork is as good as a process of its own: nothing is lacking in it, and nothing is shared with it.

    It would lack other threads, and share children, places in open files, connections, devices, and shared memory.
    """
    process = Path("/proc/self")
    if why_no_fork() is not None or len(os.listdir(process / "task")) != 1:
        return False
    if {int(child) for child in (process / f"task/{os.getpid()}/children").read_text().split()} - forks:
        return False
    opened = {name for descriptor, name in _descriptors().items() if descriptor not in before | given}
    if opened - {*SHARED_WITHOUT_HARM}:
        return False
    return not any(line.split()[1].startswith("rw-s") for line in (process / "maps").read_text().splitlines())


def _descriptors() -> dict[int, str]:
    """The open descriptors, each with the name of what it leads to."""
    found = {}
    for number in map(int, os.listdir("/proc/self/fd")):
        try:
            found[number] = os.readlink(f"/proc/self/fd/{number}")
        except OSError:  # the one that listed them
            continue
    return found


def _ended(forks: set[int]) -> set[int]:
    """Those that have ended, which are no longer to be waited for."""
    return {pid for pid in forks if os.waitpid(pid, os.WNOHANG)[0] == pid}
