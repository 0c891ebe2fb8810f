"""A process that has loaded a target and never called it: fresh processes are its forks, which need not load it again.

A large library takes seconds to import, and a fork takes milliseconds. A fork has the memory that the template had when
everything was imported and nothing was called, as a process has that was started for itself. What it would lack, or
share with other forks, is told by `template_worker`: where loading the target leaves any of that behind, each process
is started for itself.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Sequence
from typing import IO

from conv2d_conformance.implementation.process import PYTHON, TEMPLATE, Abandoned, WorkerProcess

SECONDS_BETWEEN_LOOKS = 0.05
SECONDS_TO_FORK = 30.0
LONGEST_REPLY = 32


class NoFork(Exception):
    """The template makes no fork, now or later."""


def can_be_forked(arguments: Sequence[str]) -> bool:
    """Whether a process of these arguments may be a fork of a template."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open") and arguments[0] == PYTHON


class Template:
    """The template of a target in Python. It loads the target while this process goes on."""

    def __init__(self, arguments: Sequence[str], *, start_timeout: float, abandoned: threading.Event | None) -> None:
        self._abandoned = abandoned
        self._connection, other = socket.socketpair()
        try:
            given = [TEMPLATE, *arguments[1:], str(other.fileno())]
            self.process = WorkerProcess(given, handed_over=(other.fileno(),))
        except BaseException:
            self._connection.close()
            raise
        finally:
            other.close()
        self._loaded_by = self.process.started + start_timeout

    def fork(self, note: int, files: int | None) -> Fork:
        """The keeper of a fork, which writes to `note`, and to whose worker large arrays come on `files`.

        NoFork, Abandoned.
        """
        (request, stdin), (stdout, answer), (stderr, error) = os.pipe(), os.pipe(), os.pipe()
        given, kept = (request, answer, error), (stdin, stdout, stderr)
        try:
            pid = self._asked((*given, note, *(() if files is None else (files,))))
            return Fork(pid, kept)
        except BaseException:
            for descriptor in kept:
                os.close(descriptor)
            raise
        finally:
            for descriptor in given:
                os.close(descriptor)

    def _asked(self, descriptors: Sequence[int]) -> int:
        """The number of the process that has these descriptors now."""
        until = max(self._loaded_by, time.monotonic() + SECONDS_TO_FORK)
        try:
            socket.send_fds(self._connection, [b"f"], descriptors)
            while not select.select([self._connection], [], [], SECONDS_BETWEEN_LOOKS)[0]:
                if self._abandoned is not None and self._abandoned.is_set():
                    raise Abandoned
                if self.process.is_dead or time.monotonic() > until:
                    raise NoFork
            return int(self._connection.recv(LONGEST_REPLY))
        except (OSError, ValueError):  # it is gone, or says nothing, or nonsense
            raise NoFork from None

    def close(self) -> None:
        """Let nobody ask any more; the process is ended by who has it."""
        self._connection.close()


class Fork:
    """What `subprocess.Popen` is to a program, for a process that is no child of this one."""

    def __init__(self, pid: int, streams: tuple[int, int, int]) -> None:
        self.pid = pid
        try:
            self._process = os.pidfd_open(pid)  # by which it cannot be taken for a later one of the same number
        except (OSError, OverflowError):
            raise NoFork from None
        stdin, stdout, stderr = streams
        self.stdin: IO[bytes] = os.fdopen(stdin, "wb", buffering=0)
        self.stdout: IO[bytes] = os.fdopen(stdout, "rb", buffering=0)
        self.stderr: IO[bytes] = os.fdopen(stderr, "rb", buffering=0)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def send_signal(self, number: int) -> None:
        if self._process >= 0:
            try:
                signal.pidfd_send_signal(self._process, number)
            except ProcessLookupError:
                return

    def wait(self) -> int:
        """Return when it has ended. Only its parent knows how: of one that is silent, that it was killed."""
        if self._process >= 0:
            poll = select.poll()
            poll.register(self._process, select.POLLIN)
            poll.poll()
            os.close(self._process)
            self._process = -1
        return -signal.SIGKILL
