"""A program of our own adopts what is left of its workers, and leaves its process as it found it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys

import pytest

from conv2d_conformance.implementation.resident_memory import CAN_BE_TOLD
from conv2d_conformance.implementation.strays import adopting_orphans, end_strays

pytestmark = pytest.mark.skipif(not CAN_BE_TOLD, reason="the system does not tell who descends from whom")

LEAVES_ONE_BEHIND = """
import subprocess
child = subprocess.Popen(["sleep", "1000"], start_new_session=True, stdout=subprocess.DEVNULL)
print(child.pid)
"""


def set_adopting(adopts: int) -> None:
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, adopts)


def adopts() -> int:
    pr_get_child_subreaper = 37
    found = ctypes.c_int(-1)
    ctypes.CDLL(None).prctl(pr_get_child_subreaper, ctypes.byref(found))
    return found.value


def left_behind() -> int:
    """An orphan: the process that started it has ended."""
    done = subprocess.run([sys.executable, "-c", LEAVES_ONE_BEHIND], stdout=subprocess.PIPE, check=True)
    return int(done.stdout)


def test_what_was_left_behind_is_ended() -> None:
    with adopting_orphans():
        orphan = left_behind()
        assert os.getsid(orphan) == orphan  # it lives
        assert end_strays() == 1
        with pytest.raises(ProcessLookupError):
            os.getsid(orphan)


def test_the_end_of_it_ends_them_too() -> None:
    with contextlib.suppress(SystemExit), adopting_orphans():
        orphan = left_behind()
        raise SystemExit
    with pytest.raises(ProcessLookupError):
        os.getsid(orphan)


@pytest.mark.parametrize("earlier", [0, 1])
def test_the_process_is_left_as_it_was(earlier: int) -> None:
    before = adopts()
    set_adopting(earlier)
    try:
        with contextlib.suppress(KeyboardInterrupt), adopting_orphans():
            assert adopts() == 1
            raise KeyboardInterrupt
        assert adopts() == earlier
        assert end_strays() == 0
    finally:
        set_adopting(before)
