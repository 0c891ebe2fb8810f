"""Failures by their cause: what one fault brings about is told once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.capabilities import PADDING_MODES
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.message_kinds import masked
from conv2d_conformance.report.report import Entry
from conv2d_conformance.report.sentences import is_about_an_output, is_odd_where_a_number_is_required, said_once
from conv2d_conformance.report.verdicts import NOT_REACHED
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.aspects import aspect_of, is_refusal
from conv2d_conformance.verdict.explaining import explains
from conv2d_conformance.verdict.failure import Failure

NAMES = re.compile(rf"\b({'|'.join((*PADDING_MODES, *DTYPES))})\b")
"""What a refusal may name besides its reason."""


@dataclass(frozen=True)
class Cause:
    """Requirements that fail for one reason, in the order of the spec but for the first, which explains it best.

    `unreached` are those whose checks were ended by it, and say nothing of their own subject.
    """

    entries: tuple[Entry, ...]
    unreached: tuple[Entry, ...] = ()

    @property
    def failure(self) -> Failure | None:
        return self.entries[0].failure

    @property
    def diagnosis(self) -> str | None:
        """The sentence about the simplest case that has one."""
        said = (entry.failure.diagnosis for entry in self.entries if entry.failure)
        return next((sentence for sentence in said if sentence), None)

    @property
    def words(self) -> str | None:
        """What the cause is, where that is known: the diagnosis, or else what was said or seen itself."""
        if self.failure is None:
            return None
        return self.diagnosis or (self.failure.got if _speaks(self.failure) else None)

    @property
    def cases(self) -> list[str]:
        """The failing cases, the simplest first."""
        cases = dict.fromkeys(entry.failure.case for entry in self.entries if entry.failure)
        return sorted(cases, key=len)


def causes(requirements: Sequence[Entry]) -> list[Cause]:
    """What failed, by its cause, the one that breaks most first.

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
    found = [Cause(_explaining_first(entries), tuple(ended.get(kind, ()))) for kind, entries in groups.items()]
    return sorted(found, key=lambda cause: (-len(cause.entries), _distance(cause.entries[0])))


def _home(entry: Entry, groups: Mapping[tuple[str, ...], list[Entry]], explained: Mapping[str, str]) -> tuple[str, ...]:
    """The cause that ended a check: the one in the same words, or else that of the requirement that explains it."""
    kind = _kind(entry.failure, explained)
    if kind in groups or entry.failure is None:
        return kind
    explanation = known(entry.failure.explained_by, None)
    broken = (kind for kind, entries in groups.items() if any(explains(one.id, explanation) for one in entries))
    return next(broken, kind)


def common_fault(found: Sequence[Cause]) -> str | None:
    """One sentence for a cause that most of the failures share; beside a MUST that fails, no SHOULD is counted."""
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
    """What the failures of one cause have in common; `explained` are diagnoses of what was said elsewhere."""
    if failure is None:
        return ()
    if failure.diagnosis:
        return ("looks like", _words(failure, failure.diagnosis))
    if failure.failed_repetitions < failure.repetitions and not _speaks(failure):
        return ("comes and goes",)
    if is_odd_where_a_number_is_required(failure):
        return ("spreads", parse(failure.case).dtype)
    if _speaks(failure):
        words = _words(failure, said_once(failure))
        return ("looks like", explained[words]) if words in explained else (words,)
    return (failure.case,)


def _words(failure: Failure, text: str) -> str:
    """The kind of a text. Refusals may differ in what they name besides: the mode, or the dtype, that is lacking."""
    return masked(NAMES.sub("*", text) if is_refusal(failure) else text)


def _speaks(failure: Failure) -> bool:
    """Whether what was got says itself what is wrong."""
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
"""Chapters whose cases are about their data, which no simpler call replaces."""


def _distance(entry: Entry) -> int:
    """0 where the requirement is about what its failing case cannot do without, 2 where another is, 1 for no answer."""
    if _place(entry) is not None:
        return 0
    return 1 if not _explanations(entry) or entry.id.startswith(ABOUT_NUMBERS) else 2


def _place(entry: Entry) -> int | None:
    """The place, among what explains the failing case, of what the requirement is about; the narrowest is first."""
    found = _explanations(entry)
    return next((place for place, name in enumerate(found) if explains(entry.id, name)), None)


def _explanations(entry: Entry) -> list[str]:
    if (failure := entry.failure) is None:
        return []
    return [name for name in (known(failure.explained_by, None), *known(failure.explained_too, ())) if name]
