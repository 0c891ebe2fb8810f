"""An implementation in this process, for a debugger: no protection from crashes and hangs."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Self

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Answer, Request
from conv2d_conformance.implementation.calling import Memory, answer
from conv2d_conformance.implementation.concurrent_calls import answer_together
from conv2d_conformance.implementation.other_options import OtherOptions, cannot_be_set
from conv2d_conformance.implementation.worker import hello


class InProcess:
    """Answers like a worker, without what only a separate process can notice."""

    def __init__(self, adapter: Adapter, others: OtherOptions | None = None) -> None:
        self.hello = hello(adapter)
        self._others = others
        self._adapter = adapter
        self._memory = Memory()

    def ask(self, request: Request) -> Answer:
        """Make one call."""
        if request.operation not in self.hello.operations:
            raise ValueError(f"{self.hello.name} does not claim the operation {request.operation!r}")
        with user_may_interrupt():
            if request.beside is not None:
                return answer_together(self._adapter, request)
            return answer(self._adapter, request, self._memory)

    def ask_with_option(self, name: str, value: str, request: Request) -> Answer:
        """Ask the others, or the adapter as it configures itself: what it sets for its process then stays set."""
        if self._others is not None:
            return self._others.ask(name, value, request)
        if self._adapter.configure is None:
            return cannot_be_set(name, f"the adapter {self._adapter.name} takes no options")
        return InProcess(self._adapter.configure(**{name: value})).ask(request)

    def restart(self) -> bool:
        """False: whatever a library keeps in this process stays there."""
        return False

    def close(self) -> None:
        """Close the others; there is nothing else to close."""
        if self._others is not None:
            self._others.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


@contextlib.contextmanager
def user_may_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt at the end, however that comes, if the user pressed Ctrl-C.

    One that the implementation raises by itself is its answer, or why it cannot be loaded.
    """
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(previous):
        yield
        return
    asked = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        previous(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
        if asked:
            raise KeyboardInterrupt
