"""Reach an implementation under test: in a process of its own, or in this one."""

from __future__ import annotations

import shutil
import time
from types import TracebackType
from typing import Self

from conv2d_conformance.implementation.answers import Answer, Broken, Hello, Implementation, Request
from conv2d_conformance.implementation.framing import ProtocolError
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.implementation.process import Failure, WorkerProcess
from conv2d_conformance.implementation.protocol import decode_answer, decode_hello, encode_request
from conv2d_conformance.implementation.resident import USUAL_LIMIT
from conv2d_conformance.implementation.target import LoadError, Target, load, parse

LARGEST_ANSWER = 1 << 30
PRODUCTS_PER_SECOND = 1_000_000
"""What loops in plain Python reach (2 million, measured on one core), halved: who is that slow is not yet stuck."""
SECONDS_TO_LEAVE = 2.0


class Worker:
    """An implementation in a process of its own.

    After a death, a time-out or a breach of the protocol, the next question goes to a fresh process. From the first
    such event on, one spare process is kept started, since an import of a large library takes seconds; a run in
    which nothing happens never pays for it.

    A call is answered within `timeout` seconds, and one more for each million multiplications of the definition.
    One that is not is made once more, in a fresh process: a busy machine is no hang.

    The process is ended where it holds more than `memory` GiB, on systems that tell.
    """

    hello: Hello

    def __init__(
        self, target: str, *, timeout: float = 60.0, start_timeout: float = 120.0, memory: float = USUAL_LIMIT
    ) -> None:
        self._arguments = _arguments(parse(target))
        self._timeout = timeout
        self._memory = memory
        self._start_timeout = start_timeout
        self._closed = False
        self._number = 0
        self._fresh: list[WorkerProcess] = []  # have not introduced themselves yet; the first is next
        self._process: WorkerProcess | None = None
        self._start()
        try:
            self.hello = self._greet()
        except BaseException:
            self._end_all()
            raise

    def ask(self, request: Request) -> Answer:
        """Put one question. What happens to the process is part of the answer."""
        if request.operation not in self.hello.operations:
            raise ValueError(f"{self.hello.name} does not claim the operation {request.operation!r}")
        if self._closed:
            raise ValueError("the worker is closed")
        try:
            answer = self._answer_to(request)
            if isinstance(answer, Broken) and answer.kind == "timeout":
                answer = self._answer_to(request)
            return answer
        except BaseException:
            self._end_all()
            raise

    def _answer_to(self, request: Request) -> Answer:
        self._number += 1
        message = encode_request(request, self._number)
        allowed = self._timeout + request.products / PRODUCTS_PER_SECOND
        try:
            process = self._ready()
            if process.is_dead:
                raise Failure("died", f"{process.how_it_ended()} after it had answered the call before this one")
            process.send(message)
            received = process.receive(until=time.monotonic() + allowed, limit=LARGEST_ANSWER)
            return decode_answer(received.header, received.arrays, request.operation, self._number)
        except LoadError as error:
            return Broken("died", f"a fresh worker could not be started: {error.sentence}", error.stderr)
        except Failure as failure:
            late = f"no answer within {allowed:.4g} s, twice; the process was ended"
            return self._replace(failure.kind, late if failure.kind == "timeout" else failure.sentence)
        except ProtocolError as error:
            return self._replace("protocol", f"the worker broke the protocol: {error}")

    def _start(self) -> None:
        self._fresh.append(WorkerProcess(self._arguments, memory=self._memory))

    def _ready(self) -> WorkerProcess:
        if self._process is None:
            if not self._fresh:
                self._start()
            self._greet()
        assert self._process
        return self._process

    def _greet(self) -> Hello:
        """Take the first of the fresh processes into use. LoadError when it does not introduce itself."""
        process = self._fresh[0]
        try:
            received = process.receive(until=process.started + self._start_timeout, limit=0)
            if received.header.get("answer") == "error":
                sentence, hint = (str(received.header.get(key, "")) for key in ("sentence", "hint"))
                raise LoadError(sentence, hint, process.stderr)
            hello = decode_hello(received.header)
        except (Failure, ProtocolError) as error:
            sentence = f"the worker did not introduce itself: {error}"
            if isinstance(error, Failure) and error.kind == "timeout":
                sentence = f"the worker did not introduce itself within {self._start_timeout:g} s"
            stderr = process.stderr
            process.end()
            del self._fresh[0]
            hint = "its last words on standard error say more" if stderr else ""
            raise LoadError(sentence, hint, stderr) from None
        except LoadError:
            process.end()
            del self._fresh[0]
            raise
        self._process = self._fresh.pop(0)
        return hello

    def _replace(self, kind: str, sentence: str) -> Broken:
        assert self._process
        stderr = self._process.stderr
        self.restart()
        return Broken(kind, sentence, stderr)

    def restart(self) -> bool:
        """Let a process that has not been asked anything answer the next question."""
        if self._process:
            self._process.end()
            self._process = None
        while len(self._fresh) < 2:
            self._start()
        return True

    def close(self) -> None:
        """Let the process leave, and end whatever remains."""
        self._closed = True
        try:
            if self._process:
                self._process.end(seconds_to_leave=SECONDS_TO_LEAVE)
                self._process = None
        finally:
            self._end_all()

    def _end_all(self) -> None:
        for process in [*self._fresh, *([self._process] if self._process else [])]:
            process.end()
        self._fresh, self._process = [], None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _arguments(target: Target) -> list[str]:
    if not target.command:
        return ["python", target.text]
    program = target.command[0]
    if shutil.which(program) is None:
        raise LoadError(f"there is no program {program!r}", "give its path, or put it on PATH and make it executable")
    return ["command", *target.command]


def connect(
    target: str, *, isolation: str = "process", timeout: float = 60.0, memory: float = USUAL_LIMIT
) -> Implementation:
    """The implementation that a TARGET denotes. TargetError or LoadError when there is none.

    `isolation` is "process", or "none" for an adapter in this very process, which no limit is set to.
    """
    if isolation not in ("process", "none"):
        raise ValueError(f"isolation is 'process' or 'none', not {isolation!r}")
    if isolation == "none":
        return InProcess(load(parse(target)))
    return Worker(target, timeout=timeout, memory=memory)
