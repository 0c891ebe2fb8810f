"""Failures grouped by cause, so that each fault is told once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.capabilities import PADDING_MODES
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.message_kinds import masked
from conv2d_conformance.report.composed_parts import composed_in, composed_of, without_accusation
from conv2d_conformance.report.report import Entry, Report
from conv2d_conformance.report.sentences import is_about_an_output, is_odd_where_a_number_is_required, said_once
from conv2d_conformance.report.verdicts import NOT_REACHED
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.aspects import aspect_of, is_refusal
from conv2d_conformance.verdict.explanation import explains
from conv2d_conformance.verdict.failure import Failure

NAMES = re.compile(rf"\b({'|'.join((*PADDING_MODES, *DTYPES))})\b")
"""The names that a refusal may contain besides its reason."""


@dataclass(frozen=True)
class Cause:
    """Requirements that fail for one reason: first the one that explains it best, then the others in the spec's order.

    `unreached` are requirements whose checks it ended before they reached their own subject. `composed` are the parts
    of the call that it is about and that are not the convolution's own, as words.
    """

    entries: tuple[Entry, ...]
    unreached: tuple[Entry, ...] = ()
    composed: str = ""

    @property
    def failure(self) -> Failure | None:
        return self.entries[0].failure

    @property
    def diagnosis(self) -> str | None:
        """The sentence about the simplest case that has one."""
        said = (entry.failure.diagnosis for entry in self.entries if entry.failure)
        found = next((sentence for sentence in said if sentence), None)
        return found and without_accusation(found, self.composed)

    @property
    def words(self) -> str | None:
        """The cause, if known: the diagnosis, or else the message or the observation itself."""
        if self.failure is None:
            return None
        return self.diagnosis or (self.failure.got if _speaks(self.failure) else None)

    @property
    def cases(self) -> list[str]:
        """The failing cases, the simplest first."""
        cases = dict.fromkeys(entry.failure.case for entry in self.entries if entry.failure)
        return sorted(cases, key=len)


def causes(report: Report) -> list[Cause]:
    """The causes of the failures in a report."""
    return causes_of(report.requirements, composed_of(report.implementation))


def causes_of(requirements: Sequence[Entry], composed: Mapping[str, str]) -> list[Cause]:
    """The causes of failures, the one that breaks most requirements first.

    Failures have one cause where the implementation refuses or dies in the same words, numbers apart, where the same
    was seen beside the answer or found to be wrong, where what is not finite spreads in one dtype, or where the same
    case fails, whatever the answer, which may be another one each time. What comes and goes is told together.
    """
    told = [entry for entry in requirements if entry.verdict in ("fail", "error")]
    explained = {
        _words(failure, failure.got): _words(failure, failure.diagnosis)
        for entry in told
        if (failure := entry.failure) and failure.diagnosis and _speaks(failure)
    }
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for entry in told:
        groups.setdefault(_kind(entry.failure, explained), []).append(entry)
    unreached = [entry for entry in requirements if entry.verdict == NOT_REACHED and entry.failure]
    ended: dict[tuple[str, ...], list[Entry]] = {}
    for entry in unreached:
        ended.setdefault(_home(entry, groups, explained), []).append(entry)
    found = []
    for kind, entries in groups.items():
        best_first = _explaining_first(entries)
        found.append(
            Cause(
                best_first, tuple(ended.get(kind, ())), composed_in(best_first[0].id, best_first[0].failure, composed)
            )
        )
    return sorted(found, key=lambda cause: (-len(cause.entries), _distance(cause.entries[0])))


def _home(entry: Entry, groups: Mapping[tuple[str, ...], list[Entry]], explained: Mapping[str, str]) -> tuple[str, ...]:
    """The cause that ended a check: one with the same message, or else that of the requirement that explains it."""
    kind = _kind(entry.failure, explained)
    if kind in groups or entry.failure is None:
        return kind
    explanation = known(entry.failure.explained_by, None)
    broken = (kind for kind, entries in groups.items() if any(explains(one.id, explanation) for one in entries))
    return next(broken, kind)


def common_fault(found: Sequence[Cause]) -> str | None:
    """A sentence about a cause that most failures share. If a MUST fails, failures of SHOULD do not count."""
    level = "MUST" if any(entry.level == "MUST" for cause in found for entry in cause.entries) else None
    counts = [sum(level in (None, entry.level) for entry in cause.entries) for cause in found]
    most = max(counts, default=0)
    if most < 2 or 2 * most <= sum(counts):
        return None
    words = found[counts.index(most)].words
    if words is None:
        return None
    which = f"All {most}" if most == sum(counts) else f"{most} of {sum(counts)}"
    what = "failures" if sum(counts) == sum(len(cause.entries) for cause in found) else "broken MUSTs"
    return f"{which} {what} look like one fault: {words}"


def _kind(failure: Failure | None, explained: Mapping[str, str]) -> tuple[str, ...]:
    """The key that failures of one cause share; `explained` are diagnoses of the same messages elsewhere."""
    if failure is None:
        return ()
    if failure.diagnosis:
        return ("looks like", _words(failure, failure.diagnosis))
    if failure.failed_repetitions < failure.repetitions and not _speaks(failure):
        return ("comes and goes",)
    if is_odd_where_a_number_is_required(failure):
        return ("spreads", _dtype(failure.case))
    if _speaks(failure):
        words = _words(failure, said_once(failure))
        return ("looks like", explained[words]) if words in explained else (words,)
    return (failure.case,)


def _dtype(line: str) -> str:
    """The dtype of a case; empty for a line of a report that is none."""
    try:
        return parse(line).dtype
    except CaseError:
        return ""


def _words(failure: Failure, text: str) -> str:
    """The kind of a message. Refusals of one kind may name different modes or dtypes."""
    return masked(NAMES.sub("*", text) if is_refusal(failure) else text)


def _speaks(failure: Failure) -> bool:
    """Whether the answer itself says what is wrong."""
    return aspect_of(failure) in ("accepted", "answered", "observed")


def _explaining_first(entries: list[Entry]) -> tuple[Entry, ...]:
    best = min(entries, key=_rank)
    return (best, *(entry for entry in entries if entry is not best))


def _rank(entry: Entry) -> tuple[bool, bool, bool, int, int, bool, int]:
    failure = entry.failure
    speaks_of_no_output = failure is not None and is_refusal(failure) and is_about_an_output(failure)
    decides = (entry.verdict != "fail", entry.level != "MUST", speaks_of_no_output)
    place = _place(entry)
    is_beside = place is not None and entry.id not in _explanations(entry)
    return (*decides, _distance(entry), place or 0, is_beside, len(failure.case) if failure else 0)


ABOUT_NUMBERS = ("numerics.", "special-values.")
"""Chapters whose cases are about their data, so that no simpler call can replace them."""


def _distance(entry: Entry) -> int:
    """0 if the requirement explains its failing case, 2 if another does, 1 if that is unknown."""
    if _place(entry) is not None:
        return 0
    return 1 if not _explanations(entry) or entry.id.startswith(ABOUT_NUMBERS) else 2


def _place(entry: Entry) -> int | None:
    """The place of the requirement among those that explain the failing case, the narrowest first."""
    found = _explanations(entry)
    return next((place for place, name in enumerate(found) if explains(entry.id, name)), None)


def _explanations(entry: Entry) -> list[str]:
    if (failure := entry.failure) is None:
        return []
    return [name for name in (known(failure.explained_by, None), *known(failure.explained_too, ())) if name]
