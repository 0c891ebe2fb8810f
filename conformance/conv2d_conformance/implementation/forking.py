"""A worker that is a fork of this process, for an adapter that exists nowhere else."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from typing import IO

from conv2d_conformance.implementation import bootstrap, keeper


class ForkedProcess:
    """What `subprocess.Popen` is to a program: a process in a session of its own, with pipes to its streams.

    It becomes the keeper of the worker, which is a fork of it.
    """

    def __init__(self, text: str, note: int, files: int | None) -> None:
        (request, stdin), (stdout, answer), (stderr, error) = os.pipe(), os.pipe(), os.pipe()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()  # else the fork writes once more what is waiting there
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads
            self.pid = os.fork()
        if self.pid == 0:
            _work(text, note, files, (request, answer, error), (stdin, stdout, stderr))
        for descriptor in (request, answer, error):
            os.close(descriptor)
        self.stdin: IO[bytes] = os.fdopen(stdin, "wb", buffering=0)
        self.stdout: IO[bytes] = os.fdopen(stdout, "rb", buffering=0)
        self.stderr: IO[bytes] = os.fdopen(stderr, "rb", buffering=0)
        self._status: int | None = None

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def send_signal(self, number: int) -> None:
        if self._status is None:
            os.kill(self.pid, number)

    def wait(self) -> int:
        if self._status is None:
            self._status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._status


def _work(text: str, note: int, files: int | None, streams: tuple[int, int, int], others: tuple[int, int, int]) -> None:
    """Become the worker, which never returns to what its parent was doing."""
    status = 1
    try:
        os.setsid()
        for descriptor in others:
            os.close(descriptor)
        for number, descriptor in enumerate(streams):
            os.dup2(descriptor, number)
            os.close(descriptor)
        sys.stdin, sys.stdout, sys.stderr = _plain_streams()
        keeper.keep(note)
        _compute_in_one_thread()
        bootstrap.serve_forked(text, files)
        status = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(status)


def _plain_streams() -> tuple[IO[str], IO[str], IO[str]]:
    """Those of a notebook or of a test lead to their owner."""
    return (
        open(0, encoding="utf-8", closefd=False),
        open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False),
        open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False, buffering=1),
    )


def _compute_in_one_thread() -> None:
    """The threads of a library are not in the fork, and one that has had some waits for them."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)
