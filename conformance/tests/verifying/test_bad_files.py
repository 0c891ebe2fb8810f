"""Every command that reads a report says in one sentence that a file is damaged, huge, or of another kind."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from conv2d_conformance.cli import program
from conv2d_conformance.report import reading

Report = dict[str, Any]

GOOD, BAD, FOLDER = "good.json", "bad.json", "folder"
COMMANDS = (
    ("badge", BAD),
    ("deviations", "--from", BAD, "--issue", "https://example.org/1"),
    ("diff", BAD, GOOD),
    ("diff", GOOD, BAD),
    ("merge", GOOD, BAD, "-o", "merged.json"),
    ("site", FOLDER, "-o", "pages"),
    ("summary", BAD),
    ("summary", GOOD, BAD, "--format", "markdown"),
    ("verify", BAD),
)
OTHER_PATHS = {"export.folder", "fuzz.corpus", "run.deviations", "site.folder", "verify.sign", "verify.verify_key"}
"""Parameters that are paths and no reports."""

STATUSES = {"verify": {1, 2}}
"""`verify` finds fault with a report of another form, which is no report to the other commands."""


def nested(depth: int) -> bytes:
    return b'{"requirements": ' + b"[" * depth + b"]" * depth + b"}"


def changed(report: Report, *places: Any, to: Any) -> bytes:
    other = copy.deepcopy(report)
    holder: Any = other
    for place in places[:-1]:
        holder = holder[place]
    holder[places[-1]] = to
    return json.dumps(other).encode()


def with_more(report: Report, more: str) -> bytes:
    return json.dumps(report).encode()[:-1] + f", {more}}}".encode()


KINDS: dict[str, Callable[[Report], bytes | None]] = {
    "absent": lambda _: None,
    "empty": lambda _: b"",
    "no text": lambda _: b"\x89PNG\r\n\x1a\n\xff\xfe",
    "of another encoding": lambda report: json.dumps(report).encode("utf-16"),
    "truncated": lambda report: json.dumps(report).encode()[:-400],
    "nested deeply": lambda _: nested(200_000),
    "nested as deeply as can be read": lambda _: nested(900),
    "with a key twice": lambda report: with_more(report, '"complete": true'),
    "with NaN": lambda report: changed(report, "judged_cases", to=float("nan")),
    "with a number that is too long": lambda report: with_more(report, f'"n": {"9" * 5000}'),
    "with halves of letters": lambda report: changed(report, "run", "profile", to="\ud800\x1b[31m\n"),
    "of another program": lambda _: b'{"version": 1, "requirements": [{"id": "numpy", "version": "2.0"}]}',
    "of later times": lambda report: changed(report, "schema_version", to=2),
    "a list": lambda _: b"[1, 2]",
    "a number": lambda _: b"7",
    "two reports": lambda report: 2 * json.dumps(report).encode(),
    "with a text for a list": lambda report: changed(report, "requirements", to="all of them"),
    "with a list for a number": lambda report: changed(report, "requirements", 0, "cases", to=[1]),
    "with claims that nobody can have": lambda report: changed(
        report, "implementation", "capabilities", "grades", to={"float64": "R-tf32"}
    ),
    "huge": lambda _: b"[" + b"1," * (1 << 20),
    "huge and blank": lambda _: b" " * (1 << 21),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(reading, "LARGEST", 1 << 20)
    (tmp_path / FOLDER).mkdir()
    return tmp_path


def invoke(*words: str) -> Result:
    return CliRunner().invoke(program, words)


def told(result: Result) -> str:
    return result.stderr + result.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_report_is_told_in_a_sentence_by_every_command(
    folder: Path, failing_run: tuple[Path, Report], kind: str
) -> None:
    (folder / GOOD).write_text(json.dumps(failing_run[1]))
    if (content := KINDS[kind](failing_run[1])) is not None:
        (folder / BAD).write_bytes(content)
        (folder / FOLDER / BAD).write_bytes(content)
    for words in COMMANDS:
        result = invoke(*words)
        assert result.exit_code in STATUSES.get(words[0], {2}), (words, told(result))
        sentence, *others = told(result).splitlines()
        assert all(line.startswith("Hint: ") for line in others), (words, told(result))
        assert (BAD in told(result)) == ((words[0], kind) != ("site", "absent")), (words, told(result))
        assert sentence.isprintable()
        assert len(told(result)) < 1_000
    assert not (folder / "pages").exists()


def test_a_failure_that_is_no_case_ends_no_command(folder: Path, failing_run: tuple[Path, Report]) -> None:
    """It has the form of a report: the others show what it says, and `verify` finds fault with it."""
    report = copy.deepcopy(failing_run[1])
    failure = next(entry["failure"] for entry in report["requirements"] if entry["failure"])
    failure.update(case="no case", got="nan at y[0,0,0,0]; 1 of 1 elements are wrong", diagnosis=None)
    (folder / GOOD).write_text(json.dumps(failing_run[1]))
    for path in (folder / BAD, folder / FOLDER / BAD):
        path.write_text(json.dumps(report))
    results = {words: invoke(*words) for words in COMMANDS}
    assert not any("the suite itself failed" in told(result) for result in results.values())
    statuses = {words[0]: result.exit_code for words, result in results.items() if result.exit_code}
    assert statuses == {"verify": 1, "merge": 2}  # what is whole is merged with nothing


def test_no_command_that_reads_a_report_is_left_out() -> None:
    paths = {
        f"{name}.{parameter.name}"
        for name, command in program.commands.items()
        for parameter in command.params
        if isinstance(parameter.type, click.Path)
    }
    assert {path.partition(".")[0] for path in paths - OTHER_PATHS} == {words[0] for words in COMMANDS}
