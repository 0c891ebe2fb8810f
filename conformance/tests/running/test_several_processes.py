"""Ctrl-C does not wait for the processes of `--workers`, which are busy with checks that nobody wants any more."""

from types import SimpleNamespace
from typing import Any

from xdist.workermanage import NodeManager

from conv2d_conformance.running.collector import SECONDS_TO_STOP, Collector


def collector() -> Collector:
    nothing: Any = None
    return Collector(nothing, nothing, nothing, nothing)


def test_they_are_ended_at_once() -> None:
    assert NodeManager.EXIT_TIMEOUT > SECONDS_TO_STOP
    interrupted = collector()
    interrupted.distributor = SimpleNamespace(nodemanager=SimpleNamespace(EXIT_TIMEOUT=NodeManager.EXIT_TIMEOUT))
    interrupted.pytest_keyboard_interrupt()
    assert interrupted.interrupted
    assert interrupted.distributor.nodemanager.EXIT_TIMEOUT == SECONDS_TO_STOP


def test_one_process_has_nobody_to_wait_for() -> None:
    interrupted = collector()
    interrupted.pytest_keyboard_interrupt()
    assert interrupted.interrupted
