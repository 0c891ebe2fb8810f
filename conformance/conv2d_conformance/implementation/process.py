"""One worker process, seen from the harness: start it, exchange messages with it, end it with all that it started."""

from __future__ import annotations

import contextlib
import fcntl
import math
import os
import secrets
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from conv2d_conformance.implementation.framing import CHUNK, Buffers, Incoming, ProtocolError, advance, excerpt
from conv2d_conformance.implementation.last_words import LastWords
from conv2d_conformance.implementation.patience import End, Patience
from conv2d_conformance.implementation.protocol import BYE, HELLO
from conv2d_conformance.implementation.resident import CAN_BE_TOLD, GIB, USUAL_LIMIT, exceeds
from conv2d_conformance.implementation.threads import ONE_THREAD
from conv2d_conformance.implementation.usage import Usage, usage_of

PIPE_SIZE = 1 << 20
MARK = "CONV2D_CONFORMANCE_WORKER"
SECONDS_TO_DIE = 10.0
SECONDS_AFTER_CLOSING = 2.0
SECONDS_BETWEEN_LOOKS = 0.05
"""At the memory of the process: seldom enough to cost nothing, often enough that it cannot take much in between."""


class Failure(Exception):
    """No answer. `kind` is "died", "timeout", "memory" or "protocol"; the process is of no further use.

    `end` says how the time ran out, and `partial` what had come by then. `is_killed`: by a signal that cannot be
    caught, and that the harness did not send.
    """

    def __init__(
        self, kind: str, sentence: str, *, end: End | None = None, is_killed: bool = False, partial: str = ""
    ) -> None:
        super().__init__(sentence)
        self.kind, self.sentence, self.end, self.is_killed, self.partial = kind, sentence, end, is_killed, partial


class WorkerProcess:
    """A child process in a session of its own. One thread talks to it, and all descriptors are non-blocking.

    The harness notices the death of the process itself: the end of its output says nothing, since a forked child
    may hold the pipe open, and output may come before a death that follows at once.

    On Linux the process ends with the thread that started it: start it in one that lives as long.

    `memory` is how many GiB it may hold. Where the system does not tell, there is no limit.
    """

    def __init__(self, arguments: Sequence[str], *, memory: float = USUAL_LIMIT) -> None:
        self._memory = memory
        self._next_look = time.monotonic() + SECONDS_BETWEEN_LOOKS if CAN_BE_TOLD else math.inf
        self._mark = secrets.token_hex(8)
        _adopt_orphans()
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(Path(__file__).with_name("bootstrap.py")), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
            # Unbuffered: what is said just before a crash must not be lost in a buffer.
            env={**ONE_THREAD, **os.environ, "PYTHONUNBUFFERED": "1", MARK: self._mark},
        )
        try:
            streams = (self._process.stdin, self._process.stdout, self._process.stderr)
            self._stdin, self._stdout, self._stderr = (stream.fileno() for stream in streams if stream)
            self._outgoing: Buffers = []
            self._closed = ""
            self._last_words = LastWords()
            for descriptor in (self._stdin, self._stdout, self._stderr):
                os.set_blocking(descriptor, False)
                _enlarge(descriptor)
            self._death = _death_of(self._process)
            self._poll = select.poll()
            for descriptor in (self._stdout, self._stderr, self._death.descriptor):
                self._poll.register(descriptor, select.POLLIN)
            self._outgoing = advance(HELLO, 0)
            self._write()  # the answer is fetched when the process is first needed
        except BaseException:
            os.killpg(self._process.pid, signal.SIGKILL)
            raise

    @property
    def is_dead(self) -> bool:
        return self._death.wait(0)

    @property
    def stderr(self) -> str:
        """The first and the last of what the process wrote to standard error."""
        return self._last_words.text

    def usage(self) -> Usage | None:
        """What the process and its descendants have used, where the system tells."""
        return usage_of(self._process.pid)

    def death(self, when: str) -> Failure:
        """What to say of a process that is dead."""
        sentence = f"{self._how_it_ended()} {when}"
        return Failure("died", sentence, is_killed=self._process.returncode == -signal.SIGKILL)

    def _how_it_ended(self) -> str:
        self._kill()
        status = self._process.wait()
        if status >= 0:
            return f"the process ended with exit status {status}"
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = "no name"
        memory = "; the system does so when memory runs out" if -status == signal.SIGKILL else ""
        return f"the process was killed by signal {-status} ({name}){memory}"

    def send(self, message: Buffers) -> None:
        """Begin to write; `receive` goes on with what the pipe does not take at once."""
        if unasked := self._unasked_output():
            sentence = f"the worker wrote {excerpt(unasked)} to its standard output without having been asked"
            raise Failure("protocol", sentence)
        self._outgoing = message
        self._write()

    def receive(self, patience: Patience, *, limit: int) -> Incoming:
        """The next message, if it comes while there is patience."""
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
                    raise Failure("timeout", "no answer in time", end=end, partial=message.partial)
        except ProtocolError as error:
            raise Failure("protocol", f"the worker broke the protocol: {error}") from None
        if self._closed == "input":
            raise Failure("protocol", "the worker closed its standard input")
        if self._outgoing:
            raise Failure("protocol", "the worker answered before it had read the whole request")
        return message

    def _handle_events(self, message: Incoming, seconds: float) -> bool:
        """Wait for something to happen and react to it. True when the process is dead and all it wrote is read."""
        events = self._wait(seconds)
        if not events and self._closed:
            raise Failure("protocol", f"the worker closed its standard {self._closed}{message.partial}")
        happened = {descriptor for descriptor, _ in events}
        if self._stdin in happened:
            self._write()
        if self._stderr in happened:
            self._read_stderr()
        if self._stdout in happened:
            self._read_stdout(message)
        if self._death.descriptor not in happened:
            return False
        while not message.complete and self._read_stdout(message):
            pass
        while self._read_stderr():
            pass
        return True

    def _wait(self, seconds: float) -> list[tuple[int, int]]:
        until = time.monotonic() + seconds
        while True:
            remaining = max(0.0, until - time.monotonic())
            events = self._poll.poll(math.ceil(min(remaining, SECONDS_BETWEEN_LOOKS) * 1000))
            self._require_little_memory()
            if events or remaining <= SECONDS_BETWEEN_LOOKS:
                return events

    def _require_little_memory(self) -> None:
        """Now and then, whether it is one long call that takes memory, or many short ones do."""
        if time.monotonic() < self._next_look:
            return
        if exceeds(self._process.pid, int(self._memory * GIB)):
            raise Failure("memory", f"the process took more than {self._memory:.3g} GiB of memory, and was ended")
        self._next_look = time.monotonic() + SECONDS_BETWEEN_LOOKS

    def _write(self) -> None:
        try:
            while self._outgoing:
                self._outgoing = advance(self._outgoing, os.writev(self._stdin, self._outgoing))
        except BlockingIOError:
            self._poll.register(self._stdin, select.POLLOUT)
            return
        except BrokenPipeError:
            self._outgoing, self._closed = [], "input"
        with contextlib.suppress(KeyError):
            self._poll.unregister(self._stdin)

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

    def end(self, *, seconds_to_leave: float = 0.0) -> None:
        """End the process and its descendants; with `seconds_to_leave`, let it say goodbye first.

        If this is interrupted, it can be called again.
        """
        try:
            if seconds_to_leave and not self.is_dead:
                self._ask_to_leave(seconds_to_leave)
        finally:
            self._kill()
            self._death.wait(SECONDS_TO_DIE)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=1)
            _reap_group(self._process.pid)
            _end_marked_children(self._mark)
            self._death.close()
            for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
                if stream:
                    stream.close()

    def _ask_to_leave(self, seconds: float) -> None:
        """Send `bye`, and keep reading, so that a last word to standard error cannot block the process."""
        self._outgoing = advance(BYE, 0)
        self._write()
        farewell, until = Incoming(0), time.monotonic() + seconds
        with contextlib.suppress(Failure, ProtocolError):
            while (remaining := until - time.monotonic()) > 0 and not self._handle_events(farewell, remaining):
                pass

    def _kill(self) -> None:
        """Kill the whole group. The leader must not have been waited for, or its number might be another's by now."""
        if self._process.returncode is None or self._death.reaps:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)


class _PidDescriptor:
    """Linux: a descriptor that becomes readable when the process is dead."""

    reaps = False

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.descriptor = os.pidfd_open(process.pid)

    def wait(self, seconds: float) -> bool:
        return _is_readable(self.descriptor, seconds)

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1


class _Waiter:
    """Elsewhere: a thread that waits for the process, and then closes the other end of a pipe."""

    reaps = True

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.descriptor, self._signal = os.pipe()
        self._thread = threading.Thread(target=self._wait_for, args=(process,), daemon=True)
        self._thread.start()

    def _wait_for(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        os.close(self._signal)

    def wait(self, seconds: float) -> bool:
        return _is_readable(self.descriptor, seconds)

    def close(self) -> None:
        self._thread.join(timeout=1)
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1


def _death_of(process: subprocess.Popen[bytes]) -> _PidDescriptor | _Waiter:
    if hasattr(os, "pidfd_open"):
        with contextlib.suppress(OSError):
            return _PidDescriptor(process)
    return _Waiter(process)


def _is_readable(descriptor: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(math.ceil(seconds * 1000)))


def _enlarge(pipe: int) -> None:
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):  # the system limits what one user may have
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_SIZE)


def _adopt_orphans() -> None:
    """Let descendants whose parent dies become children of the harness, where they can be found."""
    if sys.platform == "linux":
        import ctypes

        pr_set_child_subreaper = 36
        ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1)


def _reap_group(group: int) -> None:
    until = time.monotonic() + 1
    with contextlib.suppress(ChildProcessError):
        while time.monotonic() < until:
            if os.waitpid(-group, os.WNOHANG)[0] == 0:
                time.sleep(0.001)


def _end_marked_children(mark: str) -> None:
    """End what left the group by setsid. The death of one makes its own children ours, hence the repetition."""
    while found := [pid for pid in _children() if _has_mark(pid, mark)]:
        for pid in found:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _children() -> Iterator[int]:
    for path in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):
            yield from map(int, path.read_text().split())


def _has_mark(pid: int, mark: str) -> bool:
    try:
        return f"{MARK}={mark}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
