"""The outcome as a sentence and as a table, for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Iterator

from conv2d_conformance.power import OURS
from conv2d_conformance.power.known_implementation import EXACTING, MODEST, WRONG
from conv2d_conformance.power.outcome import PowerOutcome

COLUMNS = (
    "suite",
    "cases",
    "mutants seen",
    "of these in doubt",
    "classic faults seen",
    "right ones rejected",
    "right ones with less accuracy rejected",
)


def rows(outcome: PowerOutcome) -> Iterator[tuple[str, ...]]:
    classic = outcome.classic.values()
    for suite, of in outcome.findings.items():
        seen = sum(bool(of[name].case) for name in classic)
        yield (
            suite,
            f"{outcome.cases(suite):,}",
            _share(outcome, suite, WRONG),
            str(len(outcome.doubtful(suite))),
            f"{seen} of {len(classic)}",
            _share(outcome, suite, EXACTING),
            _share(outcome, suite, MODEST),
        )


def _share(outcome: PowerOutcome, suite: str, kind: str) -> str:
    return f"{len(outcome.rejected(suite, kind))} of {len(outcome.of(kind))}"


def sentence(outcome: PowerOutcome) -> str:
    """The most important result."""
    more, alone = len(outcome.seen_by_others_alone), len(outcome.seen_by_nobody_else)
    alarms = sum(len(outcome.rejected(OURS, kind)) for kind in (EXACTING, MODEST))
    wrong, right = len(outcome.of(WRONG)), len(outcome.of(EXACTING)) + len(outcome.of(MODEST))
    return (
        f"{OURS} sees {len(outcome.rejected(OURS, WRONG))} of {wrong} mutants, {alone} of them alone, and misses "
        f"{more or 'none'} that another suite sees; it rejects {alarms or 'none'} of {right} right implementations."
    )
