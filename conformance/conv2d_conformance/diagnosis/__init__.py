"""Find the fault behind wrong outputs, and say it in one sentence.

A fault is an effect (what the output looks like) and a trigger (the sizes and arguments that cause it). Each effect is
compared with every wrong answer seen, and with every right answer that it would have spoilt. A sentence that
contradicts a single answer is never said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from conv2d_conformance.diagnosis.sentences import Diagnosis

if TYPE_CHECKING:
    from conv2d_conformance.cases.case import Case
    from conv2d_conformance.contract.answers import Implementation
    from conv2d_conformance.diagnosis.evidence import SeenAnswer

__all__ = ["BUDGET", "Diagnosis", "diagnose", "sentence_about"]

BUDGET = 480
"""The most calls that one diagnosis makes."""


def diagnose(
    implementation: Implementation,
    failing: Case,
    *,
    seen: Mapping[Case, bool] | None = None,
    illegal: dict[Case, SeenAnswer] | None = None,
    budget: int = BUDGET,
) -> Diagnosis | None:
    """Diagnose an implementation that answers `failing` wrongly, with at most `budget` further calls.

    `seen` are other cases, and whether their answers were right; the right ones are not asked again. Searches can share
    their answers to `illegal` calls. None where no sentence explains all wrong answers without contradicting a right
    one. The same answers give the same diagnosis.
    """
    # Imported late: most runs diagnose nothing.
    from conv2d_conformance.diagnosis.search import search

    return search(implementation, failing, seen or {}, {} if illegal is None else illegal, budget)


def sentence_about(implementation: Implementation, failing: Case, seen: Mapping[Case, bool]) -> str | None:
    """The sentence of the diagnosis, as the report keeps it."""
    found = diagnose(implementation, failing, seen=seen)
    return None if found is None else found.sentence
