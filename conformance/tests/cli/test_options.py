"""What is true of a run where nothing else is said is said once, whichever door it comes in by."""

from __future__ import annotations

import argparse
from dataclasses import MISSING, field, fields, make_dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program
from conv2d_conformance.cli.options import of_a_run
from conv2d_conformance.implementation import resident_memory
from conv2d_conformance.implementation.patience import USUAL_TIMEOUT
from conv2d_conformance.report.header import Asked
from conv2d_conformance.report.kind import Kind
from conv2d_conformance.running import header, options, pytest_options
from conv2d_conformance.running.header import told
from conv2d_conformance.running.options import Options, described, kind_of
from conv2d_conformance.running.plugin import pytest_addoption
from conv2d_conformance.typed_json import ABSENT, as_json

OPTIONS: dict[str, Any] = {item.name: item.default for item in fields(Options)}

OTHER = Options(
    target="mine.py:conv2d",
    profile="training",
    effort="thorough",
    seed=7,
    only="bias.*",
    shapes="n2c3h4w5 m6k1x1 s1x1 p0x0 d1x1 g1 bias",
    only_shapes=True,
    output=Path("out.json"),
    workers=3,
    timeout=2.5,
    memory=0.5,
    isolation="none",
    keep_going=True,
    accept_limits=True,
    stop="first",
    shard="2/3",
    scheduler="tcp://10.0.0.1:8786",
    resume=True,
    deviations=(("any", "where"),),  # type: ignore[arg-type]  # whatever is declared
)
"""Every option has another value than by default."""

OF_PYTEST = {one.name for one, said in options.described() if said.pytest is not None}
ELSEWHERE = {"output", "workers", "deviations", "resume", "scheduler"}
"""pytest says in its own way where results go, and how many processes there are; it declares and resumes nothing."""


def defaults_of(command: str) -> dict[str, Any]:
    return {option.name or "": option.default for option in program.commands[command].params}


def test_every_option_is_changed_in_these_tests() -> None:
    assert all(getattr(OTHER, name) != default for name, default in OPTIONS.items())


def test_every_option_of_a_run_is_on_the_command_line() -> None:
    of_many_and_of_telling = {"targets", "file", "devices", "format", "quiet"}
    of_shapes = {"shape", "large_indices"}  # which add to the shapes
    assert set(defaults_of("run")) - of_many_and_of_telling - of_shapes == set(OPTIONS) - {"target"}


def test_every_option_of_a_run_is_one_of_pytest_or_has_another_place_there() -> None:
    assert set(OPTIONS) - ELSEWHERE == OF_PYTEST


@pytest.mark.parametrize("name", sorted(OPTIONS.keys() - {"target", "output", "deviations"}))
def test_a_run_on_the_command_line_is_by_default_the_one_of_the_library(name: str) -> None:
    assert defaults_of("run")[name] == OPTIONS[name]


class Group:
    """Takes what a plugin adds to the options of pytest."""

    def __init__(self) -> None:
        self.parser = argparse.ArgumentParser()
        self.addoption = self.parser.add_argument


def parsed(*arguments: str) -> Options:
    """What the plugin reads from the command line of pytest."""
    group: Any = Group()
    parser: Any = SimpleNamespace(getgroup=lambda *_: group)
    pytest_addoption(parser)
    found = group.parser.parse_args(arguments)
    config: Any = SimpleNamespace(getoption=lambda name: getattr(found, name))
    return pytest_options.read(config)


def test_a_run_of_pytest_is_by_default_the_one_of_the_library() -> None:
    assert parsed("--conv2d-target=x") == Options(target="x")
    assert parsed().target is None


@pytest.mark.parametrize("asked", [OTHER, Options(target="a b=c", only="")])
def test_pytest_is_asked_for_what_the_run_is_asked_for(asked: Options) -> None:
    elsewhere = {name: OPTIONS[name] for name in ELSEWHERE}
    assert parsed(*pytest_options.arguments(asked)) == replace(asked, **elsewhere)


def test_a_report_says_what_was_asked() -> None:
    assert told(OTHER) == Asked(
        target="mine.py:conv2d",
        profile="training",
        effort="thorough",
        seed=7,
        only="bias.*",
        shapes=("n2c3h4w5 m6k1x1 s1x1 p0x0 d1x1 g1 bias",),
        only_shapes=True,
        isolation="none",
        timeout_seconds=2.5,
        memory_gib=None,
        accept_limits=True,
        stop="first",
        shard="2/3",
    )
    assert told(Options(target="x")).shard is ABSENT
    assert {said.told for _, said in described() if said.told} == {item.name for item in fields(Asked)}


def test_a_report_tells_of_no_limit_that_nobody_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    limited = Options(target="x", memory=0.5)
    assert told(limited).memory_gib == (0.5 if resident_memory.CAN_BE_TOLD else None)
    monkeypatch.setattr(options, "CAN_BE_TOLD", not resident_memory.CAN_BE_TOLD)
    assert told(limited).memory_gib == (None if resident_memory.CAN_BE_TOLD else 0.5)


def test_a_report_says_it_on_one_line_each() -> None:
    asked = told(Options(target="a\nb", only="c\x1b"))
    assert (asked.target, asked.only) == ("a\\x0ab", "c\\x1b")


def test_what_decides_the_kind_of_a_report_is_asked_and_told() -> None:
    names = {item.name for item in fields(Kind)}
    assert {name: getattr(kind_of(OTHER), name) for name in names} == {name: getattr(OTHER, name) for name in names}
    assert names <= {item.name for item in fields(Asked)}
    assert {item.name: item.default for item in fields(Kind)}.items() <= OPTIONS.items()
    assert OPTIONS["target"] is MISSING


def test_an_option_is_added_by_one_field_here_and_one_in_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    said = options.option("How often.", least=1, pytest="how often", told="how_often")
    more: Any = make_dataclass(
        "More", [("patience", int, field(default=3, metadata=said))], bases=(Options,), frozen=True, kw_only=True
    )
    for module in (options, pytest_options):
        monkeypatch.setattr(module, "Options", more)
    taken: list[dict[str, Any]] = []
    command = click.command()(of_a_run(lambda **chosen: taken.append(chosen)))
    result = CliRunner().invoke(command, ["--patience", "5"])
    assert (result.exit_code, taken[0]["patience"]) == (0, 5), result.output
    assert "How often.  [default: 3; x>=1]" in CliRunner().invoke(command, ["--help"], terminal_width=120).output
    assert parsed(*pytest_options.arguments(more(target="x", patience=5))) == more(target="x", patience=5)
    asked = make_dataclass("AskedMore", [("how_often", int)], bases=(Asked,), frozen=True, kw_only=True)
    monkeypatch.setattr(header, "Asked", asked)
    written: Any = as_json(told(more(target="x", patience=5)))
    assert written["how_often"] == 5


@pytest.mark.parametrize("command", ["run", "smoke", "replay", "fingerprint", "initialisation"])
def test_every_command_waits_for_a_call_equally_long(command: str) -> None:
    assert defaults_of(command)["timeout"] == USUAL_TIMEOUT
