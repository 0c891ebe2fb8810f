"""What `diff` says of two reports, one of which was changed in a single respect."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conv2d_conformance.changes import ReportChange, changes_between
from conv2d_conformance.cli import program
from conv2d_conformance.report.reading import read
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.writing import text_of

RESULTS = Path(__file__).parents[3] / "results"
OLD = read(next(RESULTS.glob("reference-correlate/*/linux-x86_64.json")))
NAME = next(entry.id for entry in OLD.requirements if entry.verdict == "pass" and entry.level == "MUST")
FAILURE = read(next(RESULTS.glob("torch/2.13.0*/linux-x86_64-onednn=off.json"))).failures[0]


def with_verdict(verdict: Any, *, report: Report = OLD) -> Report:
    failure = FAILURE if verdict == "fail" else None
    entries = [replace(one, verdict=verdict, failure=failure) if one.id == NAME else one for one in report.requirements]
    return replace(report, requirements=tuple(entries))


def without_it(report: Report = OLD) -> Report:
    return replace(report, requirements=tuple(one for one in report.requirements if one.id != NAME))


def of_other_edition(report: Report) -> Report:
    return replace(report, spec=replace(report.spec, edition="3", digest="0"))


@pytest.mark.parametrize(
    ("old", "new", "direction"),
    [
        (with_verdict("pass"), with_verdict("fail"), "worse"),
        (with_verdict("pass"), with_verdict("error"), "worse"),
        (with_verdict("pass"), with_verdict("not reached"), "worse"),
        (with_verdict("pass"), with_verdict("unsupported"), "worse"),
        (with_verdict("fail"), with_verdict("unsupported"), "worse"),
        (with_verdict("unsupported"), with_verdict("fail"), "worse"),
        (with_verdict("not reached"), with_verdict("fail"), "worse"),
        (OLD, without_it(), "worse"),
        (with_verdict("fail"), with_verdict("pass"), "better"),
        (with_verdict("not reached"), with_verdict("pass"), "better"),
        (with_verdict("unsupported"), with_verdict("pass"), "appeared"),
        (with_verdict("fail"), with_verdict("error"), "changed"),
        (without_it(), OLD, "appeared"),
        (without_it(), with_verdict("fail"), "worse"),
        (OLD, of_other_edition(without_it()), "vanished"),
        (with_verdict("unsupported"), without_it(), "vanished"),
    ],
)
def test_a_verdict_that_changes_has_a_direction(old: Report, new: Report, direction: str) -> None:
    (change,) = (change for change in changes_between(old, new).changes if change.kind == "verdict")
    assert (change.direction, change.subject, change.level) == (direction, NAME, "MUST")


def test_a_report_differs_in_nothing_from_itself() -> None:
    found = changes_between(OLD, OLD)
    assert not found.changes
    assert not found.unequal
    assert found.unchanged == len(OLD.requirements)


def graded(grade: str | None, *, exact: bool = True, share: float = 0.5) -> Report:
    accuracy = OLD.accuracy["float32"]
    assert accuracy.worst is not None
    worst = replace(accuracy.worst, share_of_bound=share)
    return replace(OLD, accuracy={"float32": replace(accuracy, grade=grade, exact_where_exact=exact, worst=worst)})


@pytest.mark.parametrize(
    ("old", "new", "direction", "kind"),
    [
        (graded("A"), graded("A-tc"), "worse", "accuracy"),
        (graded("A-tc"), graded("A"), "better", "accuracy"),
        (graded("C"), graded(None), "worse", "accuracy"),
        (graded("A"), graded("A", exact=False), "worse", "accuracy"),
        (graded("A"), graded("A", share=0.7), "changed", "margin"),
        (graded("A"), replace(OLD, accuracy={}), "vanished", "accuracy"),
        (replace(OLD, accuracy={}), graded("A"), "appeared", "accuracy"),
    ],
)
def test_an_accuracy_that_changes_has_a_direction(old: Report, new: Report, direction: str, kind: str) -> None:
    (change,) = changes_between(old, new).changes
    assert (change.direction, change.kind, change.subject) == (direction, kind, "float32")


def test_a_certificate_that_is_lost_or_limited_is_worse() -> None:
    def concluded(*limits: str, conforming: bool = False) -> Report:
        return replace(OLD, conclusion=replace(OLD.conclusion, conforming=conforming, within_limits=limits or None))

    whole, none = concluded(conforming=True), concluded()
    limited, more = concluded("KH == KW"), concluded("KH == KW", "N == 1")
    directions = (
        (whole, none, "worse"),
        (whole, limited, "worse"),
        (limited, none, "worse"),
        (limited, more, "worse"),
        (limited, concluded("N == 1"), "worse"),
        (more, limited, "better"),
        (limited, whole, "better"),
        (none, limited, "better"),
    )
    for old, new, direction in directions:
        (change,) = changes_between(old, new).changes
        assert (change.kind, change.direction) == ("outcome", direction)


def test_a_fingerprint_that_changes_is_neither_better_nor_worse() -> None:
    assert OLD.fingerprint is not None
    dtype, of_dtype = next(iter(OLD.fingerprint.dtypes.items()))
    shape, of_shape = next((name, one) for name, one in of_dtype.shapes.items() if one.findings)
    probe, finding = next(iter(of_shape.findings.items()))
    other = replace(of_shape, findings={**of_shape.findings, probe: replace(finding, words="otherwise")})
    changed = replace(of_dtype, shapes={**of_dtype.shapes, shape: other})
    new = replace(OLD, fingerprint=replace(OLD.fingerprint, dtypes={**OLD.fingerprint.dtypes, dtype: changed}))
    assert changes_between(OLD, new).changes == (
        ReportChange("changed", "fingerprint", f"{dtype}, {shape}, {probe}", finding.words, "otherwise"),
    )


def test_what_was_not_the_same_in_both_runs_is_said() -> None:
    new = replace(OLD, run=replace(OLD.run, effort="thorough", seed=7, profile="layer", only="bias.*"))
    told = [sentence.partition(":")[0] for sentence in changes_between(OLD, of_other_edition(new)).unequal]
    assert told == ["edition", "profile", "effort", "seed", "selection"]


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, Report], str]:
    def at(name: str, report: Report) -> str:
        (tmp_path / name).write_text(text_of(report))
        return str(tmp_path / name)

    return at


@pytest.mark.parametrize("format", ["text", "markdown", "json"])
def test_a_regression_is_told_and_ends_with_1(written: Callable[[str, Report], str], format: str) -> None:
    old, new = written("old.json", OLD), written("new.json", with_verdict("fail"))
    worse = CliRunner().invoke(program, ["diff", old, new, "--format", format])
    assert worse.exit_code == 1
    assert NAME.replace("_", "\\_") in worse.output
    better = CliRunner().invoke(program, ["diff", new, old, "--format", format])
    assert better.exit_code == 0
    if format == "json":
        assert json.loads(better.output)["changes"][0]["direction"] == "better"


def test_markdown_keeps_hostile_names_in_their_cells(written: Callable[[str, Report], str]) -> None:
    hostile = replace(OLD, implementation=replace(OLD.implementation, name="<img src=x>|`a`"))
    old, new = written("old.json", OLD), written("new.json", hostile)
    output = CliRunner().invoke(program, ["diff", old, new, "--format", "markdown"]).output
    assert "\\<img src=x\\>\\|\\`a\\`" in output
    assert "<img" not in output.replace("\\<img", "")


def test_a_file_that_is_no_report_is_told_in_a_sentence(written: Callable[[str, Report], str], tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{}")
    told = CliRunner().invoke(program, ["diff", written("old.json", OLD), str(tmp_path / "no.json")])
    assert told.exit_code == 2
    assert "is not a report of conv2d-conformance" in told.output
