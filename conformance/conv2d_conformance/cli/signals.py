"""Signals by which somebody asks the program to end: it ends as by Ctrl-C, with what was found until then."""

from __future__ import annotations

import signal
import time
from types import FrameType

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECONDS_TO_END = 2.0
"""In which one need not ask again: a second Ctrl-C must not disturb what the first one makes the program do."""


class Interruption:
    """A handler of signals: KeyboardInterrupt at the first, and nothing for a while."""

    def __init__(self) -> None:
        self._quiet_until = 0.0

    def __call__(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  # the signature of a handler
        if time.monotonic() >= self._quiet_until:
            self._quiet_until = time.monotonic() + SECONDS_TO_END
            raise KeyboardInterrupt


def handle_signals() -> None:
    """What is ignored stays so, as `nohup` wants it. Children are waited for, whatever the parent of this program did.

    That a signal is blocked is inherited too, and would mean that nobody can end the program politely.
    """
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {*ASKING, signal.SIGCHLD})
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked = Interruption()
    for number in ASKING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, asked)
