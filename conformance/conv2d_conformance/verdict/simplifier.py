"""Reduce a failure to its simplest form, and find its cause."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.contract.answers import Implementation, Observation
from conv2d_conformance.verdict.asker import Asker
from conv2d_conformance.verdict.failure import Failure, as_it_is, failure_of
from conv2d_conformance.verdict.fault_sentences import NO_SUCH_THING
from conv2d_conformance.verdict.judgement import Fault, Judgement
from conv2d_conformance.verdict.needed_calls import shortest
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.simplest_case import (
    IF_KNOWN,
    OF_A_CRASH,
    REPETITIONS,
    USUAL,
    Simplest,
    repeated,
    simplest,
)

Diagnose = Callable[[Implementation, Case, Mapping[Case, bool]], str | None]
"""States the cause of a failing case in a sentence, given other cases and whether their answers were right."""

Know = Callable[[Implementation, Case, Fault], bool]
"""Whether the cause of a failing case is already known."""


@dataclass(frozen=True, kw_only=True)
class Simplifier:
    """Reduces failures by asking further cases.

    The sentence of `diagnose` is kept with the failure. A failure whose cause is `known` is reduced less far.
    Simplifiers of one run can share the `unsteady` cases, which failed only sometimes: the first one is reduced, later
    ones are not.
    """

    diagnose: Diagnose | None = None
    known: Know | None = None
    unsteady: list[Case] | None = None
    clock: Callable[[], float] = time.monotonic

    def failing(
        self, asker: Asker, case: Case, judgement: Judgement, *, values: bool, asked: Mapping[Case, Judgement]
    ) -> Failure:
        """The failure of a case, judged with or without its values. `asked` are the cases before it."""
        assert judgement.fault is not None
        once = as_it_is(format_case(case), judgement.fault)
        if _is_dear(judgement.fault):
            return once
        seen = {other: found.outcome == "pass" for other, found in asked.items()}

        def find(candidate: Case) -> Fault | None:
            found = asker.ask_again(candidate, judgement, values=values)
            seen[candidate] = found is None
            return found

        # What lies outside the limits stays outside: a call that is inside them fails for another reason.
        is_inside = asker.may_ask(case)

        def admits(candidate: Case) -> bool:
            return asker.may_ask(candidate) == is_inside

        is_known = self.known is not None and is_inside and self.known(asker.implementation, case, judgement.fault)
        crashed = judgement.outcome == "error"
        if crashed and is_known:  # it was seen again, and earlier answers suffice for the diagnosis
            return replace(once, diagnosis=self.diagnosis(asker, case, seen if values else {}))
        if self.unsteady and (again := repeated(case, judgement.fault, find)).failed < again.repetitions:
            return _reduced(case, again)
        allowance = OF_A_CRASH if crashed else IF_KNOWN if is_known else USUAL
        found = simplest(case, judgement.fault, find, allowance, clock=self.clock, admits=admits)
        failure = _reduced(case, found)
        if found.failed == found.repetitions:
            # If only shapes were judged, no answer is known to be right.
            return replace(failure, diagnosis=self.diagnosis(asker, found.case, seen if values else {}))
        if self.unsteady is not None:
            self.unsteady.append(case)
        return failure

    def observed(self, asker: Asker, case: Case, first: Observation) -> Failure:
        """The failure for an observation beside the answer to a case, in the simplest case that shows it."""

        def find(candidate: Case) -> Fault | None:
            observed = asker.ask(candidate, values=False).observed
            return next((_of_observation(seen) for seen in observed if seen.kind == first.kind), None)

        found = simplest(case, _of_observation(first), find, clock=self.clock, admits=asker.may_ask)
        return _reduced(case, found)

    def together(self, asker: Asker, cases: Sequence[Case], failure: Failure) -> Failure:
        """The failure of one of two cases asked at once, with how often either fails so."""
        again = [asker.ask_together(cases) for _ in range(REPETITIONS)]
        failed = sum(any(found.outcome != "pass" for found in judged) for judged in again)
        return replace(failure, failed_repetitions=failed, repetitions=REPETITIONS)

    def needed(self, asker: Asker, before: Sequence[Case], case: Case, fault: Fault) -> list[Case] | None:
        """The earlier calls that a case needs to fail so; None where a fresh process cannot tell."""

        def fails_after(earlier: Sequence[Case]) -> bool:
            asker.implementation.restart()
            for one in earlier:
                asker.implementation.ask(Question(one, asker.claims).request)
            found = asker.ask(case, values=True).fault
            return found is not None and found.aspect == fault.aspect

        return shortest(before, fails_after) if asker.implementation.restart() else None

    def diagnosis(self, asker: Asker, case: Case, seen: Mapping[Case, bool]) -> str | None:
        """The cause of a failing case, from it and from other cases seen to fail or not.

        Of a call outside the limits nothing follows from others, which are asked inside.
        """
        if self.diagnose is None or not asker.may_ask(case):
            return None
        return self.diagnose(asker.implementation, case, seen)


SIMPLIFIER = Simplifier()
"""For a single examination, whose failures nobody diagnoses."""


def _reduced(case: Case, found: Simplest) -> Failure:
    return failure_of(
        format_case(found.case),
        found.fault,
        first_case=format_case(case),
        failed=found.failed,
        repetitions=found.repetitions,
    )


def _is_dear(fault: Fault) -> bool:
    """Whether each repetition uses up the time or the memory that a call may take."""
    return fault.broken in ("timeout", "memory-limit")


def _of_observation(seen: Observation) -> Fault:
    return Fault("observed", seen.sentence, NO_SUCH_THING)
