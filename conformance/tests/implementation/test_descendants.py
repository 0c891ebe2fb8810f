"""Nothing that a worker started outlives it, nor does a worker outlive the harness."""

import ctypes
import fcntl
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conv2d_conformance.contract.answers import Request
from conv2d_conformance.implementation.host import Worker
from conv2d_conformance.implementation.keeper_note import Note
from conv2d_conformance.implementation.process import WorkerProcess
from worker_processes import array_of, broken, our_children, wait_until_gone

pytestmark = pytest.mark.usefixtures("nothing_is_left_behind")


def test_a_child_in_another_session_is_ended_too(
    target: Callable[[str], str], request_for: Callable[..., Request]
) -> None:
    with Worker(target("starts_a_child_in_another_session")) as worker:
        child = int(array_of(worker.ask(request_for())).item())
        os.kill(child, 0)
    assert wait_until_gone(child)


@pytest.mark.parametrize(
    "name", ["hides_one", "hides_one_and_dies", "hides_one_and_hangs", "hides_one_that_forks_without_end"]
)
def test_a_hidden_descendant_is_ended_and_told(
    target: Callable[[str], str],
    request_for: Callable[..., Request],
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOCK_OF_THE_DESCENDANT", str(tmp_path / "lock"))
    with Worker(target(name), timeout=0.5) as worker:
        worker.ask(request_for())
        assert (tmp_path / "lock").exists()
    assert not is_locked(tmp_path / "lock")
    # One that forks without end may be two when it is found.
    told = r"the worker left (a process|\d+ processes) behind \(.+\), which the harness ended"
    assert re.fullmatch(told, worker.incidents[0])


def is_locked(path: Path) -> bool:
    """Whether somebody has the file open who has locked it, or who has it from such a one."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_who_leaves_in_time_is_not_told(target: Callable[[str], str], request_for: Callable[..., Request]) -> None:
    """As helpers of libraries do."""
    with Worker(target("starts_a_helper_that_leaves_with_it")) as worker:
        worker.ask(request_for())
    assert worker.incidents == []


def test_what_others_started_is_not_touched(
    target: Callable[[str], str], request_for: Callable[..., Request], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCK_OF_THE_DESCENDANT", str(tmp_path / "lock"))
    with subprocess.Popen(["sleep", "1000"], start_new_session=True) as ours:
        with Worker(target("hides_one")) as worker:
            worker.ask(request_for())
        assert ours.poll() is None
        ours.kill()


def test_this_process_adopts_no_orphans(target: Callable[[str], str], request_for: Callable[..., Request]) -> None:
    """It may be anybody's program."""
    adopts = ctypes.c_int(-1)
    with Worker(target("zeros")) as worker:
        worker.ask(request_for())
        pr_get_child_subreaper = 37
        ctypes.CDLL(None).prctl(pr_get_child_subreaper, ctypes.byref(adopts))
    assert adopts.value == 0


def test_a_keeper_that_is_stopped_is_ended(
    target: Callable[[str], str], request_for: Callable[..., Request], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conv2d_conformance.implementation.process.SECONDS_TO_DIE", 0.2)
    monkeypatch.setattr("signal.SIGCONT", 0)
    with Worker(target("stops_its_keeper_and_tells_its_process_id")) as worker:
        pid = int(array_of(worker.ask(request_for())))
    assert wait_until_gone(pid)


def test_a_keeper_that_is_ended_before_it_has_a_worker_left_nothing_behind() -> None:
    note = WorkerProcess(["command", "sleep", "10"]).end()  # or just after, if the keeper was quick
    assert (note.status, note.incident) == (-signal.SIGTERM, None)
    assert Note.of_silent(-signal.SIGTERM).incident is None
    assert Note.of_silent(-signal.SIGKILL).incident is not None


def test_a_keeper_that_is_killed_takes_the_worker_along(
    target: Callable[[str], str], request_for: Callable[..., Request]
) -> None:
    with Worker(target("kills_its_keeper")) as worker:
        answer = worker.ask(request_for())
    assert broken(answer).kind == "died"
    assert broken(answer).sentence.startswith("the process was killed by signal 9 (SIGKILL)")


def test_ctrl_c_leaves_nothing_behind(target: Callable[[str], str], request_for: Callable[..., Request]) -> None:
    """The fixture `nothing_is_left_behind` looks for children and descriptors that are left."""
    before = our_children()
    worker = Worker(target("interrupts_the_harness_and_sleeps"))
    with pytest.raises(KeyboardInterrupt):
        worker.ask(request_for())
    assert our_children() == before


def test_a_process_ends_with_the_harness(target: Callable[[str], str], request_for: Callable[..., Request]) -> None:
    """A harness that is killed cannot clean up: the worker must go by itself."""
    source, sink = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            worker = Worker(target("kills_the_harness_and_sleeps_when_the_input_is_one"))
            os.write(sink, b"%d" % int(array_of(worker.ask(request_for(0)))))
            worker.ask(request_for(1))
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    orphan = int(os.read(source, 100))
    os.close(source)
    os.close(sink)
    assert wait_until_gone(orphan)


def test_what_a_worker_hides_ends_with_the_harness_too(
    target: Callable[[str], str], request_for: Callable[..., Request], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCK_OF_THE_DESCENDANT", str(tmp_path / "lock"))
    pid = os.fork()
    if pid == 0:
        try:
            Worker(target("hides_one_and_kills_the_harness")).ask(request_for())
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    until = time.monotonic() + 10
    while is_locked(tmp_path / "lock") and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_locked(tmp_path / "lock")
