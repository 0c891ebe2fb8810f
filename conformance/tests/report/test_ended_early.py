"""A run that was interrupted, or that gave up: what was not reached is not reached, and never a pass."""

import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program
from conv2d_conformance.report.console import console
from conv2d_conformance.report.validation import fault_of
from on_json import assemble, results_page, show
from on_json import junit_page as junit

GAVE_UP = "3 checks that waited in vain for an answer"
DECLARED = {"requirement": "bias.added", "reason": "known", "issue": "https://example.org/1"}


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {entry["id"]: entry["verdict"] for entry in report["requirements"]}


def without(records: list[dict[str, Any]], *checks: str) -> list[dict[str, Any]]:
    return [record for record in records if record["check"] not in checks]


@pytest.fixture
def given_up(report_header: dict[str, Any], records: list[dict[str, Any]]) -> dict[str, Any]:
    """A report of a run that reached the first check of the bias, and no other."""
    records[1]["gave_up"] = GAVE_UP
    found: dict[str, Any] = assemble(report_header, records[:2], complete=True)
    return found


def test_what_a_run_that_gave_up_did_not_reach_is_not_reached(given_up: dict[str, Any]) -> None:
    assert verdicts(given_up) == {
        "bias.added": "fail",
        "bias.per-channel": "not reached",
        "bias.absent": "not reached",
        "bias.in-padding-only-windows": "not reached",
    }
    assert fault_of(given_up) is None
    assert given_up["complete"] is True
    assert given_up["conclusion"] == {
        "headline": f"not conforming: gave up after {GAVE_UP}; 1 requirement broken (bias.added),"
        " 3 requirements not reached",
        "conforming": False,
        "exit_status": 1,
        "no_certificate": ["gave up", "broken", "not reached", "selection"],
        "within_limits": None,
        "stale_deviations": [],
    }


def test_giving_up_earns_no_certificate_though_nothing_is_broken_that_is_not_declared(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    records[1]["gave_up"] = GAVE_UP
    declared = assemble({**report_header, "deviations": [DECLARED]}, records[:2], complete=True)
    assert declared["conclusion"]["exit_status"] == 4
    nothing = assemble(report_header, [records[0] | {"gave_up": GAVE_UP}], complete=True)
    assert nothing["conclusion"]["exit_status"] == 4
    assert "no MUST broken, 4 requirements not reached" in nothing["conclusion"]["headline"]


def test_verify_finds_that_its_conclusion_follows_and_notices_what_is_made_of_it(
    given_up: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "out.json"
    for report, is_wrong in ((given_up, False), ({**given_up, "gave_up": None}, True)):
        path.write_text(json.dumps(report))
        done = CliRunner().invoke(program, ["verify", str(path)])
        assert ("its conclusion is " in done.output) == is_wrong


def test_every_form_says_what_was_not_reached(given_up: dict[str, Any]) -> None:
    stream = io.StringIO()
    show(given_up, Path("out.json"), console(stream))
    text = stream.getvalue()
    assert re.search(r"^bias +- +1 +- +3 +- +\d+$", text, re.MULTILINE)
    assert f"gave up   after {GAVE_UP}; --keep-going asks the rest all the same\n" in text
    assert text.count("FAIL  ") == 1
    assert "ERROR" not in text
    (suite,) = ET.fromstring(junit({"out.json": given_up}))
    assert [error.get("message") for case in suite if (error := case.find("error")) is not None] == 3 * [
        "not reached: the run ended early"
    ]
    assert "| **0 of 4** |\n" in results_page({"x.json": given_up})


def test_half_of_the_checks_of_a_requirement_are_not_the_whole(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    header = {**report_header, "run": {**report_header["run"], "only": "values.definition"}}
    passing = [{**records[0], "check": "test_values::test_definition"}]
    (entry,) = assemble(header, passing, complete=False)["requirements"]
    assert len(entry["checks"]) > 1
    assert (entry["verdict"], entry["cases"]) == ("not reached", 2)


def test_a_whole_run_in_which_a_check_is_silent_is_an_error(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    report = assemble(report_header, without(records, "test_bias::test_absent"), complete=True)
    assert verdicts(report)["bias.absent"] == "error"


def test_a_check_of_what_is_not_claimed_is_not_waited_for(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    """Some checks of a requirement ask for more than the requirement does."""
    header = {**report_header, "run": {**report_header["run"], "only": "numerics.subnormals"}}
    report = assemble(header, records, complete=False)
    for entry in report["requirements"]:
        assert entry["verdict"] in ("not reached", "unsupported")
