"""Checks that never reached their subject: a legal call was refused for a reason that has nothing to do with them.

Such a refusal counts once, under the requirement that it breaks. The check's own requirement stays open, which is not a
pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from conv2d_conformance.contract.message_kinds import masked
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.aspects import is_refusal
from conv2d_conformance.verdict.explanation import explains
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.fault_sentences import REFUSED
from conv2d_conformance.verdict.record import Record


def not_reached(failure: Failure) -> str:
    """Why a check never reached its subject."""
    return f"not reached: {failure.case} was refused: {failure.got.removeprefix(REFUSED)}"


def breaks_elsewhere(record: Record, requirements: Iterable[str], judged: Collection[str]) -> str | None:
    """The requirement that a check's last refusal breaks, if it is not one of the check's own.

    None where it is unknown, or has no verdict in this report: then the refusal must count where it occurred.
    """
    if record.failure is None or not is_refusal(record.failure):
        return None
    explanation = known(record.failure.explained_by, None)
    if explanation not in judged or any(explains(name, explanation) for name in requirements):
        return None
    return explanation


def refusals_by_requirement(
    records: Iterable[Record], checks: Mapping[str, tuple[str, ...]], judged: Collection[str]
) -> dict[str, Failure]:
    """The first refusal in checks of other requirements that breaks a requirement, for each requirement.

    Refusals that a check of the requirement, or of another one in its chapter, met itself are left out.
    """
    found: dict[str, Failure] = {}
    met: list[tuple[str, str]] = []  # the requirements whose own checks met a refusal, and its words
    for record in records:
        requirements = checks[record.check]
        broken = breaks_elsewhere(record, requirements, judged)
        if record.failure is None:
            continue
        if broken is not None:
            found.setdefault(broken, record.failure)
        elif is_refusal(record.failure):
            met += [(name, masked(record.failure.got)) for name in requirements if name in judged]
    return {
        broken: failure
        for broken, failure in found.items()
        if not any(explains(name, broken) and words == masked(failure.got) for name, words in met)
    }
