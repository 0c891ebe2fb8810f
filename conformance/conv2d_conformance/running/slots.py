"""Processes that carry out tasks side by side, each one after the other, and keep what the tasks can share.

A task that kills its process costs itself alone: the next one gets a fresh process.
"""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from conv2d_conformance.pool import end_with_the_parent

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")

ASKING_TO_END = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
"""Blocked when a process starts: what it opens unblocks them."""

SECONDS_TO_END = 5.0
"""The time that a process has to keep what it found, before it is killed."""

Opened = Callable[[int], AbstractContextManager[Callable[[Any], Any]]]
"""What a process does: in a context of its own, which is told the number of its slot, it carries out tasks."""


class Died(Exception):
    """The process of a task ended without a result."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"the process that examined it ended with exit status {status}")


class _Slot:
    """One process, and the task that it has."""

    def __init__(self, opened: Opened, place: int) -> None:
        context = get_context("spawn")  # a fork would have what this process has in its memory, and its threads
        self.place = place
        self.number = -1
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(opened, place, theirs))
        # It hears of Ctrl-C when it can end in order, and not while it still imports.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ASKING_TO_END)
        try:
            self._process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()

    def give(self, number: int, task: object) -> None:
        self.number = number
        with suppress(OSError):  # it has died meanwhile, which its pipe says
            self.pipe.send(task)

    def result(self) -> Any:
        """The result of its task. Died."""
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            self._process.join()
            raise Died(self._process.exitcode) from None

    def interrupt(self) -> None:
        if self._process.is_alive() and self._process.pid is not None:
            os.kill(self._process.pid, signal.SIGTERM)

    def end(self, seconds: float) -> None:
        self.pipe.close()  # which ends a process that waits for a task
        self._process.join(max(seconds, 0.0))
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


class Slots(Generic[TaskT, ResultT]):
    """Carries out tasks in some processes at a time."""

    def __init__(self, count: int, opened: Opened) -> None:
        self._count = count
        self._opened = opened

    def results(self, tasks: Sequence[TaskT]) -> Generator[tuple[int, ResultT | Died], None, None]:
        """The number of each task with its result, as it ends. Whatever ends this iterator early ends all processes."""
        waiting = deque(enumerate(tasks))
        busy: list[_Slot] = []
        try:
            for place in range(min(self._count, len(tasks))):
                busy.append(_Slot(self._opened, place))
                busy[-1].give(*waiting.popleft())
            while busy:
                ready = wait([slot.pipe for slot in busy])
                for slot in [one for one in busy if one.pipe in ready]:
                    result = self._taken(slot, busy)
                    number = slot.number
                    if waiting:
                        next_one = slot if slot in busy else self._fresh(slot.place, busy)
                        next_one.give(*waiting.popleft())
                    elif slot in busy:
                        busy.remove(slot)
                        slot.end(SECONDS_TO_END)
                    yield number, result
        finally:
            _end_all(busy)

    def _taken(self, slot: _Slot, busy: list[_Slot]) -> Any:
        try:
            return slot.result()
        except Died as death:
            busy.remove(slot)
            slot.end(0.0)
            return death

    def _fresh(self, place: int, busy: list[_Slot]) -> _Slot:
        busy.append(_Slot(self._opened, place))
        return busy[-1]


def _end_all(slots: list[_Slot]) -> None:
    """Ask all of them to end, and then wait for them together."""
    until = time.monotonic() + SECONDS_TO_END
    for slot in slots:
        slot.interrupt()
    for slot in slots:
        slot.end(until - time.monotonic())


def _serve(opened: Opened, place: int, pipe: Connection) -> None:
    end_with_the_parent()
    with suppress(KeyboardInterrupt, EOFError, OSError), opened(place) as carry_out:  # nobody waits any more
        while True:
            pipe.send(carry_out(pipe.recv()))
