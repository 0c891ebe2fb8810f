"""The process between the harness and a worker. It outlives everything that the worker starts, and ends it.

On Linux a process whose parent dies becomes a child of the nearest ancestor that asks for such orphans. That is the
keeper, so nothing escapes it: not by a fork, its own session, or another environment. The process of the harness asks
for no orphans, since it may be somebody else's program, with its own children and orphans.

It imports nothing of this package, which would take long, and is forked before the worker begins, which takes no time.
"""

import contextlib
import os
import signal
import sys
import time

AWAITED = {signal.SIGCHLD, signal.SIGTERM}
SECONDS_TO_FOLLOW = 0.1
"""The time for a library's helpers to leave when they see that the worker has left."""
SECONDS_TO_DIE = 10.0
SECONDS_BETWEEN_LOOKS = 0.001
MOST_NAMES = 10


def keep(note: int) -> None:
    """Return in a fresh process, the worker.

    This process waits until the worker has ended, or until SIGTERM tells it to end the worker. Then it ends everything
    else that the worker has started, and writes to `note` how the worker ended, and the names of what outlived it.
    """
    _adopt_orphans()
    _end_with_parent(signal.SIGTERM)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # an ignored signal would not come
    before = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
    keeper = os.getpid()
    try:
        worker = os.fork()
    except OSError as error:
        sys.exit(f"no process can be started for the implementation: {(error.strerror or str(error)).lower()}")
    if worker == 0:
        os.close(note)
        os.setsid()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        _end_with_parent(signal.SIGKILL)
        if os.getppid() != keeper:
            os._exit(1)  # the parent was gone before the line above
        return
    _let_go_of_streams()
    status = _wait_for(worker)
    if status is not None:
        _wait_for_the_last()
    _reaped()
    left = [_name_of(child) for child in _children() if child != worker]
    _end_children(worker)
    with contextlib.suppress(OSError):  # the harness is gone
        os.write(note, "\n".join([str(status), str(len(left)), *sorted(set(left))[:MOST_NAMES]]).encode())
    os._exit(0)


def _adopt_orphans() -> None:
    pr_set_child_subreaper = 36
    _prctl(pr_set_child_subreaper, 1)


def _end_with_parent(number: int) -> None:
    """Have the system send this signal when the parent is gone, however it ended. It survives an exec, but no fork."""
    pr_set_pdeathsig = 1
    _prctl(pr_set_pdeathsig, number)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(option, value)


def _let_go_of_streams() -> None:
    """Close the worker's streams, so that the harness sees their end when the worker closes them."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nothing, descriptor)
    os.close(nothing)


def _wait_for(worker: int) -> int | None:
    """The status with which the worker ended; None if it must be ended."""
    while signal.sigwait(AWAITED) == signal.SIGCHLD:
        if worker in (ended := _reaped()):
            return ended[worker]
    return None


def _wait_for_the_last() -> None:
    until = time.monotonic() + SECONDS_TO_FOLLOW
    while not _is_alone() and time.monotonic() < until:
        _reaped()
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _end_children(worker: int) -> None:
    """End all children, until there are none: when one dies, its own children become ours."""
    until = time.monotonic() + SECONDS_TO_DIE
    while not _is_alone() and time.monotonic() < until:
        children = _children()
        for child in children:
            with contextlib.suppress(OSError):
                os.kill(child, signal.SIGKILL)
        if not children:  # the system does not list them: end the process group
            with contextlib.suppress(OSError):
                os.killpg(worker, signal.SIGKILL)
        time.sleep(SECONDS_BETWEEN_LOOKS)
        _reaped()


def _is_alone() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return True
    return False


def _reaped() -> dict[int, int]:
    """The children that have ended, each with its status."""
    ended: dict[int, int] = {}
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            ended[found[0]] = found[1]
    return ended


def _children() -> list[int]:
    """The children, as Linux lists them; an ended one remains until it has been waited for."""
    try:
        if os.readlink("/proc/self") != str(os.getpid()):
            return []  # /proc is that of another namespace
        with open(f"/proc/self/task/{os.getpid()}/children", "rb") as file:
            return [int(number) for number in file.read().split()]
    except OSError:
        return []


def _name_of(process: int) -> str:
    try:
        with open(f"/proc/{process}/comm", encoding="ascii", errors="replace") as file:
            return "".join(letter if letter.isprintable() else "?" for letter in file.readline().rstrip("\n"))
    except OSError:
        return "?"
