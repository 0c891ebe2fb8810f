"""A child of this process that carries out one task after the other.

A process of Dask is no place for a long task. The task would share its lock of Python with an event loop and a profiler
there, and its allocator, which Dask tells to give memory back at every chance. Dask makes it daemonic, so that
`multiprocessing` starts no child there; `subprocess` does.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from traceback import format_exception
from typing import Any

SECONDS_IDLE = 60.0
"""So long a child waits for a task. Nobody may be left who would end it."""

SECONDS_TO_LEAVE = 10.0
"""So long a child has for what it does at its end, before it is killed."""

BY_DASK = ("MALLOC_TRIM_THRESHOLD_", "65536")
"""A variable by which Dask makes C's allocator give the memory of each larger array back at once, page by page."""

START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from conv2d_conformance.pool.kept_process import serve
serve(int(sys.argv[2]))
"""


class ChildDied(Exception):
    """The child ended without a result."""


class KeptProcess:
    """The child. It ends at once when this process has ended in any way."""

    def __init__(self) -> None:
        self._pipe, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", START, json.dumps(sys.path), str(theirs.fileno())],
                stdin=subprocess.PIPE,  # nothing comes by it but its end
                pass_fds=[theirs.fileno()],
                env={name: value for name, value in os.environ.items() if (name, value) != BY_DASK},
            )

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def result(self, function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """What a function returns or raises there. ChildDied."""
        try:
            self._pipe.send((function, arguments, named))
            is_returned, result = self._pipe.recv()
        except (EOFError, OSError):
            status = self._process.wait()
            raise ChildDied(f"its process ended with exit status {status}") from None
        if not is_returned:
            raise result
        return result

    def kill(self) -> None:
        """End it, which may have a task: whoever waits for the result gets ChildDied."""
        self._process.kill()

    def leave(self) -> None:
        """Let it end in order, which has no task. This does not wait."""
        self._pipe.close()
        threading.Thread(target=self._await_the_end, daemon=True).start()

    def _await_the_end(self) -> None:
        with self._process:  # which waits for it, and closes what led to it
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(SECONDS_TO_LEAVE)
            self._process.kill()


def serve(descriptor: int) -> None:
    """Carry out tasks in this process, a child, until there are none any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all of them
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    pipe = Connection(descriptor)
    with suppress(EOFError, OSError):
        while pipe.poll(SECONDS_IDLE):
            pipe.send_bytes(_answer(pipe.recv_bytes()))


def _end_with_the_parent() -> None:
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


def _answer(task: bytes) -> memoryview:
    """Whether a task returned, with what it returned or raised, for the parent."""
    try:
        function, arguments, named = ForkingPickler.loads(task)
        return ForkingPickler.dumps((True, function(*arguments, **named)))
    except BaseException as error:  # Ctrl-C does not come here, and no task is to end the child
        told = "".join(format_exception(error))  # the traceback itself stays here
        if not isinstance(error, Exception):  # it would end the parent
            return ForkingPickler.dumps((False, RuntimeError(told)))
        error.add_note(told)
        try:
            answer = ForkingPickler.dumps((False, error))
            ForkingPickler.loads(answer)
        except Exception:  # one whose state, or whose class, cannot be sent
            return ForkingPickler.dumps((False, RuntimeError(told)))
        return answer
