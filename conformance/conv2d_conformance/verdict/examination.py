"""The examination of an implementation by one check: ask, judge, count, and end at the first failure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NoReturn

import numpy as np
from numpy.random import Philox

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.cost import why_too_dear
from conv2d_conformance.cases.geometry import is_legal, multiply_adds
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.cases.illegal_kinds import Illegal
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.grades import MEANINGS
from conv2d_conformance.contract.invariances import Invariance
from conv2d_conformance.verdict.claims import outside_limits, within_claims
from conv2d_conformance.verdict.evidence import askable, with_evidence
from conv2d_conformance.verdict.examining import Examining, Nonconforming
from conv2d_conformance.verdict.failure import as_always, as_it_is
from conv2d_conformance.verdict.grading import describe_grade
from conv2d_conformance.verdict.judgement import Aspect, Fault, Judgement
from conv2d_conformance.verdict.large_question import full_size_cases
from conv2d_conformance.verdict.question import DrawnQuestion, claimed_grade

__all__ = ["Examination", "Nonconforming"]


class Examination(Examining):
    """Asks an implementation the cases of one check, and keeps the tally.

    `judge` raises Nonconforming for the first failing case, reduced by the simplifier. Every later call raises it
    again, so that a repeated test ends as before.
    """

    def judge_all(self, cases: Iterable[Case], *, values: bool = True) -> None:
        """Judge fixed cases in order. The next one is prepared while an answer is awaited."""
        for case in self._ahead(cases, self._foresee_unknown):
            self.judge(case, values=values)

    def judge(
        self, case: Case, *, values: bool = True, times: int = 1, about: Callable[[Case], bool] = lambda _: True
    ) -> None:
        """Ask the case, with unclaimed features in their simplest form; raise Nonconforming if the answer fails.

        Asked several `times`, all answers must be the same. In its simplest form the case must still be `about` what
        the check tests, and make use of the features that the requirements name, as far as it did; else it is left out.
        """
        if self._raised is not None:
            raise self._raised
        fitting = self._fitting(case)
        if fitting is None or fitting in self._known or not about(fitting) or self._loses(case, fitting):
            return
        self._take(fitting, self._ask(fitting, values, times), values)

    def judge_alike(self, case: Case, invariance: Invariance) -> None:
        """Ask a case and its relatives; raise Nonconforming if they differ. A case that has none is left out."""
        if self._raised is not None:
            raise self._raised
        fitting = self._fitting(case)
        if fitting is None or fitting in self._known or self._loses(case, fitting):
            return
        judgement = self._ask_alike(fitting, invariance)
        if judgement is not None:
            self._take(fitting, judgement, values=True)

    def _take(self, case: Case, judgement: Judgement, values: bool) -> None:
        """Note a judgement; raise Nonconforming for a failure."""
        self._note_rejection(case, judgement)
        self._known[case] = judgement
        if judgement.outcome != "pass":
            self._raise(case, judgement, values)
        self._count(case, judgement)
        self._end_where_observed()

    def judge_illegal(self, calls: Iterable[Illegal]) -> None:
        """Ask illegal calls; raise Nonconforming for the first one that is answered, or if no refusal is evidence.

        A call that is refused says something only where the same call without its defect is not: an implementation
        may lack what both of them need. That legal call is asked right after the illegal one.
        """
        if self._raised is not None:
            raise self._raised
        lines: set[str] = set()
        refused = None

        def foresee(illegal: Illegal) -> None:
            if (made := self._made(illegal)) is not None and made.line not in lines:
                self.asker.foresee(made.spoilt)
                if made.legal not in self._known:
                    self.asker.foresee(made.legal)

        for illegal in self._ahead(calls, foresee):
            made = self._made(illegal)
            if made is None or made.line in lines:
                continue
            lines.add(made.line)
            legal, spoilt = made.legal, made.spoilt
            judgement = self._ask(spoilt, values=True)
            self._note_rejection(spoilt, judgement)
            if judgement.outcome != "pass":
                self._raise(spoilt, judgement, values=True)
            if (fault := self._refusal(legal)) is not None:
                refused = refused or (made.line, legal, fault)
                judgement = replace(judgement, evidence=0)
            self._count(spoilt, judgement)
        self._end_where_observed()
        if refused is not None and not self.tally.evidence:
            line, legal, fault = refused
            required = f"an answer: an exception for {line} says nothing where it is raised without the defect too"
            # What says nothing of a rejection is, as a refusal, a fault of the legal call as well.
            aspect: Aspect = "accepted" if fault.aspect == "accepted" else "rejected"
            self._end(as_it_is(format_case(legal), Fault(aspect, fault.got, required)), "error")

    def judge_outside(self, cases: Iterable[Case]) -> None:
        """Ask legal calls beyond the limits; raise Nonconforming for the first that is answered wrongly.

        They are near the cases, need nothing else that is not claimed, and are no larger than the effort allows.
        """
        if self._raised is not None:
            raise self._raised
        for case in (beyond for near in cases for beyond in outside_limits(near, self.claims)):
            if why_too_dear(case) is not None or multiply_adds(case) > self.effort.multiply_adds:
                continue
            asked = with_evidence(case, self.claims)
            if asked in self._known:
                continue
            judgement = self._known[asked] = self._ask(asked, values=True)
            self._note_rejection(asked, judgement)
            if judgement.outcome != "pass":
                self._raise(asked, judgement, values=True)
            self._count(asked, judgement)
        self._end_where_observed()

    def _refusal(self, legal: Case) -> Fault | None:
        """The fault if a legal call gave no array; arrays may be right or wrong."""
        if legal not in self._known:
            self._known[legal] = self._ask(legal, values=False)
            self._note_rejection(legal, self._known[legal])
        fault = self._known[legal].fault
        return fault if fault is not None and fault.aspect in ("accepted", "answered") else None

    def judge_in_sequence(self, cases: Iterable[Case]) -> None:
        """Ask all cases in order, even equal ones; raise Nonconforming for the first answer that fails.

        Nothing else is asked in between. Illegal calls are asked and not judged, which is for other checks, unless one
        is accepted that was rejected earlier in the sequence. A failure names the calls that must come before, and no
        more of them than needed where a fresh process can tell.
        """
        if self._raised is not None:
            raise self._raised
        asked: list[Case] = []
        rejected: set[str] = set()
        for unfitted in self._ahead(cases, self._foresee):
            case = self._fitting(unfitted)
            if case is None:
                continue
            judgement = self._ask(case, values=True)
            self._note_rejection(case, judgement)
            if not is_legal(case):
                line = format_case(case)  # of equal cases, such as those of 1 and 1.0, each has its own
                if judgement.outcome == "pass":
                    rejected.add(line)
                elif judgement.outcome == "fail" and line in rejected:
                    self._raise_in_sequence(asked, case, judgement)
            else:
                if judgement.outcome != "pass":
                    self._raise_in_sequence(asked, case, judgement)
                self._count(case, judgement)
            asked.append(case)
            self._in_sequence.append(case)
        self._end_where_observed()

    def judge_together(self, case: Case, other: Case) -> None:
        """Ask both at once, from two threads of one process; raise Nonconforming if either answer fails."""
        if self._raised is not None:
            raise self._raised
        fitting = [askable(one, self.claims) for one in (case, other)]
        if None in fitting:
            return
        cases = [one for one in fitting if one is not None]
        for one, beside, judgement in zip(cases, reversed(cases), self._ask_together(cases), strict=True):
            if judgement.outcome != "pass":
                self._raise_beside(cases, one, beside, judgement)
            self._count(one, judgement)
        self._end_where_observed()

    def _raise_beside(self, cases: Sequence[Case], case: Case, beside: Case, judgement: Judgement) -> NoReturn:
        """Raise the failure of one of two calls; one that also fails alone is raised as such."""
        for one in cases:
            if (alone := self._ask(one, values=True)).outcome != "pass":
                self._raise(one, alone, values=True)
        fault = judgement.fault
        assert fault is not None
        failure = replace(as_it_is(format_case(case), fault), beside=format_case(beside))
        if self.simplifier is not None and judgement.outcome == "fail":
            failure = self.simplifier.together(self.asker, cases, failure)
        self._end(failure, judgement.outcome)

    def judge_at_full_size(self, shapes: Iterable[Case]) -> None:
        """Ask calls of these shapes, in every dtype that is claimed; raise Nonconforming for the first wrong answer.

        Each is asked three times, with other data. A shape beyond the claims or the limits is left out, and none is
        made simpler.
        """
        if self._raised is not None:
            raise self._raised
        seeds = np.random.Generator(Philox(key=self.seed))
        for shape in shapes:
            for dtype in sorted(self.claims.dtypes, key=DTYPES.index):
                case = replace(shape, dtype=dtype, data=Recipe())
                first, second, third = (int(seed) for seed in seeds.integers(1, 2**63, 3))
                if within_claims(case, self.claims) != case:
                    continue
                for asked in full_size_cases(case, self.claims, (first, second, third)):
                    judgement = self._ask_at_full_size(asked)
                    self._note_rejection(asked, judgement)
                    if judgement.outcome != "pass":
                        assert judgement.fault is not None
                        self._end(as_it_is(format_case(asked), judgement.fault), judgement.outcome)
                    self._count(asked, judgement)
        self._end_where_observed()

    def judge_drawn(self, question: DrawnQuestion) -> None:
        """Judge an answer by its distribution; raise Nonconforming if it fails.

        It is asked once: nothing is drawn again, and nothing is made simpler.
        """
        if self._raised is not None:
            raise self._raised
        operation = question.operation
        if operation not in self.implementation.hello.operations:
            lacking = Fault("drawn", f"the adapter has no {operation}", "one, for this profile")
            self._end(as_it_is(question.line, lacking), "error")
        judgement = self.asker.ask_drawn(question)
        if judgement.fault is not None:
            self._end(as_it_is(question.line, judgement.fault), judgement.outcome)
        self._tally(question.line, judgement)
        self._end_where_observed()

    def measure(self, case: Case) -> None:
        """Ask a case to measure the accuracy: wrong values do not end the check, any other fault does."""
        fitting = within_claims(case, self.claims)  # with its own data, which tell one class from another
        if fitting is None:
            return
        case = fitting
        judgement = self._ask(case, values=True)
        if judgement.outcome == "pass":
            self._count(case, judgement)
        elif judgement.fault is None or judgement.fault.aspect != "values":
            self._raise(case, judgement, values=True)

    def require_claimed_grades(self) -> None:
        """Raise Nonconforming for the first dtype whose claimed class an answer has broken."""
        for dtype, found in self.tally.grading.subjects.items():
            claimed = claimed_grade(self.claims, dtype)
            if claimed in found.failed:
                case = found.failed[claimed].case
                got = f"{dtype}: {describe_grade(dtype, found.failed, found.named, claimed, found.excess)}"
                required = f"{dtype}: grade {claimed}, {MEANINGS[claimed]}"
                failure = as_always(format_case(case), Fault("values", got, required))
                if self.simplifier is not None:
                    failure = replace(failure, diagnosis=self.simplifier.diagnosis(self.asker, case, {}))
                self._end(failure, "fail")

    def _raise_in_sequence(self, asked: list[Case], case: Case, judgement: Judgement) -> NoReturn:
        fault = judgement.fault
        assert fault is not None
        before = self._asked_before()
        needed = None if self.simplifier is None else self.simplifier.needed(self.asker, before, case, fault)
        if needed is not None and not needed:
            self._raise(case, judgement, values=True)
        failure = replace(
            as_it_is(format_case(case), fault),
            after=tuple(format_case(earlier) for earlier in needed or asked),
            failed_repetitions=int(needed is not None),
        )
        self._end(failure, judgement.outcome)
