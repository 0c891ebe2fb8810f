"""The diagnoses of one run: a fault is searched for once, and what fails later is first held against what was found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from conv2d_conformance.cases.geometry import is_legal
from conv2d_conformance.contract.message_kinds import masked
from conv2d_conformance.diagnosis import Diagnosis, diagnose
from conv2d_conformance.operations import elementwise

if TYPE_CHECKING:
    from conv2d_conformance.cases.case import Case
    from conv2d_conformance.contract.answers import Implementation
    from conv2d_conformance.diagnosis.evidence import Seen
    from conv2d_conformance.verdict.judgement import Fault


class Diagnoses:
    """What was found so far, and in which case, the latest last.

    Only what speaks of more than its own case can explain another; and what does not say how answers are wrong, only
    another of the same kind. Of one case the same is said each time, nothing included: what is behind it is looked for
    once. After a search in vain, what does not fail in a fresh process is left to those who ask what came before.
    """

    def __init__(self) -> None:
        self._found: list[tuple[Case, Diagnosis]] = []
        self._said: dict[Case, str | None] = {}
        self._without_an_answer: set[str] = set()
        self._known_crashes: set[Case] = set()
        self._in_vain = False

    def know(self, implementation: Implementation, failing: Case, fault: Fault) -> bool:
        """Whether an earlier diagnosis explains a failing case. A crash, which is dear to see again, has its words."""
        if fault.aspect != "answered":
            return self._recognised(implementation, failing) is not None
        words = masked(fault.got)
        if words in self._without_an_answer:
            self._known_crashes.add(failing)
        self._without_an_answer.add(words)
        return failing in self._known_crashes

    def sentence_about(self, implementation: Implementation, failing: Case, seen: Mapping[Case, bool]) -> str | None:
        """The sentence of an earlier diagnosis, if one explains the case, or else of a new one."""
        if failing not in self._said:
            found = self._recognised(implementation, failing)
            if found is None:
                found = self._new(implementation, failing, seen)
                if found is not None and found.model is not None:
                    self._found.append((failing, found))
            self._said[failing] = None if found is None else found.sentence
        return self._said[failing]

    def explains_others(self, sentence: str | None) -> bool:
        """Whether a sentence that was said speaks of more than one case."""
        return any(found.sentence == sentence for _, found in self._found)

    def _new(self, implementation: Implementation, failing: Case, seen: Mapping[Case, bool]) -> Diagnosis | None:
        if failing in self._known_crashes:
            from conv2d_conformance.diagnosis.search import of_crash

            return of_crash(failing, seen)
        if self._in_vain and implementation.restart() and _is_right(implementation, failing):
            return None
        found = diagnose(implementation, failing, seen=seen)
        self._in_vain |= found is None
        return found

    def _recognised(self, implementation: Implementation, failing: Case) -> Diagnosis | None:
        if not self._found or not elementwise(failing.operation).is_diagnosed:
            return None
        if failing in self._known_crashes:  # not asked again, since that takes a process
            return next((found for _, found in self._found if _crashes_in(found, failing)), None)
        seen = _asked(implementation, failing)
        if seen is None or not seen.wrong:
            return None
        return next((found for case, found in self._found if _explains(case, found, failing, seen)), None)


def _explains(case: Case, found: Diagnosis, failing: Case, seen: Seen) -> bool:
    model = found.model
    assert model is not None
    return (model.says_how or _kind(case) == _kind(failing)) and model.explains(seen)


def _crashes_in(found: Diagnosis, case: Case) -> bool:
    """Whether there is no answer to a case by the rule of a diagnosis."""
    from conv2d_conformance.diagnosis.sizes import sizes_of

    model = found.model
    assert model is not None
    if not model.crashes or not is_legal(case):
        return False
    sizes = sizes_of(case)
    return not model.rule.is_silent(sizes) and model.rule.holds(sizes)


def _kind(case: Case) -> tuple[Any, ...]:
    """What no rule about sizes speaks of, and a path is chosen by all the same."""
    return case.dtype, case.view, case.padding_mode, case.is_finite


def _is_right(implementation: Implementation, case: Case) -> bool:
    seen = _asked(implementation, case)
    return seen is not None and not seen.wrong


def _asked(implementation: Implementation, case: Case) -> Seen | None:
    from conv2d_conformance.diagnosis.evidence import Evidence

    return Evidence(implementation, 1).ask(case)
