"""A run that was ended goes on where it was, where it is the same run, and asks nothing again that held."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program
from conv2d_conformance.report.partial import AnotherRun
from conv2d_conformance.report.reading import read
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.writing import text_of
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.run import run
from conv2d_conformance.verifying import Finding, verify
from on_json import plain

RIGHT, WRONG = "reference-correlate", "conv2d_conformance.mutants.channels:bias_dropped"
ASKED: dict[str, Any] = {"effort": "quick", "only": "bias.*", "isolation": "none"}
MOMENT = 5
"""The checks after which a run is killed."""


def essence(report: Report) -> Any:
    """All but when it was, and how it went."""
    found = plain(report)
    del found["execution"]
    return found


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[bytes, Report]]:
    """What a run of a target leaves that is killed, and its report where it is not."""
    found: dict[str, tuple[bytes, Report]] = {}
    folder = tmp_path_factory.mktemp("whole")

    def of(target: str) -> tuple[bytes, Report]:
        if target not in found:
            left: list[bytes] = []
            output = folder / f"{len(found)}.json"

            def look(done: int, *_: object) -> None:
                if done == MOMENT and not left:
                    left.append(output.with_name(f"{output.name}.partial").read_bytes())

            report = run(Options(target=target, output=output, **ASKED), look)
            found[target] = left[0], report
        return found[target]

    return of


def resumed(output: Path, target: str, **options: Any) -> tuple[Report, list[str]]:
    """The report of a run that goes on, and the checks that it made."""
    names: list[str] = []
    asked = Options(target=target, output=output, resume=True, **ASKED | options)
    return run(asked, lambda _done, _all, name: names.append(name)), names[:-1]


@pytest.mark.parametrize("target", [RIGHT, WRONG])
@pytest.mark.parametrize("cut", [b"", b'{"check": "test_bias::test_ab'])
def test_a_killed_run_goes_on_and_reports_what_it_would_have(
    killed: Callable[[str], tuple[bytes, Report]], tmp_path: Path, target: str, cut: bytes
) -> None:
    left, whole = killed(target)
    output = tmp_path / "out.json"
    partial = tmp_path / "out.json.partial"
    partial.write_bytes(left + cut)
    held = [one["check"] for one in map(json.loads, left.splitlines()[1:]) if one["outcome"] == "pass"]
    report, names = resumed(output, target)
    assert held
    assert sorted((*held, *names)) == sorted(plain(whole)["checks"])
    assert essence(report) == essence(whole)
    assert verify(report) == Finding()
    incidents = plain(report)["execution"]["incidents"]
    assert f", was ended, and went on at {report.execution.started} after {len(held)} checks" in incidents[0]
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_several_processes_go_on_too(killed: Callable[[str], tuple[bytes, Report]], tmp_path: Path) -> None:
    left, whole = killed(RIGHT)
    (tmp_path / "out.json.partial").write_bytes(left.replace(b'"isolation":"none"', b'"isolation":"process"'))
    first = json.loads(left.splitlines()[0])["header"]["run"]
    if first["memory_gib"] is None:  # of a run without isolation nothing limits the memory
        text = (tmp_path / "out.json.partial").read_bytes().replace(b'"memory_gib":null', b'"memory_gib":8.0')
        (tmp_path / "out.json.partial").write_bytes(text)
    report, names = resumed(tmp_path / "out.json", RIGHT, isolation="process", workers=2)
    assert len(names) == len(plain(whole)["checks"]) - MOMENT
    assert plain(report)["requirements"] == plain(whole)["requirements"]


def test_what_is_killed_again_loses_nothing(killed: Callable[[str], tuple[bytes, Report]], tmp_path: Path) -> None:
    left, whole = killed(WRONG)
    output, partial = tmp_path / "out.json", tmp_path / "out.json.partial"
    partial.write_bytes(left)
    again: list[bytes] = []

    def look(*_: object) -> None:
        again.append(partial.read_bytes() if partial.exists() else b"")

    run(Options(target=WRONG, output=output, resume=True, **ASKED), look)
    assert again[0].startswith(left)
    output.unlink()
    partial.write_bytes(again[1])
    report, names = resumed(output, WRONG)
    assert essence(report) == essence(whole)
    assert "test_bias::test_absent" not in names


def left_with(left: bytes, record: bytes) -> bytes:
    """What a killed run left, if it had seen this record of a check."""
    name = json.loads(record)["check"]
    return b"\n".join(record if name.encode() in line else line for line in left.split(b"\n"))


@pytest.mark.parametrize("times", [1, 2])
def test_a_wrong_answer_stays_a_failure_though_the_next_ones_are_right(
    killed: Callable[[str], tuple[bytes, Report]], tmp_path: Path, times: int
) -> None:
    """Else, whoever ends a run and goes on until all holds has a certificate for what is wrong sometimes."""
    output, partial = tmp_path / "out.json", tmp_path / "out.json.partial"
    left = killed(RIGHT)[0]
    wrong = next(line for line in killed(WRONG)[0].splitlines()[1:] if json.loads(line)["outcome"] == "fail")
    partial.write_bytes(left_with(left, wrong))
    lefts: list[bytes] = []
    for _ in range(times):
        run(
            Options(target=RIGHT, output=output, resume=True, **ASKED),
            lambda done, of, name: lefts.append(partial.read_bytes()) if done == of and "once" not in name else None,
        )
        report = read(output)
        output.unlink()
        partial.write_bytes(lefts[-1])
    check = json.loads(wrong)["check"]
    broken = {entry.id for entry in report.requirements if entry.verdict == "fail"}
    assert broken == {entry.id for entry in report.requirements if check in entry.checks}
    assert report.conclusion.exit_status == 1
    assert verify(report) == Finding()
    said = "the check failed before the run was ended, and did not when it went on"
    assert plain(report)["execution"]["incidents"].count(f"{said} ({check})") == 1


def test_an_answer_that_comes_after_a_run_was_ended_counts(
    killed: Callable[[str], tuple[bytes, Report]], tmp_path: Path
) -> None:
    """The end of a run, or of its machine, ends the implementation, too."""
    left, whole = killed(RIGHT)
    wrong = next(line for line in killed(WRONG)[0].splitlines()[1:] if json.loads(line)["outcome"] == "fail")
    dead = wrong.replace(b'"outcome":"fail"', b'"outcome":"error"')
    (tmp_path / "out.json.partial").write_bytes(left_with(left, dead))
    report, _ = resumed(tmp_path / "out.json", RIGHT)
    assert essence(report) == essence(whole)
    said = "the check ended in an error before the run was ended, and did not when it went on"
    assert f"{said} ({json.loads(dead)['check']})" in plain(report)["execution"]["incidents"]


def test_what_came_to_its_end_is_not_asked_again(killed: Callable[[str], tuple[bytes, Report]], tmp_path: Path) -> None:
    output = tmp_path / "out.json"
    first, names = resumed(output, RIGHT)
    assert names
    assert resumed(output, RIGHT) == (first, [])
    assert read(output) == first
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    assert essence(first) == essence(killed(RIGHT)[1])


@pytest.mark.parametrize(("left_in", "goes_on"), [("2000", False), ("2999", True)])
def test_what_a_later_run_left_counts_more_than_an_older_report(
    killed: Callable[[str], tuple[bytes, Report]], tmp_path: Path, left_in: str, goes_on: bool
) -> None:
    """It may have seen a failure that the report does not have."""
    output, partial = tmp_path / "out.json", tmp_path / "out.json.partial"
    resumed(output, RIGHT)
    first, *others = killed(RIGHT)[0].splitlines(keepends=True)
    header = json.loads(first)
    header["header"]["execution"]["started"] = f"{left_in}-01-01T00:00:00Z"
    partial.write_bytes(json.dumps(header).encode() + b"\n" + b"".join(others))
    assert bool(resumed(output, RIGHT)[1]) == goes_on


def test_keeping_on_asks_what_a_run_that_gave_up_did_not(
    killed: Callable[[str], tuple[bytes, Report]], tmp_path: Path
) -> None:
    whole = killed(RIGHT)[1]
    output = tmp_path / "out.json"
    output.write_text(text_of(replace(whole, gave_up="20 checks in which the process died")))
    assert resumed(output, RIGHT)[1] == []
    assert resumed(output, RIGHT, keep_going=True)[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda h: h["run"].update(seed=5), "run.seed is 5 there and 0 here"),
        (lambda h: h["run"].update(target="x"), "run.target is x there and reference-correlate here"),
        (lambda h: h["run"].update(timeout_seconds=3.5), "run.timeout_seconds is 3.5 there and "),
        (lambda h: h["implementation"].update(version="7"), "implementation.version is 7 there and "),
        (lambda h: h["suite"].update(sources=64 * "0"), "suite.sources is 0000"),
        (lambda h: h["environment"]["packages"].update(numpy="9"), "environment.packages.numpy is 9 there and "),
    ],
)
def test_what_another_run_left_is_refused_and_stays(
    killed: Callable[[str], tuple[bytes, Report]],
    tmp_path: Path,
    change: Callable[[dict[str, Any]], object],
    said: str,
) -> None:
    first, *others = killed(RIGHT)[0].splitlines(keepends=True)
    header = json.loads(first)
    change(header["header"])
    text = json.dumps(header).encode() + b"\n" + b"".join(others)
    partial = tmp_path / "out.json.partial"
    partial.write_bytes(text)
    with pytest.raises(AnotherRun) as refusal:
        resumed(tmp_path / "out.json", RIGHT)
    assert refusal.value.sentence.startswith(f"{partial} is of another run: {said}")
    assert partial.read_bytes() == text


def test_what_is_no_run_is_refused_and_stays(tmp_path: Path) -> None:
    partial = tmp_path / "out.json.partial"
    partial.write_text("no\nrun\n")
    with pytest.raises(AnotherRun, match="is of no run"):
        resumed(tmp_path / "out.json", RIGHT)
    assert partial.read_text() == "no\nrun\n"


def test_standard_output_keeps_nothing_to_go_on_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(program, ["run", RIGHT, "--resume", "--output", "-"])
    assert (result.exit_code, result.output) == (
        2,
        "Error: standard output keeps nothing to go on from\nHint: name a file with --output FILE\n",
    )
