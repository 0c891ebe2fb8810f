"""One worker process from the harness's side: start it, exchange messages, end it with everything that it started."""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Protocol

from conv2d_conformance.contract.answers import Request
from conv2d_conformance.contract.array_file import can_share
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.implementation.file_channel import FILE, FileChannel
from conv2d_conformance.implementation.forking import ForkedProcess
from conv2d_conformance.implementation.framing import CHUNK, Buffers, Incoming, ProtocolError, advance, excerpt
from conv2d_conformance.implementation.keeper_note import Note
from conv2d_conformance.implementation.last_words import LastWords
from conv2d_conformance.implementation.patience import End, Patience
from conv2d_conformance.implementation.processor_usage import Usage, usage_of
from conv2d_conformance.implementation.protocol import BYE, HELLO, encode_request
from conv2d_conformance.implementation.resident_memory import CAN_BE_TOLD, GIB, USUAL_LIMIT, exceeds, family, resident
from conv2d_conformance.implementation.threads import ONE_THREAD

PYTHON, COMMAND, TEMPLATE, FORKED = "python", "command", "template", "forked"
"""The first argument for a target in Python, for a program, for a process whose forks serve a target in Python, and for
a target that this process handed over.
"""
PIPE_SIZE = 1 << 20
SECONDS_TO_DIE = 20.0
"""Twice the longest time that the keeper takes."""
SECONDS_AFTER_CLOSING = 2.0
SECONDS_BETWEEN_LOOKS = 0.05
"""Looks at the memory of the process: rare enough to cost nothing, frequent enough that it cannot grow much between."""


class Keeper(Protocol):
    """The process between this one and a worker."""

    @property
    def pid(self) -> int: ...
    @property
    def stdin(self) -> IO[bytes] | None: ...
    @property
    def stdout(self) -> IO[bytes] | None: ...
    @property
    def stderr(self) -> IO[bytes] | None: ...

    def terminate(self) -> None: ...
    def send_signal(self, number: int, /) -> None: ...
    def wait(self) -> int: ...


class WorkerFailure(Exception):
    """No answer. `kind` is "died", "timeout", "memory-limit" or "protocol"; the process is of no further use.

    `end` says how the time ran out, and `partial` what had come by then. `is_killed`: a signal that cannot be caught,
    and that the harness did not send, killed the process.
    """

    def __init__(
        self, kind: str, sentence: str, *, end: End | None = None, is_killed: bool = False, partial: str = ""
    ) -> None:
        super().__init__(sentence)
        self.kind, self.sentence, self.end, self.is_killed, self.partial = kind, sentence, end, is_killed, partial


class Abandoned(Exception):
    """Nobody waits for the answer any more."""


class WorkerProcess:
    """A process in its own session, and its keeper. One thread talks to it; all descriptors are non-blocking.

    The keeper reports the death of the process. The end of its output does not, since a forked child may hold the pipe
    open, and output may come right before a death.

    On Linux the process ends with the thread that started it: start it in one that lives as long.

    `memory` is the number of GiB that it may hold; there is no limit where the system does not report it. Once any
    thread sets `abandoned`, nothing waits for an answer. The process has the descriptors that are `handed_over`. Where
    somebody else is to `start` it, its keeper gets the descriptors of its note and of its channel for files from there.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        memory: float = USUAL_LIMIT,
        abandoned: threading.Event | None = None,
        handed_over: Sequence[int] = (),
        start: Callable[[int, int | None], Keeper] | None = None,
    ) -> None:
        shared = resident() / GIB if arguments[0] == FORKED else 0.0  # with this process, and not taken by the other
        self._memory = memory + shared
        self._abandoned = abandoned
        self._next_look = time.monotonic() + SECONDS_BETWEEN_LOOKS if CAN_BE_TOLD else math.inf
        self.started = time.monotonic()
        self._read_note: Note | None = None
        self._note, note = os.pipe()
        self.files, theirs = _channel(arguments)
        try:
            files = None if theirs is None else theirs.fileno()
            if start is None:
                self._keeper = _started(arguments, note, files, handed_over)
            else:
                self._keeper = start(note, files)
        except BaseException:
            os.close(self._note)
            self._close_files()
            raise
        finally:
            os.close(note)
            if theirs is not None:
                theirs.close()
        try:
            streams = (self._keeper.stdin, self._keeper.stdout, self._keeper.stderr)
            self._stdin, self._stdout, self._stderr = (stream.fileno() for stream in streams if stream)
            self._outgoing: Buffers = []
            self._waits_to_write = False
            self._closed = ""
            self._last_words = LastWords()
            for descriptor in (self._stdin, self._stdout, self._stderr):
                os.set_blocking(descriptor, False)
                _enlarge(descriptor)
            self._poll = select.poll()
            for descriptor in (self._stdout, self._stderr, self._note):
                self._poll.register(descriptor, select.POLLIN)
            self._outgoing = advance(HELLO, 0)
            self._write()  # the answer is read when the process is first needed
        except BaseException:
            self._keeper.terminate()
            self._close_files()
            raise

    @property
    def is_dead(self) -> bool:
        return self._note in self._readable()

    @property
    def has_news(self) -> bool:
        """Whether there is something to receive, or the process is dead."""
        return not self._readable().isdisjoint((self._stdout, self._note))

    def _readable(self) -> set[int]:
        """The descriptors from which something can be read now."""
        return {descriptor for descriptor, _ in self._poll.poll(0)}

    @property
    def stderr(self) -> str:
        """The beginning and the end of the process's standard error."""
        return self._last_words.text

    def usage(self) -> Usage | None:
        """The processor time of the process and its descendants, where the system reports it."""
        return usage_of(self._keeper.pid)

    def death(self, when: str) -> WorkerFailure:
        """The failure that describes a dead process."""
        status = self._last_note().status
        if status >= 0:
            return WorkerFailure("died", f"the process ended with exit status {status} {when}")
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = "no name"
        is_killed = status == -signal.SIGKILL
        memory = "; the system does so when memory runs out" if is_killed else ""
        return WorkerFailure(
            "died", f"the process was killed by signal {-status} ({name}){memory} {when}", is_killed=is_killed
        )

    def _last_note(self) -> Note:
        """The keeper's note or, if the keeper was killed itself, how it ended."""
        if self._read_note is None:
            words = os.read(self._note, CHUNK)
            self._read_note = Note.of(words) if words else Note.of_silent(self._keeper.wait())
        return self._read_note

    def send(self, message: Buffers) -> None:
        """Begin to write; `receive` writes the rest that the pipe does not take at once."""
        if self._stdout in self._readable() and (unasked := self._unasked_output()):
            sentence = f"the worker wrote {excerpt(unasked)} to its standard output without having been asked"
            raise WorkerFailure("protocol", sentence)
        self._outgoing = message
        self._write()

    def end_input(self) -> None:
        """Ask for nothing any more."""
        if self._keeper.stdin:
            self._keeper.stdin.close()

    def send_request(self, request: Request, number: int) -> None:
        """Begin to ask for a call. Arrays in a file stay there, where the worker can take files."""
        by_file = self.files is not None and request.file is not None
        if self.files is not None and request.file is not None:
            self.files.send(request.file)
        self.send(encode_request(request, number, by_file=by_file))

    def arrays_of(self, message: Incoming, *, limit: int) -> list[Array | None]:
        """The arrays of a message that has been received, or of the file that it names."""
        if self.files is not None and FILE in message.header:
            return self.files.arrays(message.header, limit)
        return message.arrays

    def receive(self, patience: Patience, *, limit: int) -> Incoming:
        """The next message, if it comes while patience lasts."""
        message = Incoming(limit)
        dead = False
        try:
            while not message.complete:
                if dead:
                    raise self.death(f"before it answered{message.partial}")
                remaining = patience.next_look()
                if self._closed:
                    remaining = SECONDS_AFTER_CLOSING
                dead = self._handle_events(message, remaining)
                if not (message.complete or dead) and (end := patience.end()):
                    raise WorkerFailure("timeout", "no answer in time", end=end, partial=message.partial)
        except ProtocolError as error:
            raise WorkerFailure("protocol", f"the worker broke the protocol: {error}") from None
        if self._closed == "input":
            raise WorkerFailure("protocol", "the worker closed its standard input")
        if self._outgoing:
            raise WorkerFailure("protocol", "the worker answered before it had read the whole request")
        return message

    def _handle_events(self, message: Incoming, seconds: float) -> bool:
        """Wait for an event and react to it. True when the process is dead and all its output is read."""
        events = self._wait(seconds)
        if not events and self._closed:
            raise WorkerFailure("protocol", f"the worker closed its standard {self._closed}{message.partial}")
        happened = {descriptor for descriptor, _ in events}
        if self._stdin in happened:
            self._write()
        if self._stderr in happened:
            self._read_stderr()
        if self._stdout in happened:
            self._read_stdout(message)
        if self._note not in happened:
            return False
        while not message.complete and self._read_stdout(message):
            pass
        while self._read_stderr():
            pass
        return True

    def _wait(self, seconds: float) -> list[tuple[int, int]]:
        now = time.monotonic()
        until = now + seconds
        while True:
            remaining = max(0.0, until - now)
            events = self._poll.poll(math.ceil(min(remaining, SECONDS_BETWEEN_LOOKS) * 1000))
            now = time.monotonic()
            if now >= self._next_look:
                self._require_little_memory()
            if self._abandoned is not None and self._abandoned.is_set():
                raise Abandoned
            if events or remaining <= SECONDS_BETWEEN_LOOKS:
                return events

    def _require_little_memory(self) -> None:
        """Check the memory, which is done at intervals, during one long call as over many short ones."""
        if exceeds(self._keeper.pid, int(self._memory * GIB)):
            raise WorkerFailure(
                "memory-limit", f"the process took more than {self._memory:.3g} GiB of memory, and was ended"
            )
        self._next_look = time.monotonic() + SECONDS_BETWEEN_LOOKS

    def _write(self) -> None:
        try:
            while self._outgoing:
                self._outgoing = advance(self._outgoing, os.writev(self._stdin, self._outgoing))
        except BlockingIOError:
            self._poll.register(self._stdin, select.POLLOUT)
            self._waits_to_write = True
            return
        except BrokenPipeError:
            self._outgoing, self._closed = [], "input"
        if self._waits_to_write:
            self._poll.unregister(self._stdin)
            self._waits_to_write = False

    def _read_stdout(self, message: Incoming) -> bool:
        try:
            message.read_from(self._stdout)
        except BlockingIOError:
            return False
        except EOFError:
            self._closed = "output"
            with contextlib.suppress(KeyError):
                self._poll.unregister(self._stdout)
            return False
        return True

    def _read_stderr(self) -> bool:
        try:
            piece = os.read(self._stderr, CHUNK)
        except BlockingIOError:
            return False
        if not piece:
            with contextlib.suppress(KeyError):
                self._poll.unregister(self._stderr)
            return False
        self._last_words.take(piece)
        return True

    def _unasked_output(self) -> bytes:
        try:
            return os.read(self._stdout, CHUNK)
        except BlockingIOError:
            return b""

    def end(self, *, seconds_to_leave: float = 0.0) -> Note:
        """End the process and its descendants; with `seconds_to_leave`, let it leave by itself first.

        An interrupted call can be repeated.
        """
        try:
            if seconds_to_leave and not self.is_dead:
                self._ask_to_leave(seconds_to_leave)
        finally:
            if self._note >= 0:
                self._end_keeper()
        return self._last_note()

    def _end_keeper(self) -> None:
        self._keeper.terminate()
        self._keeper.send_signal(signal.SIGCONT)
        if not _is_readable(self._note, SECONDS_TO_DIE):
            _end_family(self._keeper.pid)
        self._last_note()
        self._keeper.wait()
        for stream in (self._keeper.stdin, self._keeper.stdout, self._keeper.stderr):
            if stream:
                stream.close()
        note, self._note = self._note, -1
        os.close(note)
        self._close_files()

    def _close_files(self) -> None:
        if self.files is not None:
            self.files.close()

    def _ask_to_leave(self, seconds: float) -> None:
        """Send `bye`, and keep reading, so that a last word to standard error cannot block the process."""
        self._abandoned = None  # the wait is short
        self._outgoing = advance(BYE, 0)
        self._write()
        farewell, until = Incoming(0), time.monotonic() + seconds
        with contextlib.suppress(WorkerFailure, ProtocolError):
            while (remaining := until - time.monotonic()) > 0 and not self._handle_events(farewell, remaining):
                pass


def _channel(arguments: Sequence[str]) -> tuple[FileChannel | None, socket.socket | None]:
    """Both ends of a channel for files to the suite's own worker, where the system has such files."""
    if arguments[0] in (COMMAND, TEMPLATE) or not can_share():
        return None, None
    ours, theirs = socket.socketpair()
    return FileChannel(ours), theirs


def _started(arguments: Sequence[str], note: int, files: int | None, handed_over: Sequence[int]) -> Keeper:
    if arguments[0] == FORKED:
        return ForkedProcess(arguments[1], note, files)
    further = [] if files is None else [files]
    return subprocess.Popen(
        [
            sys.executable,
            "-P",
            str(Path(__file__).with_name("bootstrap.py")),
            str(note),
            *arguments,
            *map(str, further),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
        pass_fds=[note, *further, *handed_over],
        # Unbuffered: what is said just before a crash must not be lost in a buffer.
        env={**ONE_THREAD, **os.environ, "PYTHONUNBUFFERED": "1"},
    )


def _is_readable(descriptor: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(math.ceil(seconds * 1000)))


def _enlarge(pipe: int) -> None:
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):  # the system limits the pipes of one user
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_SIZE)


def _end_family(keeper: int) -> None:
    """End the worker's processes if the keeper does not."""
    for member in [*family(keeper)][::-1]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(member, signal.SIGKILL)
