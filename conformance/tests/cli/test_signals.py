"""Whoever asks the program to end is heard once; what was ignored or waited for before stays as it must be."""

import signal
import time
from collections.abc import Iterator

import pytest

from conv2d_conformance.cli.signals import ASKING, SECONDS_TO_END, Interruption, handle_signals


@pytest.fixture
def _handlers_are_put_back() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (*ASKING, signal.SIGCHLD)}
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def test_a_second_signal_does_not_disturb_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    asked = Interruption()
    with pytest.raises(KeyboardInterrupt):
        asked(signal.SIGINT, None)
    now += SECONDS_TO_END / 2
    asked(signal.SIGTERM, None)
    now += SECONDS_TO_END
    with pytest.raises(KeyboardInterrupt):
        asked(signal.SIGINT, None)


@pytest.mark.usefixtures("_handlers_are_put_back")
@pytest.mark.parametrize("number", ASKING)
def test_each_of_them_interrupts(number: signal.Signals) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    handle_signals()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


@pytest.mark.usefixtures("_handlers_are_put_back")
def test_what_is_ignored_stays_ignored_but_for_the_end_of_children() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    handle_signals()
    signal.raise_signal(signal.SIGHUP)
    assert signal.getsignal(signal.SIGCHLD) == signal.SIG_DFL
