"""A selftest that was ended goes on where it was, to the outcome that it would have had."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from conv2d_conformance.cli import program
from conv2d_conformance.selftest import kills


@pytest.fixture
def met(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The mutants that were met, in this process; the one named `ends` ends it."""
    found: list[str] = []

    @contextmanager
    def pool(*_: object) -> Iterator[Executor]:
        with ThreadPoolExecutor(1) as executor:
            yield executor

    real = kills.encounters

    def encounters(name: str, *arguments: Any, **options: Any) -> list[kills.Encounter]:
        if "ends" in found and len(found) > 1:
            raise KeyboardInterrupt
        found.append(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(kills, "pool", pool)
    monkeypatch.setattr(kills, "encounters", encounters)
    return found


def selftest(folder: Path, *more: str) -> Result:
    words = ["selftest", "--only", "bias_d*", "--resume", str(folder / "so-far"), "--format", "json", *more]
    return CliRunner().invoke(program, words)


def outcome(result: Result) -> Any:
    """What it said, but for the seconds."""
    found = json.loads(result.stdout)
    for one in found["encounters"]:
        del one["seconds"]
    return {**found, "sentence": found["sentence"].partition(", in ")[0]}


def test_what_was_met_is_not_met_again(met: list[str], tmp_path: Path) -> None:
    whole = selftest(tmp_path)
    assert whole.exit_code == 0, whole.output
    assert len(met) > 1
    lines = (tmp_path / "so-far").read_text().splitlines(keepends=True)
    (tmp_path / "so-far").write_text("".join(lines[:2]) + '["bias_dr')
    first = json.loads(lines[1])[0]
    before = list(met)
    again = selftest(tmp_path)
    assert met[len(before) :] == [name for name in before if name != first]
    assert outcome(again) == outcome(whole)


def test_an_ended_one_keeps_what_was_met(met: list[str], tmp_path: Path) -> None:
    met.append("ends")
    assert selftest(tmp_path).exit_code == 130
    assert len((tmp_path / "so-far").read_text().splitlines()) == 2


@pytest.mark.parametrize("other", [("--seed", "1"), ("--effort", "standard"), ("--only", "bias_dropped")])
def test_another_one_does_not_go_on_from_it(met: list[str], tmp_path: Path, other: tuple[str, str]) -> None:
    selftest(tmp_path)
    number = len(met)
    refused = selftest(tmp_path, *other)
    assert (refused.exit_code, len(met)) == (2, number)
    assert "so-far is of another run" in refused.output


def test_what_keeps_nothing_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(program, ["selftest", "--resume", "-", "--only", "bias_dropped"])
    assert (result.exit_code, "standard output keeps nothing" in result.output) == (2, True)
    assert list(tmp_path.iterdir()) == []
