"""Failures by their cause: what one fault brings about is told once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.implementation.answers import TWICE
from conv2d_conformance.verdict.explaining import explains
from conv2d_conformance.verdict.kind import masked
from conv2d_conformance.verdict.wording import ANY_ANSWER, NO_SUCH_THING, REFUSED

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Cause:
    """Requirements that fail for one reason, in the order of the spec but for the first, which explains it best."""

    entries: tuple[Entry, ...]

    @property
    def failure(self) -> Mapping[str, Any] | None:
        failure: Mapping[str, Any] | None = self.entries[0]["failure"]
        return failure

    @property
    def diagnosis(self) -> str | None:
        """The sentence about the simplest case that has one."""
        said = (entry["failure"]["diagnosis"] for entry in self.entries if entry["failure"])
        return next((sentence for sentence in said if sentence), None)

    @property
    def words(self) -> str | None:
        """What the cause is, where that is known: the diagnosis, or else what was said or seen itself."""
        if self.failure is None:
            return None
        return self.diagnosis or (self.failure["got"] if _speaks(self.failure) else None)

    @property
    def cases(self) -> list[str]:
        """The failing cases, the simplest first."""
        cases = dict.fromkeys(entry["failure"]["case"] for entry in self.entries if entry["failure"])
        return sorted(cases, key=len)


def causes(report: Mapping[str, Any]) -> list[Cause]:
    """What failed, by its cause, the one that breaks most first.

    Failures have one cause where the implementation refuses or dies in the same words, numbers apart, where the same
    was seen beside the answer or found to be wrong, where what is not finite spreads in one dtype, or where the same
    case fails, whatever the answer, which may be another one each time. What comes and goes is told together.
    """
    told = [entry for entry in report["requirements"] if entry["verdict"] in ("fail", "error")]
    explained = {
        masked(failure["got"]): masked(failure["diagnosis"])
        for entry in told
        if (failure := entry["failure"]) and failure["diagnosis"] and _speaks(failure)
    }
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for entry in told:
        groups.setdefault(_kind(entry["failure"], explained), []).append(entry)
    found = [Cause(_explaining_first(entries)) for entries in groups.values()]
    return sorted(found, key=lambda cause: (-len(cause.entries), _distance(cause.entries[0])))


def common_fault(found: Sequence[Cause]) -> str | None:
    """One sentence for a cause that most of the failures share."""
    number = sum(len(cause.entries) for cause in found)
    if number < 2 or 2 * len(found[0].entries) <= number or len(found[0].entries) < 2:
        return None
    words = found[0].words
    if words is None:
        return None
    which = f"All {number}" if len(found) == 1 else f"{len(found[0].entries)} of {number}"
    return f"{which} failures look like one fault: {words}"


def _kind(failure: Mapping[str, Any] | None, explained: Mapping[str, str]) -> tuple[str, ...]:
    """What the failures of one cause have in common; `explained` are diagnoses of what was said elsewhere."""
    if failure is None:
        return ()
    if failure["diagnosis"]:
        return ("looks like", masked(failure["diagnosis"]))
    if failure["failed_repetitions"] < failure["repetitions"] and not _speaks(failure):
        return ("comes and goes",)
    if _spreads(failure):
        return ("spreads", parse(failure["case"]).dtype)
    if _speaks(failure):
        words = masked(failure["got"].replace(TWICE, ""))
        return ("looks like", explained[words]) if words in explained else (words,)
    return (failure["case"], *failure["after"])


def _speaks(failure: Mapping[str, Any]) -> bool:
    """Whether what was got says itself what is wrong."""
    return str(failure["got"]).startswith(REFUSED) or failure["required"] in (ANY_ANSWER, NO_SUCH_THING)


def _spreads(failure: Mapping[str, Any]) -> bool:
    """Whether there is NaN or an infinity where a finite number is required, which many requirements speak of."""
    odd = ("nan", "inf", "-inf")
    is_special = any(f"={value}" in failure["case"] for value in odd)
    return is_special and str(failure["got"]).startswith(odd) and not any(map(str(failure["required"]).count, odd))


def _explaining_first(entries: list[Entry]) -> tuple[Entry, ...]:
    best = min(entries, key=_rank)
    return (best, *(entry for entry in entries if entry is not best))


def _rank(entry: Entry) -> tuple[bool, bool, int, int, bool, int]:
    failure = entry["failure"] or {"case": ""}
    decides = (entry["verdict"] != "fail", entry["level"] != "MUST")
    place = _place(entry)
    is_beside = place is not None and entry["id"] not in _explanations(entry)
    return (*decides, _distance(entry), place or 0, is_beside, len(failure["case"]))


ABOUT_NUMBERS = ("numerics.", "special-values.")
"""Chapters whose cases are about their data, which no simpler call replaces."""


def _distance(entry: Entry) -> int:
    """0 where the requirement is about what its failing case cannot do without, 2 where another is, 1 for no answer."""
    if _place(entry) is not None:
        return 0
    return 1 if not _explanations(entry) or entry["id"].startswith(ABOUT_NUMBERS) else 2


def _place(entry: Entry) -> int | None:
    """The place, among what explains the failing case, of what the requirement is about; the narrowest is first."""
    found = _explanations(entry)
    return next((place for place, name in enumerate(found) if explains(entry["id"], name)), None)


def _explanations(entry: Entry) -> list[str]:
    failure = entry["failure"] or {}
    return [name for name in (failure.get("explained_by"), *failure.get("explained_too", ())) if name]
