"""Reach an implementation under test, in its own process or in this one."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Event
from types import TracebackType
from typing import Self

from conv2d_conformance.contract.answers import TWICE, Answer, Broken, Hello, Implementation, Request
from conv2d_conformance.contract.array_file import can_share
from conv2d_conformance.implementation import processor_usage
from conv2d_conformance.implementation.framing import ProtocolError
from conv2d_conformance.implementation.inprocess import InProcess, user_may_interrupt
from conv2d_conformance.implementation.isolation import ISOLATIONS
from conv2d_conformance.implementation.other_options import OtherOptions
from conv2d_conformance.implementation.patience import USUAL_TIMEOUT, End, Patience
from conv2d_conformance.implementation.process import COMMAND, FORKED, PYTHON, WorkerFailure, WorkerProcess
from conv2d_conformance.implementation.protocol import decode_answer, decode_hello
from conv2d_conformance.implementation.resident_memory import USUAL_LIMIT
from conv2d_conformance.implementation.target import LoadError, Target, load, parse
from conv2d_conformance.implementation.template import NoFork, Template, can_be_forked

LARGEST_ANSWER = 1 << 30
"""In bytes, where no more are asked for."""
WIDEST_ELEMENT = 16
"""The bytes of a complex128: an answer of the wrong dtype is judged as such."""
PRODUCTS_PER_SECOND = 1_000_000
"""Half of what loops in plain Python reach (2 million, measured on one core): slower than this counts as hung."""
FIRST_CALLS = 2
"""In limits: how long the first call of a kind in a process may compute.

It is not repeated then, so a hang never takes more than two limits.
"""
HOPELESS = 0.5
"""In limits: the time for the next call of an implementation that never answered and has timed out once."""
MOST_PASSED_OVER = 3
"""Idle hangs that did not recur are blamed on the machine up to this number."""
SECONDS_TO_LEAVE = 2.0
START_TIMEOUT = 120.0
IDLE_AT_START = 30.0
"""Seconds for `hello`. A program that is idle after the second number is taken not to speak the protocol."""


HOW_TO_GREET = 'a worker answers the line {"op": "hello", ...} on its standard output, as PROTOCOL.md says'

CallKind = tuple[object, ...]


@dataclass(frozen=True)
class Failed:
    """A call without an answer, whose process is gone. `rest` ends its sentence, after how often it was made."""

    failure: WorkerFailure
    what: str
    rest: str = ""
    stderr: str = ""
    is_first: bool = True

    @property
    def may_be_the_machines(self) -> bool:
        """Whether to ask again. A first call that used all its time is not repeated: that would take another limit."""
        end = self.failure.end
        return self.failure.is_killed or end in ("late", "idle") or (end == "spent" and not self.is_first)

    def told(self, before: Failed | None = None) -> Broken:
        """The answer for this failure; `before` is the failure of the first attempt, if there was one."""
        same = before is not None and (before.failure.kind, before.failure.end) == (self.failure.kind, self.failure.end)
        return Broken(self.failure.kind, f"{self.what}{TWICE if same else ''}{self.rest}", self.stderr)


class Worker:
    """An implementation in its own process.

    After a death, a time-out or a breach of the protocol, the next question goes to a fresh process. From the first
    such event on, one process is kept that has loaded the target, since importing a large library takes seconds: a
    fresh process is its fork or, where that is not possible, a spare one. A run without such events never pays for it.
    Where many fresh processes will be needed, the first is of these `forks`, too, and the library is imported once.

    A call must be answered within `timeout` seconds, and one more for each million multiplications of the definition.
    A process that computes all the while is not ended before it has used that much processor time, or twice as much at
    the first call of a kind, since libraries compile then.

    The process is ended when it holds more than `memory` GiB, on systems that report it.

    A call that failed for a reason that may lie in the machine is repeated once, in a fresh process. `incidents` tells,
    in one sentence each, what was the machine's fault and what took long but ended well. If no call was ever answered
    and one timed out, the next has half its limit, once. An implementation that hangs repeatedly gets no second try.
    """

    hello: Hello
    incidents: list[str]

    def __init__(
        self,
        target: str,
        *,
        timeout: float = USUAL_TIMEOUT,
        start_timeout: float = START_TIMEOUT,
        memory: float = USUAL_LIMIT,
        abandoned: Event | None = None,
        forks: bool = False,
        meanwhile: Iterable[object] = (),
    ) -> None:
        self._arguments = _arguments(parse(target))
        self._others = OtherOptions(
            target,
            lambda text: Worker(text, timeout=timeout, start_timeout=start_timeout, memory=memory, abandoned=abandoned),
        )
        self._timeout = timeout
        self._memory = memory
        self._abandoned = abandoned
        self._start_timeout = start_timeout
        self._closed = False
        self._number = 0
        self._known: set[CallKind] = set()  # the kinds of call that the process has answered
        self._answered = False  # anything, by any process
        self._timed_out = False
        self._hangs = False  # twice at one call, in two processes
        self._passed_over = 0
        self.incidents = []
        self._fresh: list[WorkerProcess] = []  # not yet introduced; the first one is next
        self._process: WorkerProcess | None = None
        self._template: Template | None = None
        self._has_forks = can_be_forked(self._arguments)
        try:
            if forks and self._has_forks:
                self._start_template()
            self._start()
            for _ in meanwhile:
                if self._fresh[0].has_news:
                    break
            self.hello = self._greet()
        except BaseException:
            self._end_all()
            raise

    def ask(self, request: Request) -> Answer:
        """Make one call. Whatever happens to the process is part of the answer."""
        if request.operation not in self.hello.operations:
            raise ValueError(f"{self.hello.name} does not claim the operation {request.operation!r}")
        if self._closed:
            raise ValueError("the worker is closed")
        try:
            return self._answer_to(request)
        except BaseException:
            self._end_all()
            raise

    def ask_with_option(self, name: str, value: str, request: Request) -> Answer:
        """Make the call in a further process, which stays until this one is closed."""
        return self._others.ask(name, value, request)

    def _answer_to(self, request: Request) -> Answer:
        kind = _kind_of(request)
        hopeless = self._timed_out and not self._answered
        limit = (self._timeout + request.products / PRODUCTS_PER_SECOND) * (HOPELESS if hopeless else 1)
        first = self._attempt(request, kind, limit, is_first=kind not in self._known and not hopeless)
        if not isinstance(first, Failed):
            return first
        is_idle = first.failure.end == "idle"
        is_its_own = self._hangs or self._passed_over >= MOST_PASSED_OVER
        if hopeless or not first.may_be_the_machines or (is_idle and is_its_own):
            self._timed_out |= first.failure.end is not None
            return first.told()
        second = self._attempt(request, kind, limit, is_first=first.failure.end != "spent")
        if isinstance(second, Failed):
            self._timed_out |= second.failure.end is not None
            self._hangs |= is_idle and second.failure.end == "idle"
            return second.told(first)
        self._passed_over += is_idle
        self.incidents.append(f"{first.what}; asked again in a fresh process, it answered")
        return second

    def _attempt(self, request: Request, kind: CallKind, limit: float, *, is_first: bool) -> Answer | Failed:
        self._number += 1
        try:
            process = self._ready()
            if process.is_dead:
                raise process.death("after it had answered the call before this one")
            process.send_request(request, self._number)
            patience = Patience(limit, FIRST_CALLS * limit if is_first else limit, process.usage)
            if request.meanwhile is not None:
                request.meanwhile()
            if request.spare is not None and not process.has_news:
                request.spare()
            limit_of_answer = max(LARGEST_ANSWER, WIDEST_ELEMENT * request.elements)
            received = process.receive(patience, limit=limit_of_answer)
            arrays = process.arrays_of(received, limit=limit_of_answer)
            calls = 1 if request.beside is None else 2
            answer = decode_answer(received.header, arrays, request.operation, self._number, calls=calls)
        except LoadError as error:
            what = f"a fresh worker could not be started: {error.sentence}"
            return Failed(WorkerFailure("died", what), what, stderr=error.stderr)
        except WorkerFailure as failure:
            what, rest = _out_of_time(patience, failure.end) if failure.end else (failure.sentence, "")
            return Failed(failure, what + failure.partial, rest, self._replace(), is_first)
        except ProtocolError as error:
            what = f"the worker broke the protocol: {error}"
            return Failed(WorkerFailure("protocol", what), what, stderr=self._replace())
        if patience.waited > limit:
            self.incidents.append(_slow(patience, is_first=is_first))
        self._known.add(kind)
        self._answered = True
        return answer

    def _start(self) -> None:
        self._fresh.append(
            self._forked() or WorkerProcess(self._arguments, memory=self._memory, abandoned=self._abandoned)
        )

    def _start_template(self) -> None:
        self._template = Template(self._arguments, start_timeout=self._start_timeout, abandoned=self._abandoned)

    def _forked(self) -> WorkerProcess | None:
        """A fork of the template, if there is one that makes forks."""
        if self._template is None:
            return None
        try:
            return WorkerProcess(
                self._arguments, memory=self._memory, abandoned=self._abandoned, start=self._template.fork
            )
        except NoFork:
            self._has_forks = False
            self._end_template()
            return None

    def _end_template(self) -> None:
        if self._template is not None:
            template, self._template = self._template, None
            template.close()
            self._end(template.process)

    def _ready(self) -> WorkerProcess:
        if self._process is None:
            if not self._fresh:
                self._start()
            self._greet()
        assert self._process
        return self._process

    def _greet(self) -> Hello:
        """Start to use the first fresh process. LoadError if it does not introduce itself."""
        process = self._fresh[0]
        try:
            patience = Patience(self._idle_at_start, self._start_timeout, process.usage, since=process.started)
            received = process.receive(patience, limit=0)
            if received.header.get("answer") == "error":
                sentence, hint = (str(received.header.get(key) or "") for key in ("sentence", "hint"))
                raise LoadError(
                    sentence or "the worker answered hello with an error without a sentence", hint, process.stderr
                )
            hello = decode_hello(received.header)
        except (WorkerFailure, ProtocolError) as error:
            sentence = f"the worker did not introduce itself: {error}"
            if isinstance(error, WorkerFailure) and error.kind == "timeout":
                idle = error.end == "idle"
                seconds = self._idle_at_start if idle else self._start_timeout
                sentence = f"the worker did not introduce itself within {seconds:g} s{error.partial}"
                sentence += ", and does nothing any more" if idle else ""
            stderr = process.stderr
            self._end(process)
            del self._fresh[0]
            hint = "its last words on standard error say more" if stderr else HOW_TO_GREET
            raise LoadError(sentence, hint, stderr) from None
        except LoadError:
            self._end(process)
            del self._fresh[0]
            raise
        self._process = self._fresh.pop(0)
        return hello

    @property
    def _idle_at_start(self) -> float:
        """The time after which an idle start ends: at least the limit for calls. Where idleness is unknown, no less."""
        return (
            min(self._start_timeout, max(IDLE_AT_START, self._timeout))
            if processor_usage.CAN_BE_TOLD
            else self._start_timeout
        )

    def _replace(self) -> str:
        """Switch to a fresh process. Returns the last words of the old one."""
        assert self._process
        stderr = self._process.stderr
        self.restart()
        return stderr

    def restart(self) -> bool:
        """Let a fresh process answer the next question."""
        self._known.clear()
        if self._process:
            self._end(self._process)
            self._process = None
        if self._has_forks:
            if self._template is None:
                self._start_template()
            return True
        while len(self._fresh) < 2:
            self._start()
        return True

    def close(self) -> None:
        """Let the process leave, unless it is abandoned, and end everything that remains."""
        self._closed = True
        try:
            if self._process and not (self._abandoned and self._abandoned.is_set()):
                self._end(self._process, seconds_to_leave=SECONDS_TO_LEAVE)
                self._process = None
        finally:
            self._others.close()
            self._end_all()

    def _end_all(self) -> None:
        for process in [*self._fresh, *([self._process] if self._process else [])]:
            self._end(process)
        self._fresh, self._process = [], None
        self._end_template()

    def _end(self, process: WorkerProcess, *, seconds_to_leave: float = 0.0) -> None:
        if incident := process.end(seconds_to_leave=seconds_to_leave).incident:
            self.incidents.append(incident)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _kind_of(request: Request) -> CallKind:
    """The properties that a library compiles for: the operation, the arguments, and the form of the arrays."""
    arrays = tuple((name, a.shape, a.dtype.num) for name, a in request.arrays.items() if a is not None)
    return request.operation, repr(request.arguments), arrays, request.view


def _out_of_time(patience: Patience, end: End) -> tuple[str, str]:
    limit, ended = f"no answer within {patience.limit:.4g} s", "; the process was ended"
    match end:
        case "late":
            return limit, ended
        case "idle":
            return limit, f": it hangs, and did nothing any more{ended}"
        case "spent":
            return f"no answer within {patience.allowance:.4g} s of processor time", ended
    got = f"{patience.used:.2g} s of processor time"
    return (
        f"no answer within {patience.waited:.4g} s, in which it got {got}",
        f": the machine is too busy to tell{ended}",
    )


def _slow(patience: Patience, *, is_first: bool) -> str:
    slow = "slow to start: the first call of a kind was answered" if is_first else "a call was answered"
    return f"{slow} after {patience.waited:.3g} s, of which the limit is {patience.limit:.3g} s"


def _arguments(target: Target) -> list[str]:
    if target.is_handed:
        return [FORKED, target.text]
    if not target.command:
        return [PYTHON, target.text]
    program = target.command[0]
    if shutil.which(program) is None:
        raise LoadError(f"there is no program {program!r}", "give its path, or put it on PATH and make it executable")
    return [COMMAND, *target.command]


def takes_files(target: str, isolation: str) -> bool:
    """Whether large arrays reach an implementation in files, which nobody copies, and not in messages."""
    return can_share() and not (isolation == "process" and parse(target).command)


def incidents_of(implementation: Implementation) -> list[str]:
    """The incidents of its processes since the last call of this function; they play no part in a verdict."""
    incidents: list[str] = getattr(implementation, "incidents", [])
    told = list(incidents)
    incidents.clear()
    return told


def connect(
    target: str,
    *,
    isolation: str = "process",
    timeout: float = USUAL_TIMEOUT,
    memory: float = USUAL_LIMIT,
    abandoned: Event | None = None,
    forks: bool = False,
    meanwhile: Iterable[object] = (),
) -> Implementation:
    """The implementation that a TARGET denotes. TargetError or LoadError where there is none.

    `isolation` is "process", or "none" for an adapter in this process, which has no limits. Once `abandoned` is set,
    waiting for an answer of a process raises Abandoned. All processes are `forks` of one that has loaded the target,
    where that is possible. Pieces of work are taken from `meanwhile` until the process introduces itself, one at least;
    each is short.
    """
    if isolation not in ISOLATIONS:
        raise ValueError(f"isolation is 'process' or 'none', not {isolation!r}")
    if isolation == "none":
        others = OtherOptions(target, lambda text: Worker(text, timeout=timeout, memory=memory, abandoned=abandoned))
        with user_may_interrupt():
            adapter = load(parse(target))
        return InProcess(adapter, others)
    return Worker(target, timeout=timeout, memory=memory, abandoned=abandoned, forks=forks, meanwhile=meanwhile)
