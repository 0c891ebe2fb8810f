"""A worker of a cluster hands its tasks to children, which end with it, with the work of their giver, or when idle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance.pool import children
from conv2d_conformance.pool.children import TaskKills
from conv2d_conformance.pool.kept_process import BY_DASK

LONG = 100
"""Seconds. A process that is still there after these has not been ended."""

Ask = Callable[..., Any]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    """Let a child of this test carry out a task."""
    monkeypatch.setattr(children, "_CHILDREN", {})
    yield lambda function, *arguments: children.carried_out("this", function, arguments, {})
    children.end("this")


def assert_true_soon(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + LONG / 2
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_child_is_kept_from_task_to_task_of_one_giver(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(*BY_DASK)
    child = ask(os.getpid)
    assert child != os.getpid()
    assert ask(os.getenv, BY_DASK[0]) is None
    with pytest.raises(ZeroDivisionError) as raised:
        ask(divmod, 1, 0)
    assert "in _answer" in raised.value.__notes__[0]
    with pytest.raises(TypeError, match="cannot pickle"):
        ask(threading.Lock)
    with pytest.raises(RuntimeError, match="Unsendable: why it failed"):
        ask(exec, "class Unsendable(Exception): ...\nraise Unsendable('why it failed')")
    for base in ("SystemExit", "KeyboardInterrupt"):
        with pytest.raises(RuntimeError, match="Halted: why it ended"):
            ask(exec, f"class Halted({base}): ...\nraise Halted('why it ended')")
    assert ask(os.getpid) == child
    other = children.carried_out("other", os.getpid, (), {})
    assert other != child
    children.end("other")
    assert_true_soon(lambda: is_gone(other))


def test_each_task_at_a_time_has_a_child_and_the_end_ends_them_at_work(tmp_path: Path) -> None:
    """And it is not tried again."""
    line = f"import os, time; open({str(tmp_path)!r} + f'/{{os.getpid()}}', 'w'); time.sleep({LONG})"
    with ThreadPoolExecutor(2) as threads:
        at_work = [threads.submit(children.carried_out, "work", exec, (line,), {}) for _ in range(2)]
        assert_true_soon(lambda: len([*tmp_path.iterdir()]) == 2)
        children.end("work")
        for task in at_work:
            with pytest.raises(TaskKills, match="its process ended with exit status -9"):
                task.result(LONG / 2)
    pids = [int(path.name) for path in tmp_path.iterdir()]
    assert len(pids) == 2
    for pid in pids:
        assert_true_soon(lambda pid=pid: is_gone(pid))  # type: ignore[misc]  # a default binds it
    with pytest.raises(TaskKills, match="whoever gave it has ended"):
        children.carried_out("work", (tmp_path / "late").touch, (), {})
    assert not (tmp_path / "late").exists()


def test_a_task_whose_child_dies_is_tried_again_and_then_told(ask: Ask, tmp_path: Path) -> None:
    child = ask(os.getpid)
    ask(exec, "from conv2d_conformance.pool import kept_process; kept_process.SECONDS_IDLE = 0.01")
    assert_true_soon(lambda: not any(one.is_alive for one in children._CHILDREN["this"].idle))
    assert ask(os.getpid) != child
    tries = tmp_path / "tries"
    once = f"import os; from pathlib import Path; tries = Path({str(tries)!r}); n = tries.exists(); tries.touch()"
    ask(exec, f"{once}; n or os._exit(7)")
    with pytest.raises(TaskKills, match="a task has no result: its process ended with exit status 7"):
        ask(exec, f"import os; open({str(tries)!r}, 'a').write('.'); os._exit(7)")
    assert tries.read_text() == children.TRIES * "."


PARENT = f"""
from conv2d_conformance.pool.children import carried_out

carried_out("this", exec, ("import time; print('at work', flush=True); time.sleep({LONG})",), {{}})
"""


def test_a_child_does_not_outlast_its_parent() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"at work\n"
        parent.send_signal(signal.SIGKILL)
        parent.communicate(timeout=LONG / 2)  # the child has the same standard output
