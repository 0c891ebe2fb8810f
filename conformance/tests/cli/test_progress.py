"""Progress where there is no terminal, and after a moment where there is one."""

import io
import os
import pty
import re
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from conv2d_conformance.cli import progress as told
from conv2d_conformance.cli.initialisation import IDEAL
from conv2d_conformance.cli.progress import SECONDS_BETWEEN_LINES, LogLines
from conv2d_conformance.cli.smoke import CASES

CASE = "n1c1h3w4 m1k2x2 integers:3"


class Waiting:
    """Stands for the end of a command that is long in coming: what happens while somebody waits for it."""

    def __init__(self, *happens: Callable[[], object]) -> None:
        self.happens = list(happens)
        self.asked: list[float] = []

    def __call__(self, seconds: float) -> bool:
        self.asked.append(seconds)
        if not self.happens:
            return True
        self.happens.pop(0)()
        return False


def test_a_line_every_ten_seconds() -> None:
    now, stream = [0.0], io.StringIO()
    lines = LogLines("connecting to mine", stream, clock=lambda: now[0])

    def later(*reached: Any) -> Callable[[], None]:
        def happen() -> None:
            now[0] += SECONDS_BETWEEN_LINES
            if reached:
                lines.advance(*reached)

        return happen

    waiting = Waiting(later(), later(3, 118, "test_bias::test_added"), later())
    lines.tell(waiting)
    assert stream.getvalue().splitlines() == [
        "10 s, connecting to mine",
        "20 s, 3 of 118: test_bias::test_added",
        "30 s, 3 of 118: test_bias::test_added",
    ]
    assert waiting.asked == 4 * [10.0]


def test_a_reader_that_is_gone_ends_nothing() -> None:
    stream = io.StringIO()
    stream.close()
    LogLines("first", stream).tell(Waiting(lambda: None))


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let each command write one line without waiting, after an event that a test may set."""
    may_write = threading.Event()
    may_write.set()

    def tell(lines: LogLines, _: object) -> None:
        assert may_write.wait(60)
        write(lines, Waiting(lambda: None))

    write = LogLines.tell
    monkeypatch.setattr(LogLines, "tell", tell)
    return may_write


def test_what_takes_over_the_descriptor_does_not_take_the_lines(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, at_once: threading.Event
) -> None:
    """As pytest does with standard error while it runs."""
    at_once.clear()
    path = tmp_path / "log"
    with path.open("w") as log, open(os.devnull, "w") as nowhere:
        monkeypatch.setattr(sys, "stderr", log)
        with told.progress("first"):
            os.dup2(nowhere.fileno(), log.fileno())
            at_once.set()
    assert path.read_text() == "0 s, first\n"


@pytest.mark.parametrize(
    ("arguments", "doing"),
    [
        (("reference", CASE), ["computing the right answer"]),
        (("smoke", "right.py:conv2d"), ["connecting to right.py:conv2d", *CASES, "asking for each claim"]),
        (("replay", CASE, "right.py:conv2d"), ["connecting to right.py:conv2d", "asking right.py:conv2d"]),
        (("fingerprint", "no.py:conv2d"), ["no.py:conv2d"]),
        (("initialisation", "--effort", "quick", "--dtype", "float32"), ["ideal"]),
        (("replay", "init c6m10k3x5 seed:7", IDEAL), [f"connecting to {IDEAL}", f"asking {IDEAL}"]),
    ],
)
@pytest.mark.usefixtures("at_once")
def test_every_command_that_may_take_long_has_progress(
    invoke: Callable[..., Result], arguments: tuple[str, ...], doing: list[str]
) -> None:
    result = invoke(*arguments)
    lines = re.findall(r"^\d+ s, (?:\d+ of \d+: )?(.*)", result.stderr, re.MULTILINE)
    assert len(lines) == len(doing)
    if "ideal" not in doing:  # which has come to its first test by then, or not
        assert lines == doing
    assert " s, " not in result.stdout


def test_a_bar_is_shown_only_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    master, slave = pty.openpty()
    with open(slave, "w") as terminal:
        monkeypatch.setattr(sys, "stdout", terminal)
        with told.progress("soon over", after=3600):
            pass
        with told.progress("long"):
            pass
    os.set_blocking(master, False)
    shown = os.read(master, 1 << 16).decode()
    os.close(master)
    assert "soon over" not in shown
    assert "long" in shown
