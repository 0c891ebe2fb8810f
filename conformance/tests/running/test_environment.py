"""What the environment lacks is told as such, and what the suite does wrong is not."""

import errno
import os
import tempfile
from pathlib import Path

import pytest

from conv2d_conformance.cli.problems import problem_of
from conv2d_conformance.environment import FEW_DESCRIPTORS, FEW_PROCESSES, SMALL_MEMORY, Lack, lack_of


@pytest.mark.parametrize(
    ("error", "lack"),
    [
        (MemoryError("of 745 GiB"), SMALL_MEMORY),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), SMALL_MEMORY),
        (ImportError("libx.so: failed to map segment from shared object"), SMALL_MEMORY),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), FEW_PROCESSES),
        (RuntimeError("can't start new thread"), FEW_PROCESSES),
        (OSError(errno.EMFILE, "Too many open files"), FEW_DESCRIPTORS),
        (ExceptionGroup("flaky", [OSError(errno.EMFILE, "here"), OSError(errno.EMFILE, "there")]), FEW_DESCRIPTORS),
    ],
)
def test_what_is_told_of_each(error: Exception, lack: Lack) -> None:
    assert lack_of(error) == lack
    assert lack.hint


def test_several_exceptions_of_which_one_is_no_lack_are_none() -> None:
    assert lack_of(ExceptionGroup("flaky", [MemoryError(), ZeroDivisionError()])) is None


def sentence_of(error: Exception) -> str:
    lack = lack_of(error)
    assert lack is not None
    return lack.sentence


def test_what_has_a_place_is_told_with_it() -> None:
    error = OSError(errno.ENOSPC, "No space left on device", "standard output")
    assert sentence_of(error) == "standard output: no space left on device"
    assert sentence_of(PermissionError(errno.EACCES, "Permission denied", "x.json")) == "x.json: permission denied"


def test_a_folder_that_was_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "removed"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    with pytest.raises(FileNotFoundError) as raised:
        os.getcwd()
    assert lack_of(raised.value) == Lack("the current folder was removed", "go to another one")


def test_no_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/no/such/folder"])
    monkeypatch.setattr(tempfile, "tempdir", None)
    with pytest.raises(FileNotFoundError) as raised:
        tempfile.gettempdir()
    lack = lack_of(raised.value)
    assert lack is not None
    assert lack.hint == "set TMPDIR to one that can"


@pytest.mark.parametrize(
    "error", [ZeroDivisionError(), OSError(errno.EBADF, "Bad file descriptor"), RuntimeError("x"), ImportError("x")]
)
def test_a_fault_of_the_suite_remains_one(error: Exception) -> None:
    assert lack_of(error) is None
    assert problem_of(error).message.startswith("the suite itself failed: ")


def test_it_has_the_status_of_no_verdict_and_is_nothing_to_report() -> None:
    problem = problem_of(OSError(errno.EMFILE, "Too many open files"))
    assert problem.exit_code == 3
    assert problem.format_message() == f"{FEW_DESCRIPTORS.sentence}\nHint: {FEW_DESCRIPTORS.hint}"
