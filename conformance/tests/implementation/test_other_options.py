"""The same implementation with another option: which target it is, where it runs, and what is said if it cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance.contract.answers import Broken, Request, Result, ask_with_option
from conv2d_conformance.implementation.host import connect
from conv2d_conformance.implementation.other_options import OtherOptions, with_option
from conv2d_conformance.verdict.history import Remembering

ADAPTER = """
import os
import numpy as np
from conv2d_conformance import Adapter


def make(threads="1", scale="1"):
    def conv2d(input, weight, bias=None, **attributes):
        return np.full((1, 1, 2, 2), 10 * int(scale) + int(threads), np.float32)

    return Adapter(name=f"{threads} {scale}", version=str(os.getpid()), conv2d=conv2d, configure=make)


adapter = make()
fixed = Adapter(name="fixed", version="1", conv2d=adapter.conv2d)
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "counting.py"
    path.write_text(ADAPTER)
    return str(path)


def first(answer: Any) -> float:
    assert isinstance(answer, Result), answer
    (array,) = answer.arrays
    assert array is not None
    return float(array.flat[0])


@pytest.mark.parametrize(
    ("target", "changed"),
    [
        ("torch", "torch?threads=2"),
        ("torch?threads=1", "torch?threads=2"),
        ("torch?onednn=off&threads=1&tf32=off", "torch?onednn=off&tf32=off&threads=2"),
        ("odd?name.py:adapter?scale=3", "odd?name.py:adapter?scale=3&threads=2"),
    ],
)
def test_only_the_option_changes(target: str, changed: str) -> None:
    assert with_option(target, "threads", "2") == changed


@pytest.mark.parametrize("isolation", ["process", "none"])
@pytest.mark.usefixtures("nothing_is_left_behind")
def test_it_runs_apart_from_the_other_with_all_its_other_options(
    file: str, isolation: str, request_for: Callable[..., Request]
) -> None:
    implementation = Remembering(connect(f"{file}:adapter?scale=7", isolation=isolation))
    request = request_for()
    counts = ("3", "2", "3")
    answers = [first(ask_with_option(implementation, "threads", count, request)) for count in counts]
    assert answers == [73, 72, 73]
    assert first(implementation.ask(request)) == 71
    implementation.close()


def test_what_cannot_be_set_is_told(file: str, request_for: Callable[..., Request]) -> None:
    with connect(f"{file}:fixed") as implementation:  # type: ignore[attr-defined]  # both kinds are context managers
        answer = ask_with_option(implementation, "threads", "2", request_for())
    of_a_program = OtherOptions("command:./worker", connect).ask("threads", "2", request_for())
    for told, why in ((answer, "the adapter fixed takes no options"), (of_a_program, "has no options")):
        assert isinstance(told, Broken)
        assert told.kind == "no-option"
        assert why in told.sentence


def test_an_option_that_the_adapter_lacks_is_told(file: str, request_for: Callable[..., Request]) -> None:
    with connect(f"{file}:adapter") as implementation:  # type: ignore[attr-defined]  # both kinds are context managers
        answer = ask_with_option(implementation, "colour", "2", request_for())
    assert isinstance(answer, Broken)
    assert "its options are: threads, scale" in answer.sentence
