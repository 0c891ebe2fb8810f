"""What conforms within limits is told as that on every page, and never as a certificate."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance.report.conclusion import RunOutcome, conclusion
from conv2d_conformance.report.console import console
from conv2d_conformance.report.deviations import Deviation
from conv2d_conformance.report.report import Conclusion, Entry
from conv2d_conformance.report.verdicts import core_of, entry_of
from conv2d_conformance.spec import load
from on_json import assemble, results_page, show
from on_json import junit_page as junit

LIMITS = ("KH == KW", "C % 8 == 0")
TOLD = "conforming within its limits: KH == KW, C % 8 == 0"
CLAIMED = core_of("forward") | {"limits"}
NAME = "values.definition"


def entry(verdict: Any = "pass", name: str = NAME) -> Entry:
    return entry_of(load().requirements[name], ("a check",), verdict=verdict)


def concluded(verdict: str = "pass", **changes: Any) -> Conclusion:
    asked: dict[str, Any] = {"profile": "forward", "only": "*", "isolation": "process", "complete": True}
    asked |= {"limits": LIMITS, "claimed": CLAIMED, "deviations": (), **changes}
    return conclusion(RunOutcome([entry(verdict), entry("pass", "bias.added")], **asked))


def test_what_holds_within_limits_is_no_certificate_and_says_so() -> None:
    found = concluded()
    assert (found.headline, found.exit_status, found.conforming) == (TOLD, 4, False)
    assert found.no_certificate == ("limits",)
    assert found.within_limits == LIMITS


def test_a_caller_who_accepts_limits_gets_a_success_and_no_certificate() -> None:
    found = concluded(accept_limits=True)
    assert (found.headline, found.exit_status, found.conforming) == (TOLD, 0, False)


def test_without_limits_there_is_a_certificate() -> None:
    found = concluded(limits=(), claimed=CLAIMED - {"limits"})
    assert (found.headline, found.exit_status, found.conforming) == ("conforming to profile forward", 0, True)
    assert found.within_limits is None


DECLARED = Deviation(requirement=NAME, reason="known", issue="https://e.org/1")


@pytest.mark.parametrize(
    ("verdict", "changes", "status"),
    [
        ("fail", {}, 1),
        ("error", {}, 1),
        ("not reached", {}, 1),
        ("fail", {"accept_limits": True}, 1),
        ("pass", {"breaches": ("it does what it must not",)}, 1),
        ("pass", {"deviations": (DECLARED,)}, 1),
        ("fail", {"deviations": (DECLARED,)}, 4),
        ("fail", {"deviations": (DECLARED,), "accept_limits": True}, 0),
        ("fail", {"deviations": (DECLARED,), "limits": ()}, 0),
        ("pass", {"only": "values.*", "accept_limits": True}, 4),
        ("pass", {"isolation": "none", "accept_limits": True}, 4),
        ("pass", {"claimed": CLAIMED - {"groups"}, "accept_limits": True}, 4),
        ("pass", {"gave_up": "3 calls"}, 4),
        ("fail", {"gave_up": "3 calls"}, 1),
        ("pass", {"complete": False}, 130),
    ],
)
def test_each_reason_has_its_exit_status(verdict: str, changes: dict[str, Any], status: int) -> None:
    found = concluded(verdict, **changes)
    assert (found.exit_status, found.conforming, found.within_limits) == (status, False, None)
    assert "conforming within" not in found.headline


@pytest.fixture
def limited(report_header: dict[str, Any], records: list[dict[str, Any]]) -> dict[str, Any]:
    """A report of an implementation with limits, of which most checks asked nothing."""
    for record in records:
        record.update(outcome="pass", failure=None, observed={})
    for record in (*records[:1], *records[2:]):
        record.update(outcome="error", digests=[], asked=0, elements=0, evidence=0, accuracy={}, without_evidence=[])
    introduced = report_header["implementation"]
    capabilities = {**introduced["capabilities"], "limits": [*LIMITS]}
    header = {**report_header, "implementation": {**introduced, "capabilities": capabilities}}
    found: dict[str, Any] = assemble(header, records, complete=True)
    return found


def test_what_no_call_within_the_limits_is_about_is_not_claimed(limited: dict[str, Any]) -> None:
    verdicts = {found["verdict"] for found in limited["requirements"]}
    assert verdicts == {"pass", "unsupported"}


def test_what_no_call_within_the_limits_could_show_is_not_claimed(
    report_header: dict[str, Any], records: list[dict[str, Any]]
) -> None:
    """A check whose calls have no evidence says nothing within limits. Without any, that is an error."""
    for record in records:
        record.update(outcome="pass", failure=None, observed={}, accuracy={}, without_evidence=[])
    for name in ("test_bias::test_absent", "test_bias::test_added"):
        mute = next(record for record in records if record["check"] == name)
        mute.update(outcome="error", digests=[], asked=2, elements=20, evidence=0, without_evidence=[0, 1])
    verdicts = {}
    for limits in ((), LIMITS):
        introduced = report_header["implementation"]
        capabilities = {**introduced["capabilities"], "limits": [*limits]}
        header = {**report_header, "implementation": {**introduced, "capabilities": capabilities}}
        found = assemble(header, records, complete=True)
        verdicts[limits] = {entry["id"]: entry["verdict"] for entry in found["requirements"]}
    assert verdicts[()] | {"bias.absent": "error", "bias.added": "error"} == verdicts[()]
    assert verdicts[LIMITS] == verdicts[()] | {"bias.absent": "unsupported", "bias.added": "pass"}


def test_every_page_shows_the_limits(limited: dict[str, Any]) -> None:
    stream = io.StringIO()
    show(limited, Path("out.json"), console(stream))
    assert "limits    KH == KW, C % 8 == 0" in stream.getvalue()
    assert "within its limits: KH == KW, C % 8 == 0" in " ".join(stream.getvalue().split())
    assert "within its limits: KH == KW, C % 8 == 0" in results_page({"out.json": limited})
    suite = ET.fromstring(junit({"out.json": limited}))[0]
    assert str(suite.get("name")).endswith("within KH == KW, C % 8 == 0")
