"""What commands write, and what they print beside it."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
from click.testing import Result

from conv2d_conformance.cli import program
from conv2d_conformance.cli.output_option import Page
from conv2d_conformance.report.validation import fault_of

ONE = ("run", "right.py:conv2d", "--only", "bias.absent", "--effort", "quick")
WRITERS = {
    "run": ("right.py:conv2d", "--output"),
    "compare": ("right.py:conv2d", "reference-direct", "--case", "n1c64h3w3 m1k3 normal:1", "--picture"),
    "initialisation": ("--effort", "quick", "--isolation", "none", "--dtype", "float32", "--plot"),
    "selftest": ("--only", "bias_dropped", "--matrix"),
    "sharpness": ("--output",),
    "variants": ("--only", "winograd-tiles-of-2", "--output"),
}


@pytest.fixture
def quick_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """`selftest`, `sharpness` and `variants` find something in no time."""
    from conv2d_conformance.selftest import distinct, kills
    from conv2d_conformance.sharpness import measurement
    from conv2d_conformance.sharpness.measurement import Sight
    from conv2d_conformance.variants import alarms

    met = [kills.Encounter("bias_dropped", "bias.added", "test_bias::test_added", True, 1, 0.1, "c1h1w1 m1k1")]
    monkeypatch.setattr(kills, "run", lambda **_: met)
    monkeypatch.setattr(distinct, "alike", lambda *_, **__: [])
    monkeypatch.setattr(measurement, "measure", lambda *_, **__: {"quick": {("float32", 64): Sight(1, 4, {}, {})}})
    monkeypatch.setattr(alarms, "run", lambda *_, **__: None)


def test_every_option_that_names_a_file_to_write_is_found_by_the_one_function() -> None:
    files = {
        (name, parameter.opts[0])
        for name, command in program.commands.items()
        for parameter in command.params
        if isinstance(parameter, click.Option) and parameter.metavar == "FILE" and parameter.opts != ["--deviations"]
    }
    pages = {
        (name, parameter.opts[0])
        for name, command in program.commands.items()
        for parameter in command.params
        if isinstance(parameter.type, Page)
    }
    read_again = {("selftest", "--resume"), ("variants", "--resume")}
    of_reports = {("merge", "-o")}  # which needs the parts of a run: tests/report/test_merging.py
    assert files == pages == {(name, words[-1]) for name, words in WRITERS.items()} | read_again | of_reports


@pytest.mark.parametrize("nothing_kept", ["-", "/dev/null"])
@pytest.mark.parametrize(
    "words", [("variants", "--only", "winograd-tiles-of-2"), ("selftest", "--only", "bias_dropped")]
)
def test_what_a_search_goes_on_from_is_a_file_that_keeps_what_it_is_given(
    invoke: Callable[..., Result], words: tuple[str, ...], nothing_kept: str
) -> None:
    result = invoke(*words, "--resume", nothing_kept)
    assert result.exit_code == 2
    assert "keeps nothing" in result.stderr


@pytest.mark.parametrize("command", WRITERS)
def test_what_cannot_be_written_is_told_before_the_work(
    invoke: Callable[..., Result], folder: Path, command: str
) -> None:
    option = WRITERS[command][-1]
    before = sorted(folder.iterdir())
    for name, sentence in {
        "no/x": "no/x cannot be written: there is no folder no",
        "": "an empty name names no file",
    }.items():
        result = invoke(command, *WRITERS[command], name)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"Error: {sentence}\nHint: ")
        assert f" {option} FILE" in result.stderr
    assert sorted(folder.iterdir()) == before


@pytest.mark.usefixtures("quick_work")
@pytest.mark.parametrize("command", [name for name in WRITERS if name != "run"])
def test_a_page_that_cannot_be_written_after_the_work_is_kept_elsewhere(
    invoke: Callable[..., Result], folder: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    (folder / "elsewhere").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder / "elsewhere"))
    result = invoke(command, *WRITERS[command], "/dev/full")
    kept = list((folder / "elsewhere").iterdir())
    assert len(kept) == 1
    assert result.exit_code == 3
    assert result.stderr == (
        f"Error: /dev/full could not be written: no space is left on its device\nHint: it was kept in {kept[0]}\n"
    )
    monkeypatch.undo()
    monkeypatch.chdir(folder)
    assert kept[0].read_text(encoding="utf-8").startswith(("# ", "<svg"))


@pytest.mark.usefixtures("quick_work")
@pytest.mark.parametrize("command", [name for name in WRITERS if name != "run"])
def test_a_page_on_standard_output_is_alone_there(invoke: Callable[..., Result], command: str) -> None:
    result = invoke(command, *WRITERS[command], "-")
    assert result.exit_code in (0, 1)
    if command in ("compare", "initialisation"):
        assert ElementTree.fromstring(result.stdout).tag.endswith("svg")
    else:
        assert result.stdout.startswith("# ")
        assert "Error" not in result.stderr
    assert ("no test raises an alarm" in result.stderr) == (command == "initialisation")


def test_a_report_on_standard_output_is_alone_there(invoke: Callable[..., Result], folder: Path) -> None:
    before = sorted(folder.iterdir())
    result = invoke(*ONE, "--output", "-")
    report = json.loads(result.stdout)
    assert fault_of(report) is None
    lines = result.stderr.splitlines()
    assert lines[-1] == report["conclusion"]["headline"]
    assert "report    standard output" in lines
    assert sorted(path for path in folder.iterdir() if path.name != "__pycache__") == before


def test_a_report_is_named_by_its_kind_and_another_kind_is_refused(invoke: Callable[..., Result], folder: Path) -> None:
    name = "conv2d-right.py-conv2d-quick-only-bias.absent.json"
    assert invoke(*ONE).exit_code == 4
    text = (folder / name).read_text(encoding="utf-8")
    assert fault_of(json.loads(text)) is None
    for word, told in (("--seed", "seed is 0, not 1"), ("--isolation", "isolation is process, not none")):
        result = invoke(*ONE, word, told.split()[-1], "--output", name)
        assert result.exit_code == 2
        assert result.stderr == (
            f"Error: {name} has the report of another run: its {told}\n"
            "Hint: name another file with --output FILE, or remove that one\n"
        )
    assert (folder / name).read_text(encoding="utf-8") == text


def test_a_report_that_cannot_be_written_after_the_run_is_kept_elsewhere_and_shown(
    invoke: Callable[..., Result], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "elsewhere").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder / "elsewhere"))
    result = invoke(*ONE, "--output", "/dev/full")
    (kept,) = (folder / "elsewhere").glob("full-*")
    report = json.loads(kept.read_text(encoding="utf-8"))
    assert result.exit_code == 3
    assert f"report    {kept}" in result.stdout.splitlines()
    assert result.stdout.splitlines()[-1] == report["conclusion"]["headline"]
    assert result.stderr.splitlines() == [
        "Error: /dev/full could not be written: no space is left on its device",
        f"Hint: it was kept in {kept}",
    ]
