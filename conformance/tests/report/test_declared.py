"""One rule for what is declared: on the console, in the exit status, in JUnit and in JSON."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance.report.console import console
from on_json import assemble, in_short, show
from on_json import junit_page as junit

BROKEN = ("bias.added", "bias.per-channel", "bias.in-padding-only-windows")
"""What fails in the invented records: two by a wrong answer, the third by a crash."""


def declared(header: dict[str, Any], records: list[dict[str, Any]], *names: str, **changes: Any) -> dict[str, Any]:
    deviations = [{"requirement": name, "reason": f"why {name}", "issue": "https://e.org/1"} for name in names]
    run = {**header["run"], **changes}
    found: dict[str, Any] = assemble({**header, "run": run, "deviations": deviations}, records, complete=True)
    return found


def text_of(report: dict[str, Any]) -> str:
    stream = io.StringIO()
    show(report, Path("out.json"), console(stream))
    return " ".join(stream.getvalue().split())


def failing(report: dict[str, Any]) -> list[str]:
    suite = ET.fromstring(junit({"out.json": report}))[0]
    found = [case.get("name") for case in suite if case.find("failure") is not None or case.find("error") is not None]
    assert int(suite.get("failures", 0)) + int(suite.get("errors", 0)) == len(found)
    return [str(name) for name in found]


def message(report: dict[str, Any], name: str) -> str:
    suite = ET.fromstring(junit({"out.json": report}))[0]
    (case,) = (case for case in suite if case.get("name") == name)
    return str(case[0].get("message"))


def test_where_all_is_declared_nothing_breaks_a_build_and_nothing_conforms(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:

    report = declared(report_header, records, *BROKEN)
    conclusion = report["conclusion"]
    assert (conclusion["exit_status"], conclusion["conforming"]) == (0, False)
    assert conclusion["headline"] == "not conforming: 3 requirements broken as declared, and nothing else"
    assert failing(report) == []
    assert message(report, "bias.added").startswith("fail, as declared: why bias.added (https://e.org/1); got 0 at y")
    assert message(report, "bias.in-padding-only-windows").startswith("error, as declared: why bias.in-padding")
    assert in_short(report)["declared"] == sorted(BROKEN)
    assert text_of(report).count("declared bias.") == 3
    report["requirements"][0]["level"] = "SHOULD"
    assert message(report, "bias.added").startswith(
        "fail, as declared: why bias.added (https://e.org/1); SHOULD decides"
    )


def test_what_is_not_declared_breaks_it_and_is_told_apart(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    report = declared(report_header, records, "bias.added")
    assert report["conclusion"]["exit_status"] == 1
    assert report["conclusion"]["headline"] == (
        "not conforming: 2 requirements broken (bias.per-channel, bias.in-padding-only-windows), "
        "and 1 requirement broken as declared"
    )
    assert failing(report) == ["bias.per-channel", "bias.in-padding-only-windows", "conclusion"]
    assert in_short(report)["declared"] == ["bias.added"]


@pytest.mark.parametrize(
    ("claimed", "why"),
    [
        (True, "bias.added, which holds: the deviation is stale"),
        (False, "bias.added, which is not claimed and so cannot fail: the deviation is stale"),
    ],
)
def test_what_does_not_fail_is_stale_everywhere(
    report_header: dict[str, Any], records: list[dict[str, Any]], claimed: bool, why: str
) -> None:
    """Where it is not claimed, it could hide that a claim was given up."""
    for record in records:
        record.update(outcome="pass", failure=None)
    claims = {**report_header["implementation"]["capabilities"], "bias": claimed}
    header = {**report_header, "implementation": {**report_header["implementation"], "capabilities": claims}}
    report = declared(header, records, "bias.added")
    assert report["conclusion"]["stale_deviations"] == ["bias.added"]
    assert report["conclusion"]["exit_status"] == 1
    assert report["conclusion"]["headline"] == "no certificate: stale deviations, which do not fail: bias.added"
    assert failing(report) == ["conclusion"]
    assert f"declared {why}" in text_of(report)


@pytest.mark.parametrize("name", ["stride.steps", "gradients.bound"])
def test_what_a_run_does_not_select_is_neither_stale_nor_declared(
    report_header: dict[str, Any], records: list[dict[str, Any]], name: str
) -> None:
    report = declared(report_header, records, *BROKEN, name)
    assert report["conclusion"]["exit_status"] == 0
    assert report["conclusion"]["stale_deviations"] == []
    assert in_short(report)["declared"] == sorted(BROKEN)
    assert f"declared {name}, which this run did not select, so that it may fail or not" in text_of(report)


def test_junit_breaks_a_build_where_the_exit_status_does(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    """Whatever the reason is: what is broken, missing, forbidden, or that nothing was judged."""
    for record in records:
        record.update(outcome="pass", failure=None)
    right = declared(report_header, records)
    # A selection earns no certificate, though nothing is broken.
    assert (right["conclusion"]["exit_status"], failing(right)) == (4, ["conclusion"])
    claims = {**report_header["implementation"]["capabilities"], "groups": False}
    partial = {**report_header, "implementation": {**report_header["implementation"], "capabilities": claims}}
    found = assemble(partial, records, complete=True)
    assert (found["conclusion"]["headline"], failing(found)) == ("partial: no groups", ["conclusion"])
    records[1]["breaches"] = ["the implementation does what it must not"]
    assert failing(assemble(report_header, records, complete=True)) == ["conclusion"]
    nothing = assemble({**report_header, "run": {**report_header["run"], "only": "padding.same-*"}}, [], complete=True)
    assert (nothing["conclusion"]["exit_status"], failing(nothing)) == (4, ["conclusion"])


def test_no_line_says_that_all_holds_beside_a_failure_of_level_should(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    for record in records:
        record.update(outcome="pass", failure=None)
    failure: dict[str, Any] = {
        "outcome": "fail",
        "failure": {"case": "n1c1h1w1 m1k1", "got": "a", "required": "b", "first_case": "c"},
    }
    failure["failure"] |= {"after": [], "diagnosis": None, "failed_repetitions": 5, "repetitions": 5}
    records.append({**records[0], **failure, "check": "test_validation::test_whole_floats"})
    run = {**report_header["run"], "only": "validation.whole-floats"}
    claims = {**report_header["implementation"]["capabilities"], "validation": True}
    implementation = {**report_header["implementation"], "capabilities": claims}
    whole = {**report_header, "implementation": implementation, "run": run}
    report = assemble(whole, records, complete=True)
    assert report["conclusion"]["headline"].startswith("no MUST is selected that is claimed (validation.whole-floats)")
    assert "1 fail, of which 1 of level SHOULD decides nothing" in text_of(report)


def by_glob(glob: str, *names: str) -> dict[str, Any]:
    return {"requirement": glob, "reason": f"why {glob}", "issue": "https://e.org/1", "names": list(names)}


def test_a_glob_declares_what_it_names_and_fails_and_tells_each_by_name(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    names = [entry["id"] for entry in assemble(report_header, records, complete=True)["requirements"]]
    report = assemble({**report_header, "deviations": [by_glob("bias.*", *names)]}, records, complete=True)
    assert report["conclusion"]["exit_status"] == 0
    assert report["conclusion"]["conforming"] is False
    assert report["conclusion"]["headline"] == "not conforming: 3 requirements broken as declared, and nothing else"
    assert in_short(report)["declared"] == sorted(BROKEN)
    assert failing(report) == []
    assert message(report, "bias.added").startswith("fail, as declared: why bias.* (https://e.org/1); got 0 at y")
    assert "declared bias.*: why bias.* (https://e.org/1)" in text_of(report)
    assert "stale" not in text_of(report)


def test_what_a_glob_does_not_name_is_not_declared_by_it(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    report = assemble({**report_header, "deviations": [by_glob("bias.a*", "bias.added")]}, records, complete=True)
    assert report["conclusion"]["exit_status"] == 1
    assert in_short(report)["declared"] == ["bias.added"]
    assert failing(report) == ["bias.per-channel", "bias.in-padding-only-windows", "conclusion"]


def test_a_glob_of_which_nothing_fails_is_stale_where_all_of_it_was_judged(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    for record in records:
        record.update(outcome="pass", failure=None)
    whole = by_glob("bias.a*", "bias.added", "bias.absent")
    report = assemble({**report_header, "deviations": [whole]}, records, complete=True)
    assert report["conclusion"]["stale_deviations"] == ["bias.a*"]
    assert report["conclusion"]["exit_status"] == 1
    assert "declared bias.a*, which holds: the deviation is stale" in text_of(report)
    # A run of a selection, or of a smaller profile, cannot tell of the rest.
    partly = by_glob("bias.*", "bias.added", "bias.of-a-larger-profile")
    report = assemble({**report_header, "deviations": [partly]}, records, complete=True)
    assert report["conclusion"]["stale_deviations"] == []
    assert "declared bias.*, of which this run did not select all, and nothing of the rest fails" in text_of(report)
