"""A long computation ends when it is told to, and leaves no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children

import pytest

from conv2d_conformance.pool import pool

LONG = 100
"""Seconds. A process that is still there after these has not been ended."""


def test_work_is_shared_out_to_other_processes() -> None:
    with pool(2) as executor:
        seen = {future.result() for future in [executor.submit(os.getpid) for _ in range(4)]}
    assert os.getpid() not in seen
    assert active_children() == []


def test_an_exception_ends_the_work_in_hand() -> None:
    given: list[Future[None]] = []

    def be_interrupted() -> None:
        with pool(1) as executor:
            executor.submit(os.getpid).result()
            given.extend(executor.submit(time.sleep, LONG) for _ in range(5))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        be_interrupted()
    assert all(isinstance(future.exception(), BrokenProcessPool) for future in given)
    assert active_children() == []


def test_what_a_worker_raises_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError), pool(1) as executor:
        executor.submit(divmod, 1, 0).result()


PARENT = f"""
import sys, time
from conv2d_conformance.pool import pool

if __name__ == "__main__":
    with pool(2) as executor:
        executor.submit(print, "at work", flush=True).result()
        executor.submit(time.sleep, {LONG}).result()
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_processes_do_not_outlast_their_parent(number: int, tmp_path: os.PathLike[str]) -> None:
    script = os.path.join(tmp_path, "parent.py")
    with open(script, "w", encoding="utf-8") as file:
        file.write(PARENT)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"at work\n"
        parent.send_signal(number)
        # Its children have the same standard output, which ends with the last of them.
        parent.communicate(timeout=LONG / 2)


def test_ctrl_c_ends_a_search_and_says_how_far_it_came(tmp_path: os.PathLike[str]) -> None:
    command = [sys.executable, "-m", "conv2d_conformance", "variants", "--only", "two-arrays", "--seeds", "1000"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as search:
        assert search.stdout is not None
        assert search.stdout.readline().startswith("1 of ")
        os.killpg(search.pid, signal.SIGINT)
        _, said = search.communicate(timeout=LONG / 2)
    assert search.returncode == 130
    assert said.startswith("Error: interrupted after ")
    assert said.endswith("false alarms so far: 0\n")
