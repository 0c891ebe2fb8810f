"""What became of one target, for programs: one line of `run --format jsonl`, as `target-outcome.json` describes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from conv2d_conformance.report.causes import causes
from conv2d_conformance.report.replaying import replay_of
from conv2d_conformance.report.report import Report
from conv2d_conformance.typed_json import known

OutcomeWord = Literal["conforming", "not conforming", "no certificate", "no verdict", "interrupted"]

WORSE = (0, 4, 1, 2, 3, 130)
"""Exit statuses, each worse than those before it: a target without a verdict is worse than a broken one."""

BROKEN = {"breach", "broken", "not reached"}
"""Why there is no certificate, where something does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstFailure:
    """The failure that a report tells first: of what breaks a MUST, the cause that breaks most."""

    requirement: str
    level: str
    case: str
    got: str
    required: str
    diagnosis: str | None
    replay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetOutcome:
    """The outcome of a run, in one word, as an exit status, and in one sentence, with a hint where something helps.

    seconds: from the start of its process to its report. report: the file, where there is one.
    """

    target: str
    outcome: OutcomeWord
    exit_status: int
    headline: str
    hint: str | None
    stopped: bool
    failure: FirstFailure | None
    seconds: float
    report: str | None


def outcome_of(report: Report, *, place: str, seconds: float) -> TargetOutcome:
    """What became of a target that has a report."""
    status = report.conclusion.exit_status
    # A stale deviation fails a run so that somebody takes it away; what it is about may break nothing.
    is_broken = not BROKEN.isdisjoint(known(report.conclusion.no_certificate, ()))
    words: dict[int, OutcomeWord] = {1: "not conforming" if is_broken else "no certificate", 130: "interrupted"}
    return TargetOutcome(
        target=report.run.target,
        outcome="conforming" if report.conforming else words.get(status, "no certificate"),
        exit_status=status,
        headline=report.headline,
        hint=None,
        stopped=report.is_stopped,
        failure=_first(report),
        seconds=round(seconds, 3),
        report=place,
    )


def without_verdict(target: str, sentence: str, hint: str, *, status: int, seconds: float) -> TargetOutcome:
    """What became of a target that has none."""
    return TargetOutcome(
        target=target,
        outcome="interrupted" if status == WORSE[-1] else "no verdict",
        exit_status=status,
        headline=sentence,
        hint=hint or None,
        stopped=False,
        failure=None,
        seconds=round(seconds, 3),
        report=None,
    )


def worst_status(statuses: list[int]) -> int:
    """The exit status of a run of several targets."""
    return max(statuses, key=WORSE.index, default=0)


def _first(report: Report) -> FirstFailure | None:
    """Where nothing breaks a MUST, the first failure of what decides nothing."""
    told = [cause for cause in causes(report) if cause.failure is not None]
    told.sort(key=lambda cause: all(entry.level != "MUST" for entry in cause.entries))
    if not told:
        return None
    cause = told[0]
    entry = min(cause.entries, key=lambda one: one.level != "MUST")
    failure = entry.failure or cause.failure
    assert failure is not None, "those without one were left out"
    return FirstFailure(
        requirement=entry.id,
        level=entry.level,
        case=failure.case,
        got=failure.got,
        required=failure.required,
        diagnosis=cause.diagnosis,
        replay=replay_of(failure, report.run),
    )
