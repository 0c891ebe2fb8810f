"""From wrong outputs to the fault behind them, in one sentence.

A fault is an effect (what the output looks like) and a trigger (for which sizes and arguments). An effect is held
against every wrong answer seen, and what it would spoil against every right one; what contradicts a single answer is
not said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from conv2d_conformance.diagnosis.sentences import Diagnosis

if TYPE_CHECKING:
    from conv2d_conformance.cases.case import Case
    from conv2d_conformance.contract.answers import Implementation

__all__ = ["BUDGET", "Diagnosis", "diagnose", "sentence_about"]

BUDGET = 480
"""Calls for one diagnosis."""


def diagnose(
    implementation: Implementation, failing: Case, *, seen: Mapping[Case, bool] | None = None, budget: int = BUDGET
) -> Diagnosis | None:
    """What is wrong with an implementation that answers `failing` wrongly, from at most `budget` further calls.

    `seen` are other cases, and whether their answers were right; the right ones are not asked again. None where
    nothing explains all wrong answers and contradicts no right one. The same answers give the same diagnosis.
    """
    # Who has nothing to diagnose does not wait for what that needs.
    from conv2d_conformance.diagnosis.search import diagnose

    return diagnose(implementation, failing, seen or {}, budget)


def sentence_about(implementation: Implementation, failing: Case, seen: Mapping[Case, bool]) -> str | None:
    """The sentence of the diagnosis, as the report keeps it."""
    found = diagnose(implementation, failing, seen=seen)
    return None if found is None else found.sentence
