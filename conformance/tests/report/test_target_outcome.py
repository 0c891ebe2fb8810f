"""What a program reads of a target: the form that ships, and what is told first."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from importlib.resources import files
from inspect import cleandoc
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from conv2d_conformance.report.target_outcome import (
    FirstFailure,
    OutcomeWord,
    TargetOutcome,
    outcome_of,
    without_verdict,
    worst_status,
)
from conv2d_conformance.typed_json import as_json
from on_json import assemble, report_of


def test_the_schema_that_ships_is_that_of_the_type() -> None:
    text = files("conv2d_conformance").joinpath("report", "target-outcome.json").read_text(encoding="utf-8")
    shipped = json.loads(text)
    assert shipped.pop("$schema").startswith("https://json-schema.org/")
    assert shipped.pop("title")
    assert shipped == without_indents(msgspec.json.schema(TargetOutcome))


def without_indents(schema: dict[str, Any]) -> Any:
    """A schema whose descriptions are docstrings without their indents, which old versions of msgspec leave."""

    def cleaned(item: dict[str, Any]) -> dict[str, Any]:
        return {name: cleandoc(value) if name == "description" else value for name, value in item.items()}

    return json.loads(json.dumps(schema), object_hook=cleaned)


def test_what_breaks_a_must_is_told_first(report: dict[str, Any]) -> None:
    found = outcome_of(report_of(report), place="out.json", seconds=1.23456)
    assert (found.outcome, found.exit_status, found.seconds, found.report) == ("not conforming", 1, 1.235, "out.json")
    assert found.failure is not None
    assert (found.failure.requirement, found.failure.level) == ("bias.added", "MUST")
    assert found.failure.replay.startswith("conv2d-conformance replay 'n1c1h1w1")
    assert json.loads(json.dumps(as_json(found)))["failure"]["required"] == "1, exactly"


def test_what_decides_nothing_is_told_where_nothing_else_fails(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    capabilities = {**report_header["implementation"]["capabilities"], "validation": True}
    implementation = {**report_header["implementation"], "capabilities": capabilities}
    run = {**report_header["run"], "only": "*"}
    broken = {
        **records[1],
        "check": "test_validation::test_whole_floats",
        "failure": {**records[1]["failure"], "case": "a"},
    }
    header = {**report_header, "implementation": implementation, "run": run}
    for more, requirement in ([], "validation.whole-floats"), ([records[1]], "bias.added"):
        found = outcome_of(report_of(assemble(header, [broken, *more], complete=False)), place="", seconds=0)
        assert found.outcome == "interrupted"
        assert found.failure is not None
        assert found.failure.requirement == requirement


def test_who_breaks_nothing_is_not_called_nonconforming_for_a_stale_deviation(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    stale = {"requirement": "bias.absent", "reason": "known", "issue": "https://example.org/1"}
    found = {}
    for name, some in (("right", records[3:4]), ("wrong", records[1:4])):
        only = {**report_header["run"], "only": "bias.absent" if name == "right" else "bias.a*"}
        made = assemble({**report_header, "run": only, "deviations": [stale]}, some, complete=True)
        found[name] = outcome_of(report_of(made), place="", seconds=0)
    assert found["right"].headline == "no certificate: stale deviations, which do not fail: bias.absent"
    assert (found["right"].outcome, found["right"].exit_status) == ("no certificate", 1)
    assert (found["wrong"].outcome, found["wrong"].exit_status) == ("not conforming", 1)


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [([], 0), ([0, 0], 0), ([0, 4], 4), ([4, 1], 1), ([1, 2], 2), ([2, 3, 1], 3), ([3, 130], 130)],
)
def test_no_verdict_is_worse_than_a_bad_one(statuses: list[int], worst: int) -> None:
    assert worst_status(statuses) == worst


def test_who_has_no_report_has_a_sentence() -> None:
    found = without_verdict("x", "it is not there", "", status=3, seconds=0)
    assert (found.outcome, found.hint, found.failure, found.report) == ("no verdict", None, None, None)
    assert without_verdict("x", "interrupted", "", status=130, seconds=0).outcome == "interrupted"


def test_the_page_names_every_value() -> None:
    page = (Path(__file__).parents[3] / "docs" / "many.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert {item.name for kind in (TargetOutcome, FirstFailure) for item in fields(kind)} <= named
    words = re.findall(r"`([a-z ]+)`", next(row for row in rows if row.startswith("| `outcome`")))
    assert set(words) - {"outcome"} == set(get_args(OutcomeWord))
