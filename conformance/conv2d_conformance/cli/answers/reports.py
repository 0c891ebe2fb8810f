"""The answers of `summary` and `verify`."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.report.report import Conclusion


@dataclass(frozen=True)
class ReportInShort:
    """The summary of a report. `requirements` and `chapters` have the numbers of requirements by verdict."""

    report: str
    limits: tuple[str, ...]
    composed: dict[str, str]
    implementation: dict[str, str]
    target: str
    profile: str
    effort: str
    isolation: str
    shard: str
    complete: bool
    conclusion: Conclusion
    judged_cases: int
    requirements: dict[str, int]
    chapters: dict[str, dict[str, int]]
    broken: tuple[str, ...]
    declared: tuple[str, ...]
    without_check: int
    rejections: int


@dataclass(frozen=True)
class AskedAgain:
    """What `--rerun` compared, and how it differs from the report."""

    compared: str
    differences: tuple[str, ...]


@dataclass(frozen=True)
class VerifiedReport:
    """What verifying says of one report.

    outcome: `sound`, `not compared` (nothing is wrong, and not all can be compared here), `unsound`, or `unreadable`.
    signature: whose it is, or where it was put; None where nobody asked.
    """

    report: str
    outcome: str
    exit_status: int
    sentence: str
    headline: str | None
    faults: tuple[str, ...]
    not_compared: tuple[str, ...]
    again: AskedAgain | None
    signature: str | None
