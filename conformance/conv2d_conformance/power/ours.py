"""The suite itself, as `run --effort quick` asks it."""

from __future__ import annotations

from conv2d_conformance import spec
from conv2d_conformance.checks import Check, catalogue
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.power import OURS
from conv2d_conformance.power.known_implementation import KnownImplementation
from conv2d_conformance.power.suite import MeasuredSuite, SuiteVerdict
from conv2d_conformance.running.examine import examine as examine_by

EFFORT = EFFORTS["quick"]
SEED = 0


def examine(subject: KnownImplementation) -> SuiteVerdict:
    """Run all checks of profile forward within the claims, up to the first that fails."""
    asked = 0
    with InProcess(subject.adapter) as implementation:
        for check in _checks(subject):
            tally = examine_by(check, implementation, EFFORT, SEED).tally
            asked += tally.asked
            if tally.failure is not None:
                return SuiteVerdict(asked, f"{check.name}: {tally.failure.case}")
    return SuiteVerdict(asked)


def _checks(subject: KnownImplementation) -> list[Check]:
    """The checks, those of the broken requirement first, since one failure decides."""
    claimed = subject.adapter.capabilities.features
    called_for = [
        check for check in catalogue().values() if spec.is_smallest(check.profile) and check.features <= claimed
    ]
    return sorted(called_for, key=lambda check: subject.breaks not in check.requirements)


SUITES = (
    MeasuredSuite(
        name=OURS,
        rule=f"All checks of profile forward that the claims call for, effort {EFFORT.name}, seed {SEED}, in one "
        "process; a check fails by the law for the grade that is claimed. The checks of the requirement that a mutant "
        "breaks come first, and the first failure ends the examination, which changes no outcome.",
        sources=(),
        needs=(),
        examine=examine,
    ),
)
