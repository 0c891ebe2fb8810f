"""The diagnoses of one run: a fault is searched for once, and later failures are first compared with known faults."""

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
    from conv2d_conformance.diagnosis.evidence import SeenAnswer
    from conv2d_conformance.verdict.judgement import Fault


class Diagnoses:
    """The diagnoses so far, each with its case, the latest last.

    A diagnosis explains another case only if it speaks of more than its own. If it does not say how answers are wrong,
    it explains only a case of the same kind. Each case is searched once, and its result, even None, is repeated. After
    a search in vain, a legal case that does not fail in a fresh process is left to the search for earlier calls. The
    search for an illegal one takes fewer calls than a process takes to start, and all but one of them are the same for
    every such case, so that they are made once.
    """

    def __init__(self) -> None:
        self._found: list[tuple[Case, Diagnosis]] = []
        self._said: dict[Case, str | None] = {}
        self._without_an_answer: set[str] = set()
        self._known_crashes: set[Case] = set()
        self._in_vain = False
        self._illegal: dict[Case, SeenAnswer] = {}

    def know(self, implementation: Implementation, failing: Case, fault: Fault) -> bool:
        """Whether an earlier diagnosis explains a failing case. A crash is slow to repeat, so its rule decides."""
        if fault.aspect != "answered":
            return self._recognised(implementation, failing) is not None
        words = masked(fault.got)
        if words in self._without_an_answer:
            self._known_crashes.add(failing)
        self._without_an_answer.add(words)
        return failing in self._known_crashes

    def sentence_about(self, implementation: Implementation, failing: Case, seen: Mapping[Case, bool]) -> str | None:
        """The sentence of an earlier diagnosis that explains the case, or else of a new one."""
        if failing not in self._said:
            found = self._recognised(implementation, failing)
            if found is None:
                found = self._new(implementation, failing, seen)
                if found is not None and found.model is not None:
                    self._found.append((failing, found))
            self._said[failing] = None if found is None else found.sentence
        return self._said[failing]

    def explains_others(self, sentence: str | None) -> bool:
        """Whether a sentence that was said explains more than one case."""
        return any(found.sentence == sentence for _, found in self._found)

    def _new(self, implementation: Implementation, failing: Case, seen: Mapping[Case, bool]) -> Diagnosis | None:
        if failing in self._known_crashes:
            from conv2d_conformance.diagnosis.search import of_crash

            return of_crash(failing, seen)
        legal = is_legal(failing)
        if legal and self._in_vain and implementation.restart() and _is_right(implementation, failing):
            return None
        found = diagnose(implementation, failing, seen=seen, illegal=self._illegal)
        self._in_vain |= legal and found is None
        return found

    def _recognised(self, implementation: Implementation, failing: Case) -> Diagnosis | None:
        if not self._found or not elementwise(failing.operation).is_diagnosed:
            return None
        if failing in self._known_crashes:  # not asked again: a crash costs a process
            return next((found for _, found in self._found if _crashes_in(found, failing)), None)
        seen = _asked(implementation, failing)
        if seen is None or not seen.wrong:
            return None
        return next((found for case, found in self._found if _explains(case, found, failing, seen)), None)


def _explains(case: Case, found: Diagnosis, failing: Case, seen: SeenAnswer) -> bool:
    model = found.model
    assert model is not None
    return (model.says_how or _kind(case) == _kind(failing)) and model.explains(seen)


def _crashes_in(found: Diagnosis, case: Case) -> bool:
    """Whether the rule of a diagnosis says that the case has no answer."""
    from conv2d_conformance.diagnosis.sizes import sizes_of

    model = found.model
    assert model is not None
    if not model.crashes or not is_legal(case):
        return False
    sizes = sizes_of(case)
    return not model.rule.is_silent(sizes) and model.rule.holds(sizes)


def _kind(case: Case) -> tuple[Any, ...]:
    """The properties that select a path, but that no rule about sizes mentions."""
    return case.dtype, case.view, case.padding_mode, case.is_finite


def _is_right(implementation: Implementation, case: Case) -> bool:
    seen = _asked(implementation, case)
    return seen is not None and not seen.wrong


def _asked(implementation: Implementation, case: Case) -> SeenAnswer | None:
    from conv2d_conformance.diagnosis.evidence import Evidence

    return Evidence(implementation, 1).ask(case)
