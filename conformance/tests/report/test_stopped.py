"""A run that ended at the first broken MUST is not taken for a complete one; what decides nothing may be left out."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance.report.console import console
from conv2d_conformance.report.stopping import is_decided, left_out
from conv2d_conformance.report.validation import fault_of
from conv2d_conformance.verdict.fault_sentences import REFUSED
from on_json import assemble, in_short, report_of, results_page, show
from on_json import junit_page as junit

Json = dict[str, Any]
DECLARED = {"requirement": "bias.added", "reason": "known", "issue": "https://example.org/1"}
HEADLINE = (
    "not conforming: stopped at the first broken MUST; 1 requirement broken (bias.added), 3 requirements not reached"
)


def to_stop(header: Json, stop: str, only: str = "bias.*") -> Json:
    return {**header, "run": {**header["run"], "stop": stop, "only": only}}


@pytest.fixture
def stopped(report_header: Json, records: list[Json]) -> Json:
    """A report of a run that ended with the first check of the bias."""
    return assemble(to_stop(report_header, "first"), records[:2], complete=False, stopped=True)


def test_it_is_neither_complete_nor_interrupted(stopped: Json) -> None:
    assert fault_of(stopped) is None
    assert (stopped["complete"], stopped["stopped"]) == (False, True)
    assert stopped["conclusion"]["headline"] == HEADLINE
    assert stopped["conclusion"]["no_certificate"] == ["stopped", "broken", "not reached", "selection"]
    assert (stopped["conclusion"]["conforming"], stopped["conclusion"]["exit_status"]) == (False, 1)
    assert not report_of(stopped).is_interrupted


def test_every_form_says_that_it_was_stopped(stopped: Json) -> None:
    stream = io.StringIO()
    show(stopped, Path("out.json"), console(stream))
    assert "stopped   at the first broken MUST; without --stop first, the rest is asked too\n" in stream.getvalue()
    assert stream.getvalue().endswith(f"{HEADLINE}\n".replace("requirements not reached", "requirements\nnot reached"))
    assert HEADLINE.replace("_", "\\_") in results_page({"x.json": stopped}).replace("\\", "")
    assert in_short(stopped)["stopped"] is True
    assert HEADLINE in junit({"x.json": stopped})


@pytest.mark.parametrize(
    ("change", "decided"),
    [
        ({}, True),
        ({"outcome": "error"}, True),
        ({"outcome": "pass", "failure": None}, False),
        ({"outcome": "pass", "failure": None, "breaches": ["the adapter imports the reference"]}, True),
    ],
)
def test_a_broken_must_or_rule_decides(report_header: Json, records: list[Json], change: Json, decided: bool) -> None:
    records[1].update(change)
    assert is_decided(report_of(assemble(report_header, records[:2], complete=False))) is decided


def test_a_broken_rule_is_named_where_no_must_is_broken(report_header: Json, records: list[Json]) -> None:
    records[0]["breaches"] = ["the adapter imports the reference"]
    made = assemble(to_stop(report_header, "first"), records[:1], complete=False, stopped=True)
    assert made["conclusion"]["headline"].startswith(
        "not conforming: stopped at the first broken rule for adapters; the adapter imports the reference, which no "
        "adapter may do, "
    )
    stream = io.StringIO()
    show(made, Path("out.json"), console(stream))
    assert "first broken MUST" not in stream.getvalue()


def test_what_is_declared_is_not_told_as_what_ended_it(report_header: Json, records: list[Json]) -> None:
    header = {**to_stop(report_header, "first"), "deviations": [DECLARED]}
    told = []
    for breaches in ([], ["the adapter imports the reference"]):
        records[2]["breaches"] = breaches
        made = assemble(header, records[:3], complete=False, stopped=True)
        told.append(made["conclusion"]["headline"])
    assert "; 1 requirement broken (bias.per-channel), " in told[0]
    assert "; the adapter imports the reference, which" in told[1]


def test_a_refusal_of_what_is_declared_is_not_told_as_a_broken_must(report_header: Json, records: list[Json]) -> None:
    header = {**to_stop(report_header, "first", only="*"), "deviations": [DECLARED]}
    refused = {**records[1]["failure"], "got": f"{REFUSED}E: no bias", "explained_by": "bias.added"}
    ended = {**records[1], "check": "test_stride::test_steps", "failure": refused}
    made = assemble(header, [ended], complete=False, stopped=True)
    assert is_decided(report_of(made))
    told = "stopped at the first broken MUST; no answer for stride.steps, as legal calls were refused, "
    assert told in made["conclusion"]["headline"]


def test_what_is_seen_beside_an_answer_decides_too(report_header: Json, records: list[Json]) -> None:
    header = to_stop(report_header, "first", only="*")
    records[0]["observed"] = {"determinism.global-state-unchanged": records[1]["failure"]}
    assert is_decided(report_of(assemble(header, records[:1], complete=False)))


def test_what_is_declared_decides_nothing(report_header: Json, records: list[Json]) -> None:
    header = {**report_header, "deviations": [DECLARED]}
    assert not is_decided(report_of(assemble(header, records[:2], complete=False)))
    assert is_decided(report_of(assemble(header, records[:3], complete=False)))


def test_a_should_decides_nothing(report_header: Json, records: list[Json]) -> None:
    capabilities = {**report_header["implementation"]["capabilities"], "validation": True}
    implementation = {**report_header["implementation"], "capabilities": capabilities}
    header = {**to_stop(report_header, "first", only="*"), "implementation": implementation}
    broken = {**records[1], "check": "test_validation::test_whole_floats"}
    report = assemble(header, [broken], complete=False)
    assert [entry["id"] for entry in report["requirements"] if entry["verdict"] == "fail"] == [
        "validation.whole-floats"
    ]
    assert not is_decided(report_of(report))


def test_only_what_decides_nothing_is_left_out() -> None:
    assert left_out("never") == left_out("first") == frozenset()
    assert "test_validation::test_whole_floats" in left_out("must")
    assert "test_values::test_definition" not in left_out("must")
    assert "test_numerics::test_grade" not in left_out("must")


def test_what_was_left_out_is_not_reached_and_no_error(report_header: Json, records: list[Json]) -> None:
    capabilities = {**report_header["implementation"]["capabilities"], "validation": True}
    implementation = {**report_header["implementation"], "capabilities": capabilities}
    verdicts = {}
    for stop in ("never", "must"):
        header = {**to_stop(report_header, stop, only="validation.whole-floats"), "implementation": implementation}
        made = assemble(header, records, complete=True)
        (entry,) = made["requirements"]
        verdicts[stop] = entry["verdict"]
        case = ET.fromstring(junit({"out.json": made}))[0][0]
        skipped = case.find("skipped")
        assert skipped is not None
        assert (skipped.get("message") == "left out: SHOULD decides nothing") == (stop == "must")
    assert verdicts == {"never": "error", "must": "not reached"}
