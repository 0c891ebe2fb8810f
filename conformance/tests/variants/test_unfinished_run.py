"""A run that was ended goes on where it was, to the page that it would have made."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click.testing
import pytest

from conv2d_conformance.cli import program
from conv2d_conformance.variants import alarms
from conv2d_conformance.variants.alarms import Alarm, VariantResult

NAMES = ("test_arguments::test_scalar", "test_stride::test_steps", "test_bias::test_added")


class Runs:
    """Three checks, of which the second finds an alarm, and one ends the run where it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.ends_at = ""

    def __call__(self, name: str, *_: Any) -> dict[str, VariantResult]:
        if name == self.ends_at:
            raise KeyboardInterrupt
        self.asked.append(name)
        alarm = Alarm("core", name, 5, "this", "that - \u2212 and more", "c1h1w1 m1k1")
        return {"core": VariantResult(0, 2, 30, 400, 300, (alarm,) if name == NAMES[1] else ())}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    @contextmanager
    def pool(*_: object) -> Iterator[Executor]:
        with ThreadPoolExecutor(1) as executor:
            yield executor

    found = Runs()
    monkeypatch.setattr(alarms, "pool", pool)
    monkeypatch.setattr(alarms, "checks", lambda: dict.fromkeys(NAMES))
    monkeypatch.setattr(alarms, "runs", found)
    return found


def invoke(folder: Path, page: str, *more: str) -> click.testing.Result:
    files = ["--output", str(folder / page), "--resume", str(folder / "so-far")]
    return click.testing.CliRunner().invoke(program, ["variants", "--only", "core", *files, *more])


@pytest.mark.parametrize("is_torn", [False, True], ids=["interrupted", "killed while it wrote"])
def test_what_was_done_is_not_done_again(runs: Runs, tmp_path: Path, is_torn: bool) -> None:
    assert invoke(tmp_path, "whole.md").exit_code == 1
    (tmp_path / "so-far").unlink()
    runs.asked.clear()

    runs.ends_at = NAMES[2]
    ended = invoke(tmp_path, "parts.md")
    assert ended.exit_code == 130
    assert "interrupted after 2 of 3 checks; false alarms so far: 1" in ended.output
    if is_torn:
        with (tmp_path / "so-far").open("a") as stream:
            stream.write('["test_bias::test_add')
    runs.ends_at = ""
    resumed = invoke(tmp_path, "parts.md")
    assert runs.asked == list(NAMES)
    assert resumed.exit_code == 1
    assert "3 of 3 checks: test_bias::test_added" in resumed.output
    assert (tmp_path / "parts.md").read_text() == (tmp_path / "whole.md").read_text().replace("whole.md", "parts.md")

    assert invoke(tmp_path, "parts.md").exit_code == 1
    assert runs.asked == list(NAMES)


def test_what_other_sources_found_is_refused(runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert invoke(tmp_path, "page.md").exit_code == 1
    runs.asked.clear()
    monkeypatch.setattr("conv2d_conformance.sources.digest", lambda: 64 * "0")
    assert "is of another run" in invoke(tmp_path, "page.md").output
    assert runs.asked == []


@pytest.mark.parametrize("other", [("--seeds", "2"), ("--first-seed", "1"), ("--drawn", "3"), ("--only", "core*")])
@pytest.mark.usefixtures("runs")
def test_another_run_does_not_go_on_from_it(tmp_path: Path, other: tuple[str, str]) -> None:
    invoke(tmp_path, "page.md")
    kept = (tmp_path / "so-far").read_text()
    refused = invoke(tmp_path, "page.md", *other)
    is_the_same = other == ("--only", "core*")
    assert ("so-far is of another run" in refused.output.replace("\n", "")) == (not is_the_same)
    assert refused.exit_code == (1 if is_the_same else 2)
    assert (tmp_path / "so-far").read_text() == kept


@pytest.mark.parametrize("text", ["", "words\n", "{}", "[]\n[]\n", "{}\n[1, 2]\n"])
def test_a_file_of_something_else_is_kept(runs: Runs, tmp_path: Path, text: str) -> None:
    (tmp_path / "so-far").write_text(text)
    assert invoke(tmp_path, "page.md").exit_code == 2
    assert (tmp_path / "so-far").read_text() == text
    assert runs.asked == []
