"""Where a report stands, in one of few words."""

from __future__ import annotations

from typing import Final

from conv2d_conformance.report.report import Report
from conv2d_conformance.typed_json import known

CONFORMS: Final = "conforms"
WITHIN_LIMITS: Final = "within limits"
NO_CERTIFICATE: Final = "no certificate"
FAILS: Final = "does not conform"
STANDINGS = (CONFORMS, WITHIN_LIMITS, NO_CERTIFICATE, FAILS)
"""The verdicts on a report, the best first."""


def standing(report: Report) -> str:
    """The verdict on a report in one of few words. A declared failure is a failure."""
    if report.conforming:
        return CONFORMS
    if known(report.conclusion.within_limits, None):
        return WITHIN_LIMITS
    broken = any(entry.level == "MUST" and entry.verdict in ("fail", "error") for entry in report.requirements)
    return FAILS if broken or report.conclusion.exit_status == 1 else NO_CERTIFICATE
