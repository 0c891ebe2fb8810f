"""Signals that ask the program to end. It ends as after Ctrl-C, and keeps what it has found."""

from __future__ import annotations

import signal
import time
from types import FrameType

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECONDS_TO_END = 2.0
"""A second Ctrl-C within this time is ignored, so that it does not disturb what the first one started."""


class Interruption:
    """A signal handler that raises KeyboardInterrupt at the first signal, and then ignores signals for a while."""

    def __init__(self) -> None:
        self._quiet_until = 0.0

    def __call__(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  # the signature of a handler
        if time.monotonic() >= self._quiet_until:
            self._quiet_until = time.monotonic() + SECONDS_TO_END
            raise KeyboardInterrupt


def handle_signals() -> None:
    """Handle the signals to end. Ignored ones stay ignored, as `nohup` wants. SIGCHLD is not: children are waited for.

    Signals that the parent blocked are unblocked, or nobody could end the program politely.
    """
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {*ASKING, signal.SIGCHLD})
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    asked = Interruption()
    for number in ASKING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, asked)
