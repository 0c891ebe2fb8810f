"""Which reports are made anew, where they are kept, and what is said of those that cannot be made."""

from __future__ import annotations

import configparser
import os
import re
import select
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance import __version__, spec
from conv2d_conformance.implementation.bundled import list_adapters
from results import environments, regenerate
from results.environments import Environments, Missing, why
from results.regenerate import PLATFORM, RESULTS, Run, kept, place

PLAIN = Run("lib", "forward", "quick", "certify-lib")
OLD = Run("lib", "forward", "quick", "certify-lib", requirements=("lib==1.2.0", "numpy<3"))
SHOWN = Run("lib", "forward", "quick", "certify-lib", file="shown.json")
RUNS = [PLAIN, OLD, SHOWN]


def report(version: str, **asked: str) -> dict[str, Any]:
    return {
        "suite": {"version": __version__},
        "spec": {"digest": spec.load().digest},
        "run": {"target": "lib", "profile": "forward", "effort": "quick", "only": "*", **asked},
        "complete": True,
        "implementation": {"name": "lib", "version": version},
    }


def path_of(version: str) -> Path:
    return RESULTS / "lib" / version / f"{PLATFORM}.json"


def test_a_run_is_kept_by_its_release() -> None:
    there = {path_of("1.2.0+cpu"): report("1.2.0+cpu"), path_of("1.12.0"): report("1.12.0")}
    assert kept(OLD, RUNS, there) == path_of("1.2.0+cpu")
    assert kept(PLAIN, RUNS, there) == path_of("1.12.0")
    assert kept(SHOWN, RUNS, there) is None
    assert kept(PLAIN, RUNS, {path_of("1.2.0+cpu"): report("1.2.0+cpu")}) is None
    assert kept(SHOWN, RUNS, {RESULTS / "shown.json": report("1.2.0")}) is None
    assert kept(SHOWN, RUNS, {RESULTS / "shown.json": report("1.12.0")}) == RESULTS / "shown.json"


@pytest.mark.parametrize(
    "change", [{"effort": "standard"}, {"profile": "layer"}, {"target": "lib?fast=1"}, {"only": "bias.*"}]
)
def test_a_report_of_another_run_is_none(change: dict[str, str]) -> None:
    assert kept(PLAIN, RUNS, {path_of("1.12.0"): report("1.12.0", **change)}) is None


def test_a_report_of_a_part_of_a_run_is_none() -> None:
    assert kept(PLAIN, RUNS, {path_of("1.12.0"): report("1.12.0") | {"complete": False}}) is None


def test_a_report_of_another_version_of_the_suite_or_platform_is_none() -> None:
    newer, elsewhere = report("1.12.0"), RESULTS / "lib" / "1.12.0" / "darwin-arm64.json"
    assert kept(PLAIN, RUNS, {elsewhere: newer}) is None
    assert kept(PLAIN, RUNS, {path_of("1.12.0"): newer | {"suite": {"version": "0.0.1"}}}) is None
    assert kept(PLAIN, RUNS, {path_of("1.12.0"): newer | {"spec": {"digest": "0"}}}) is None


@pytest.mark.parametrize(
    ("run", "where"),
    [
        (PLAIN, f"lib/1.0/{PLATFORM}.json"),
        (SHOWN, "shown.json"),
        (Run("lib?a=1&b=x/y", "forward", "quick", "e"), f"lib/1.0/{PLATFORM}-a=1-b=x-y.json"),
        (Run("command:node lib.mjs?x", "forward", "quick", "e"), f"lib/1.0/{PLATFORM}.json"),
    ],
)
def test_a_report_is_kept_by_implementation_version_platform_and_options(run: Run, where: str) -> None:
    assert place(run, "lib", "1.0") == RESULTS / where


def test_every_row_has_its_environment_and_its_target() -> None:
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(RESULTS.parent / "tox.ini")
    rows = regenerate.runs()
    places = {(run.target, run.requirements, run.file) for run in rows}
    assert len(places) == len(rows) > 8, "two runs would write one report"
    for run in rows:
        assert f"testenv:{run.environment}" in tox, run
        assert run.target.startswith("command:") or run.target.partition("?")[0] in list_adapters(), run


def test_what_a_row_declares_holds_at_the_effort_of_its_environment() -> None:
    """A larger effort sees more, so that a file of deviations would be incomplete at one effort or stale at another."""
    tox = configparser.ConfigParser(interpolation=None)
    tox.read(RESULTS.parent / "tox.ini")
    declaring = [run for run in regenerate.runs() if run.known.exists() and not (run.requirements or run.file)]
    rows = {(run.environment, run.target): run.effort for run in declaring}
    certified: dict[tuple[str, str], str] = {}
    for environment in {environment for environment, _ in rows}:
        for words in map(shlex.split, tox[f"testenv:{environment}"]["commands"].splitlines()):
            if "run" in words and "--effort" in words:
                certified[environment, words[words.index("run") + 1]] = words[words.index("--effort") + 1]
    both = rows.keys() & certified.keys()
    assert len(both) > 20
    assert {key: rows[key] for key in both} == {key: certified[key] for key in both}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[[run]]\ntarget = "x"\nprofile = 1', "runs.toml: profile = 1 of 'x'; keys are target, profile"),
        ('[[run]]\ntarget = "x"\nspeed = "1"', "runs.toml: speed = '1' of 'x'; keys are target, profile"),
        ('[[run]]\ntarget = "x"\neffort = "quick"', "runs.toml: {'target': 'x', 'effort': 'quick'} lacks profile, env"),
    ],
)
def test_a_row_that_is_none_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, sentence: str) -> None:
    (tmp_path / "runs.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(regenerate, "RUNS", tmp_path / "runs.toml")
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}"):
        regenerate.runs()


def test_no_report_names_a_folder_of_the_machine_that_made_it() -> None:
    """A library may tell where a call was made, in the project or in an environment."""
    told = f'at "{environments.ROOT}/adapters/conv2d_adapters/jax.py":22'
    assert regenerate.without_folders(told) == 'at "adapters/conv2d_adapters/jax.py":22'
    told = r'"at (\"/x/.tox/certify-jax/lib/python3.11/site-packages/flax/nnx.py\":889 to 900)"'
    assert regenerate.without_folders(told) == r'"at (\"flax/nnx.py\":889 to 900)"'
    ours = re.compile(r"/[^\s\"\\]*/(site-packages|conv2d_adapters|conv2d_conformance)/")
    assert {path.name for path in RESULTS.glob("*/*/*.json") if ours.search(path.read_text(encoding="utf-8"))} == set()


def test_every_report_is_on_the_page_of_its_implementation() -> None:
    for path in RESULTS.glob("*/*/*.json"):
        folder = path.parents[1]
        page = (folder / "README.md").read_text(encoding="utf-8").replace("%2B", "+").replace("%3D", "=")
        assert f"({path.relative_to(folder).as_posix()})" in page, "results/regenerate.py --pages writes it anew"
        front = (RESULTS / "README.md").read_text(encoding="utf-8")
        assert f"({folder.name}/README.md)" in front, "results/regenerate.py --pages writes it anew"


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (
            "ERROR: Could not find a version\nERROR: No matching distribution found for lib==9.9\ncertify-lib: exit 1",
            "there is no release lib==9.9 for Python 3.",
        ),
        (
            ".pkg: _exit> python\ncertify-lib: commands_pre[0]> python\nocaml is missing: apt-get install ocaml\n"
            "certify-lib: exit 1 (0.1 seconds)\n  certify-lib: FAIL code 1\n  evaluation failed :( (1.00 seconds)\n",
            "ocaml is missing: apt-get install ocaml",
        ),
        ("ROOT: HandledError| provided environments not found in configuration file:\nx\n", "tox.ini has no environ"),
        ("error: subprocess-exited-with-error\n  hint\n[notice] a new pip\n", "error: subprocess-exited-with-error"),
    ],
)
def test_the_sentence_that_says_why_is_found(output: str, sentence: str) -> None:
    assert why(output).startswith(sentence)


def test_an_environment_is_made_once_and_a_missing_one_told_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def told(command: list[str]) -> str:
        asked.append(command)
        return "no such release"

    monkeypatch.setattr(environments, "_told", told)
    made = Environments()
    for _ in range(2):
        with pytest.raises(Missing, match="no such release"):
            made.ready("certify-lib", ("lib==1.0",))
    assert len(asked) == 1
    where = ["--workdir", str(environments.WORK / "releases" / "lib==1.0"), "-e", "certify-lib"]
    assert asked[0][3:] == ["run", *where, "--override", "testenv:certify-lib.commands="]


class NoEnvironment(Environments):
    def _make(self, name: str, requirements: tuple[str, ...]) -> list[str] | Missing:
        assert not requirements
        if name == "certify-broken":
            raise RuntimeError("what nobody foresaw")
        if name == "certify-missing":
            return Missing("apt-get install ocaml")
        return [sys.executable, "-c", "raise SystemExit('error: there is no such target')"]


def test_what_cannot_be_run_costs_its_row_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [Run("no-such-target", "forward", "quick", f"certify-{name}") for name in ("broken", "missing", "there")]
    monkeypatch.setattr(regenerate, "Environments", NoEnvironment)
    monkeypatch.setattr(regenerate, "DRAFTS", tmp_path)
    monkeypatch.setattr(regenerate, "runs", lambda: rows)
    monkeypatch.setattr(regenerate, "write_pages", lambda: None)
    assert regenerate.main(["--workers", "2", "--again"]) == 1
    told = capsys.readouterr().out
    assert told.startswith("3 of 3 reports are to be made\n")
    table = told.partition("not run here:\n")[2].splitlines()
    assert sorted(line.partition("quick  ")[2][:33] for line in table) == [
        "RuntimeError: what nobody foresaw",
        "apt-get install ocaml",
        "exit status 1: error: there is no",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--only", "no-such"], "--only 'no-such' matches no target and no environment of runs.toml"),
        (["--workers", "0"], "--workers must be at least 1, not 0"),
    ],
)
def test_what_makes_no_sense_is_said(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        regenerate.main(arguments)
    assert sentence in capsys.readouterr().err


def test_what_a_command_had_started_ends_with_its_time(tmp_path: Path) -> None:
    """Tox starts what hangs, and would leave it behind. A pipe that it holds shows how long it lives."""
    os.mkfifo(pipe := tmp_path / "pipe")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(subprocess.TimeoutExpired):
        environments.run(["sh", "-c", f"(echo begun; exec sleep 60) > {shlex.quote(str(pipe))} & sleep 60"], seconds=2)
    os.set_blocking(reader, True)
    with open(reader, "rb", buffering=0) as held:
        assert held.read(100) == b"begun\n"
        ready, _, _ = select.select([held], [], [], 30)
        assert ready, "it lives on"
        assert held.read(1) == b""
