"""What is true of a run where nothing else is said is said once, whichever door it comes in by."""

from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest

from conv2d_conformance.cli import program
from conv2d_conformance.implementation.patience import USUAL_TIMEOUT
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.plugin import pytest_addoption

OPTIONS = {item.name: item.default for item in fields(Options)}


def defaults_of(command: str) -> dict[str, Any]:
    return {option.name or "": option.default for option in program.commands[command].params}


@pytest.mark.parametrize("name", ["profile", "effort", "seed", "only", "workers", "timeout", "memory", "isolation"])
def test_a_run_on_the_command_line_is_by_default_the_one_of_the_library(name: str) -> None:
    assert defaults_of("run")[name] == OPTIONS[name]


class Group:
    """Takes what a plugin adds to the options of pytest."""

    def __init__(self) -> None:
        self.defaults: dict[str, Any] = {}

    def addoption(self, name: str, *, default: Any = None, **_: Any) -> None:
        self.defaults[name] = default


@pytest.mark.parametrize("name", ["profile", "effort", "seed", "only", "timeout", "memory", "isolation"])
def test_a_run_of_pytest_is_by_default_the_one_of_the_library(name: str) -> None:
    group: Any = Group()
    parser: Any = SimpleNamespace(getgroup=lambda *_: group)
    pytest_addoption(parser)
    assert group.defaults[f"--conv2d-{name}"] == OPTIONS[name]


@pytest.mark.parametrize("command", ["run", "smoke", "replay", "fingerprint", "initialisation"])
def test_every_command_waits_for_a_call_equally_long(command: str) -> None:
    assert defaults_of(command)["timeout"] == USUAL_TIMEOUT
