"""A run ends where nobody would wait for the rest, and says so: by the number of processes that it takes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

DYING = """
import os, pathlib


def conv2d(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):
    with pathlib.Path("asked").open("a") as asked:
        print(os.getpid(), file=asked)
    os._exit(7)
"""
HANGING = DYING.replace("os._exit(7)", "import time; time.sleep(1000)")
RUN = ("--effort", "quick", "--output", "out.json")


@pytest.fixture
def processes(folder: Path) -> Callable[[], int]:
    """How many processes were asked so far, each of them in vain."""
    (folder / "dying.py").write_text(DYING)
    (folder / "hanging.py").write_text(HANGING)
    return lambda: len((folder / "asked").read_text().splitlines())


def verdicts(folder: Path) -> tuple[dict[str, Any], list[str]]:
    report = json.loads((folder / "out.json").read_text())
    return report, [entry["verdict"] for entry in report["requirements"]]


@pytest.mark.parametrize(
    ("target", "options", "most"), [("dying.py:conv2d", (), 20), ("hanging.py:conv2d", ("--timeout", "0.2"), 8)]
)
def test_who_never_answers_is_asked_by_two_checks(
    invoke: Callable[..., Result],
    folder: Path,
    processes: Callable[[], int],
    target: str,
    options: tuple[str, ...],
    most: int,
) -> None:
    result = invoke("run", target, *RUN, *options)
    report, found = verdicts(folder)
    assert result.exit_code == 1
    assert processes() <= most
    assert report["gave_up"] == "2 checks without an answer to any call"
    assert report["fingerprint"] is None
    assert (found.count("error"), found.count("pass"), found.count("fail")) == (2, 0, 0)
    assert found.count("not reached") > 30
    assert result.stdout.count("ERROR  ") == 1
    assert "not conforming: gave up after 2 checks without an answer to any call; 2 requirements" in result.stdout
    assert invoke("verify", "out.json").exit_code == 0


def test_who_keeps_going_asks_the_rest(
    invoke: Callable[..., Result], folder: Path, processes: Callable[[], int]
) -> None:
    result = invoke("run", "dying.py:conv2d", *RUN, "--only", "bias.*", "--keep-going")
    report, found = verdicts(folder)
    assert (result.exit_code, report["gave_up"]) == (1, None)
    assert found.count("error") == len(found) - found.count("unsupported") > 1
    assert processes() > len(found)
