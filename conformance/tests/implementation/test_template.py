"""A fresh process is a fork of one that has loaded the target, where that is the same to the target."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from conv2d_conformance.contract.answers import Request
from conv2d_conformance.implementation.host import Worker
from conv2d_conformance.implementation.process import Abandoned, WorkerProcess
from conv2d_conformance.implementation.template import Fork, NoFork, Template
from worker_processes import array_of, broken, wait_until_gone

pytestmark = pytest.mark.usefixtures("nothing_is_left_behind")

NO_PROGRAM = "none"
DIES_AT_ONE = """
import atexit, os, sys
import numpy as np
with open("loads", "a") as file:
    file.write(f"{os.getpid()}\\n")
calls = 0

@atexit.register
def leave():
    with open("ends", "a") as file:
        file.write(f"{os.getpid()} {calls}\\n")

def conv2d(input, weight):
    global calls
    calls += 1
    print("called", flush=True)
    if (input == 1).all():
        os._exit(7)
    return np.array([calls, os.getpid(), len(sys.stdin.read())], np.float32)
"""
SHARED = {
    "": True,
    "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()": False,
    "import subprocess; child = subprocess.Popen(['sleep', '1000'])": False,
    "import socket; pair = socket.socketpair()": False,
    "kept = open(__file__)": False,
    "nothing = open('/dev/null')": True,
    "import mmap; memory = mmap.mmap(-1, 4096)": False,
    "import tempfile; folder = tempfile.mkdtemp()": False,
    "import sys, types; sys.modules['jax'] = types.ModuleType('jax')": False,
}
"""What a target does when it is loaded, and whether its fork is as good as a process of its own."""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    monkeypatch.chdir(tmp_path)

    def make(first: str = "") -> str:
        Path("mine.py").write_text(first + DIES_AT_ONE)
        return "mine.py:conv2d"

    return make


@contextmanager
def template_of(
    text: str, start_timeout: float = 100.0, abandoned: threading.Event | None = None
) -> Iterator[Template]:
    template = Template(["python", text], start_timeout=start_timeout, abandoned=abandoned)
    try:
        yield template
    finally:
        template.close()
        template.process.end()


def loads() -> list[str]:
    return Path("loads").read_text().splitlines()


def test_it_is_loaded_twice_however_often_it_dies(mine: Callable[[], str], request_for: Callable[..., Request]) -> None:
    with Worker(mine()) as worker:
        for _ in range(4):
            assert broken(worker.ask(request_for(1))).sentence == (
                "the process ended with exit status 7 before it answered"
            )
        answers = [array_of(worker.ask(request_for(0))) for _ in range(2)]
    assert len(loads()) == 2
    # Each process begins as the target was loaded, is another one, and reads nothing from its standard input.
    (one, pid, read), (two, same, _) = answers
    assert (one, two, read) == (1, 2, 0)
    assert pid == same
    assert str(int(pid)) not in loads()
    # Whoever leaves by itself does what the target registered for that.
    assert f"{int(pid)} 2" in Path("ends").read_text().splitlines()


def test_what_it_says_last_is_told(mine: Callable[[], str], request_for: Callable[..., Request]) -> None:
    with Worker(mine()) as worker:
        assert [broken(worker.ask(request_for(1))).stderr for _ in range(2)] == ["called\n"] * 2


def test_a_restart_needs_no_load(mine: Callable[[], str], request_for: Callable[..., Request]) -> None:
    with Worker(mine()) as worker:
        for _ in range(3):
            assert worker.restart()
            assert [array_of(worker.ask(request_for(0)))[0] for _ in range(2)] == [1, 2]
    assert len(loads()) == 2


def test_where_all_are_forks_it_is_loaded_once(mine: Callable[[], str], request_for: Callable[..., Request]) -> None:
    with Worker(mine(), forks=True) as worker:
        (_, pid, _) = array_of(worker.ask(request_for(0)))
        assert worker.restart()
        (number, other, _) = array_of(worker.ask(request_for(0)))
    assert number == 1
    assert pid != other
    assert len(loads()) == 1


@pytest.mark.parametrize(("first", "is_forked"), SHARED.items())
def test_nothing_is_forked_that_would_lack_or_share_something(
    mine: Callable[[str], str], first: str, is_forked: bool
) -> None:
    with template_of(mine(f"{first}\n")) as template:
        if is_forked:
            WorkerProcess([NO_PROGRAM], start=template.fork).end()
        else:
            with pytest.raises(NoFork):
                WorkerProcess([NO_PROGRAM], start=template.fork)


@pytest.mark.parametrize("forks", [False, True])
def test_without_forks_a_fresh_process_is_a_spare_one(
    mine: Callable[[str], str], request_for: Callable[..., Request], forks: bool
) -> None:
    with Worker(mine("import socket\npair = socket.socketpair()\n"), forks=forks) as worker:
        assert broken(worker.ask(request_for(1))).kind == "died"
        assert array_of(worker.ask(request_for(0)))[0] == 1
        assert worker._template is None


def test_a_process_ends_with_its_template(mine: Callable[[], str], request_for: Callable[..., Request]) -> None:
    with Worker(mine()) as worker:
        worker.restart()
        pid = int(array_of(worker.ask(request_for(0)))[1])
        assert worker._template is not None
        worker._template.process.end()
        assert wait_until_gone(pid)
        assert array_of(worker.ask(request_for(0)))[0] == 1  # of a fresh one, since somebody else killed it


def test_a_fork_keeps_the_seed_of_its_target(mine: Callable[[str], str], request_for: Callable[..., Request]) -> None:
    target = mine("import random\nrandom.seed(3)\n")
    source = Path("mine.py")
    source.write_text(source.read_text().replace("os.getpid(), len", "random.random(), len"))
    with Worker(target) as worker:
        drawn = [array_of(worker.ask(request_for(0)))[1]]
        for _ in range(2):
            assert worker.restart()
            drawn.append(array_of(worker.ask(request_for(0)))[1])
        assert worker._template is not None
    assert len({*drawn}) == 1


def test_nobody_waits_for_the_first_fork_when_it_is_abandoned(mine: Callable[[str], str]) -> None:
    (abandoned := threading.Event()).set()
    with pytest.raises(Abandoned):
        Worker(mine("import time\ntime.sleep(1000)\n"), start_timeout=1000, abandoned=abandoned, forks=True)


def test_nobody_waits_for_a_template_that_is_abandoned(mine: Callable[[str], str]) -> None:
    abandoned = threading.Event()
    with template_of(mine("import time\ntime.sleep(1000)\n"), start_timeout=1000, abandoned=abandoned) as template:
        abandoned.set()
        with pytest.raises(Abandoned):
            template.fork(1, None)


@pytest.mark.parametrize("first", ["import time\ntime.sleep(1000)\n", "import nowhere\n", "import os\nos._exit(0)\n"])
def test_a_template_that_is_not_ready_in_time_makes_no_fork(
    mine: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    monkeypatch.setattr("conv2d_conformance.implementation.template.SECONDS_TO_FORK", 0.2)
    with template_of(mine(first), start_timeout=0.2) as template, pytest.raises(NoFork):
        template.fork(1, None)


@pytest.mark.parametrize("pid", [0, -1, 1 << 80])
def test_a_number_of_no_process_is_no_fork(pid: int) -> None:
    with pytest.raises(NoFork):
        Fork(pid, (0, 1, 2))
