"""Which checks never reached their subject: a legal call was refused, for a reason that is not theirs.

Such a refusal counts once, under the requirement that it breaks. What the check is about stays open, which is no pass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from conv2d_conformance.contract.message_kinds import masked
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.aspects import is_refusal
from conv2d_conformance.verdict.explaining import explains
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.record import Record
from conv2d_conformance.verdict.wording import REFUSED


def not_reached(failure: Failure) -> str:
    """Why a check said nothing of its subject."""
    return f"not reached: {failure.case} was refused: {failure.got.removeprefix(REFUSED)}"


def breaks_elsewhere(record: Record, requirements: Iterable[str], judged: Collection[str]) -> str | None:
    """The requirement that is broken by the refusal which ended a check, where that is none of its own.

    None where nobody found out, and where the requirement has no verdict in this report: then the refusal must count
    where it was met.
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
    """For each requirement that is broken by what ended a check of something else: the first such failure.

    Not where a check of the requirement, or of one beside it in its chapter, met the same refusal itself.
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
