"""One check's dealings with the implementation: ask, judge, remember, and reduce what fails to its simplest form."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import NoReturn

from conv2d_conformance import spec
from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.cost import why_too_dear
from conv2d_conformance.cases.features import features_of
from conv2d_conformance.cases.geometry import is_legal, products
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.cases.illegal_kinds import Illegal
from conv2d_conformance.contract.answers import Answer, Implementation, Observation
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.grades import MEANINGS
from conv2d_conformance.effort import Effort
from conv2d_conformance.operations import OPERATIONS, graded
from conv2d_conformance.verdict.claims import illegal_within_claims, within_claims
from conv2d_conformance.verdict.evidence import with_evidence
from conv2d_conformance.verdict.failure import Failure, as_always, as_it_is, failure_of
from conv2d_conformance.verdict.grading import describe_grade
from conv2d_conformance.verdict.history import Remembering
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.judgement import Aspect, Fault, Judgement, Outcome
from conv2d_conformance.verdict.question import FORESEEN, Drawn, Question, claimed_grade
from conv2d_conformance.verdict.repeating import judge_repetitions
from conv2d_conformance.verdict.sequence import LONGEST_SEQUENCE, shortest
from conv2d_conformance.verdict.simplifying import (
    IF_KNOWN,
    OF_A_CRASH,
    REPETITIONS,
    USUAL,
    Simplest,
    repeated,
    simplest,
)
from conv2d_conformance.verdict.tally import Tally, continued, digest
from conv2d_conformance.verdict.together import answers_of, request_of
from conv2d_conformance.verdict.wording import NO_SUCH_THING

BREACHES = frozenset({"imports-reference"})
"""What breaks no requirement, but the rules for adapters: there is no certificate."""


Prepare = Callable[[Case, Capabilities], Question]
"""Makes the question that a case is under some claims."""

Diagnose = Callable[[Implementation, Case, Mapping[Case, bool]], str | None]
"""Says in a sentence what is behind a failing case, given other cases and whether their answers were right."""

Know = Callable[[Implementation, Case, Fault], bool]
"""Whether what is behind a failing case was found before."""


class Nonconforming(AssertionError):
    """The implementation broke a requirement, or gave no answer that could be judged."""

    def __init__(self, failure: Failure, outcome: Outcome) -> None:
        told = f"\n  looks like  {failure.diagnosis}" if failure.diagnosis else ""
        after = "".join(f"\n  after     {line}" for line in failure.after)
        after += f"\n  beside    {failure.beside}" if failure.beside else ""
        super().__init__(
            f"{told}\n  got       {failure.got}\n  required  {failure.required}{after}\n  case      {failure.case}"
        )
        self.failure = failure
        self.outcome = outcome


class Examination:
    """Hands cases to an implementation and keeps the tally of one check.

    `judge` raises Nonconforming for the first case that fails, in its simplest form; every later call re-raises it,
    so that a test that is run again ends as it did before. What `diagnose` says of it is kept with the failure; one
    of which the cause is `known` is reduced less far. Where it need not `simplify`, the first case that fails stands
    as it is. Examinations that ask the same cases can share what they `prepare`, and those of one run the cases that
    were `unsteady`, which failed only sometimes: one such case is made simpler, and those that follow are not.
    """

    def __init__(
        self,
        implementation: Implementation,
        effort: Effort,
        requirements: tuple[str, ...] = (),
        *,
        seed: int = 0,
        diagnose: Diagnose | None = None,
        known: Know | None = None,
        unsteady: list[Case] | None = None,
        simplify: bool = True,
        prepare: Prepare = Question,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.implementation = implementation
        self.effort = effort
        self.requirements = requirements
        self.seed = seed
        self.diagnose = diagnose
        self.known = known
        self.unsteady = [] if unsteady is None else unsteady
        self.simplify = simplify
        self.prepare = prepare
        self.clock = clock
        self.tally = Tally()
        self._upcoming: Case | None = None
        self._prepared: Question | None = None
        self._known: dict[Case, Judgement] = {}
        self._watched: dict[str, tuple[Case, Observation]] = {}
        self._in_sequence: deque[Case] = deque(maxlen=LONGEST_SEQUENCE)
        self._raised: Nonconforming | None = None

    @property
    def _grades(self) -> bool:
        """Whether the answers say how accurate the implementation is: other checks ask what no class is about."""
        return not graded().isdisjoint(self.requirements)

    @property
    def claims(self) -> Capabilities:
        return self.implementation.hello.capabilities

    def judge_all(self, cases: Iterable[Case], *, values: bool = True) -> None:
        """Judge fixed cases, in their order. The next is prepared while an answer is awaited."""
        for case, self._upcoming in pairwise(chain(cases, [None])):
            assert case is not None
            self.judge(case, values=values)

    def judge(
        self, case: Case, *, values: bool = True, times: int = 1, about: Callable[[Case], bool] = lambda _: True
    ) -> None:
        """Ask the case, with what is not claimed set to its simplest form; raise Nonconforming if the answer fails.

        Asked several `times`, all answers must be the same. In its simplest form the case must still be `about` what
        the check tests, and make use of the features that the requirements name, as far as it did; else it is left out.
        """
        if self._raised is not None:
            raise self._raised
        fitting = self._fitting(case)
        if fitting is None or fitting in self._known or not about(fitting) or self._loses(case, fitting):
            return
        case = fitting
        judgement = self._ask(case, values, times)
        self._note_rejection(case, judgement)
        self._known[case] = judgement
        if judgement.outcome != "pass":
            self._raise(case, judgement, values)
        self._count(case, judgement)
        self._end_where_observed()

    def judge_illegal(self, calls: Iterable[Illegal]) -> None:
        """Ask illegal calls; raise Nonconforming for the first that is answered, or where none says anything.

        A call that is refused says something only where the same call without its defect is not: an implementation
        may lack what both of them need. That legal call is asked right after the illegal one.
        """
        if self._raised is not None:
            raise self._raised
        lines: set[str] = set()
        refused = None
        for illegal in calls:
            made = illegal_within_claims(illegal, self.claims)
            if made is None or (line := format_case(made[1])) in lines:
                continue
            lines.add(line)
            legal, spoilt = made
            judgement = self._ask(spoilt, values=True)
            self._note_rejection(spoilt, judgement)
            if judgement.outcome != "pass":
                self._raise(spoilt, judgement, values=True)
            if (fault := self._refusal(legal)) is not None:
                refused = refused or (line, legal, fault)
                judgement = replace(judgement, evidence=0)
            self._count(spoilt, judgement)
        self._end_where_observed()
        if refused is not None and not self.tally.evidence:
            line, legal, fault = refused
            required = f"an answer: an exception for {line} says nothing where it is raised without the defect too"
            # What says nothing of a rejection is, as a refusal, a fault of the legal call as well.
            aspect: Aspect = "accepted" if fault.aspect == "accepted" else "rejected"
            self._end(as_it_is(format_case(legal), Fault(aspect, fault.got, required)), "error")

    def _refusal(self, legal: Case) -> Fault | None:
        """What came in place of an array when a legal call was asked, right or wrong."""
        if legal not in self._known:
            self._known[legal] = self._ask(legal, values=False)
            self._note_rejection(legal, self._known[legal])
        fault = self._known[legal].fault
        return fault if fault is not None and fault.aspect in ("accepted", "answered") else None

    def _loses(self, case: Case, asked: Case) -> bool:
        """Whether the nearest relative of a case lacks a feature that the check is about, and the case had."""
        if asked is case or not self.requirements:
            return False
        about = frozenset().union(*(spec.get(requirement).features for requirement in self.requirements))
        return not about & features_of(case) <= features_of(asked)

    def judge_in_sequence(self, cases: Iterable[Case]) -> None:
        """Ask all cases in their order, each of them afresh; raise Nonconforming for the first answer that fails.

        Nothing else is asked in between. Illegal calls are asked and not judged, which is for other checks, unless one
        is accepted that was rejected earlier in the sequence. A failure names the calls that must come before, and no
        more of them than needed where a fresh process can tell.
        """
        if self._raised is not None:
            raise self._raised
        asked: list[Case] = []
        rejected: set[str] = set()
        for case in filter(None, map(self._fitting, cases)):
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
        """Ask both at once, from two threads of one process; raise Nonconforming where an answer to either fails."""
        if self._raised is not None:
            raise self._raised
        fitting = [self._fitting(one) for one in (case, other)]
        if None in fitting:
            return
        cases = [one for one in fitting if one is not None]
        for one, beside, judgement in zip(cases, reversed(cases), self._ask_together(cases), strict=True):
            if judgement.outcome != "pass":
                self._raise_beside(cases, one, beside, judgement)
            self._count(one, judgement)
        self._end_where_observed()

    def _ask_together(self, cases: Sequence[Case]) -> list[Judgement]:
        first, second = (self.prepare(case, self.claims) for case in cases)
        answers = answers_of(self.implementation.ask(request_of((first, second))))
        judged = [judge(question, answer) for question, answer in zip((first, second), answers, strict=True)]
        for case, judgement in zip(cases, judged, strict=True):
            self._watch(format_case(case), judgement, case.operation)
        return judged

    def _raise_beside(self, cases: Sequence[Case], case: Case, beside: Case, judgement: Judgement) -> NoReturn:
        """What fails alone too is told as such."""
        for one in cases:
            if (alone := self._ask(one, values=True)).outcome != "pass":
                self._raise(one, alone, values=True)
        fault = judgement.fault
        assert fault is not None
        failure = replace(as_it_is(format_case(case), fault), beside=format_case(beside))
        if self.simplify and judgement.outcome == "fail":
            again = [self._ask_together(cases) for _ in range(REPETITIONS)]
            failed = sum(any(found.outcome != "pass" for found in judged) for judged in again)
            failure = replace(failure, failed_repetitions=failed, repetitions=REPETITIONS)
        self._end(failure, judgement.outcome)

    def judge_drawn(self, question: Drawn) -> None:
        """Judge an answer by its distribution; raise Nonconforming if it fails.

        It is asked once: nothing is drawn again, and nothing is made simpler.
        """
        if self._raised is not None:
            raise self._raised
        operation = question.operation
        if operation not in self.implementation.hello.operations:
            lacking = Fault("drawn", f"the adapter has no {operation}", "one, for this profile")
            self._end(as_it_is(question.line, lacking), "error")
        judgement = question.judged(self.implementation)
        self._watch(question.line, judgement, operation)
        if judgement.fault is not None:
            self._end(as_it_is(question.line, judgement.fault), judgement.outcome)
        self._tally(question.line, judgement)
        self._end_where_observed()

    def _end_where_observed(self) -> None:
        for requirement in self.requirements:
            if requirement in self.tally.observed:
                self._end(self._reduced_observation(requirement), "fail")

    def _reduced_observation(self, requirement: str) -> Failure:
        """What was seen beside an answer, in the simplest case that shows it; as it is where no case did."""
        if requirement not in self._watched or not self.simplify:
            return self.tally.observed[requirement]
        case, first = self._watched[requirement]

        def find(candidate: Case) -> Fault | None:
            observed = self._ask(candidate, values=False).observed
            return next((_of_observation(seen) for seen in observed if seen.kind == first.kind), None)

        found = simplest(case, _of_observation(first), find, clock=self.clock)
        return _reduced(case, found)

    def measure(self, case: Case) -> None:
        """Ask a case for what it says of the accuracy: wrong values end nothing, any other fault does."""
        case = within_claims(case, self.claims)  # with its own data, which tell one class from another
        judgement = self._ask(case, values=True)
        if judgement.outcome == "pass":
            self._count(case, judgement)
        elif judgement.fault is None or judgement.fault.aspect != "values":
            self._raise(case, judgement, values=True)

    def _fitting(self, case: Case) -> Case | None:
        """The nearest relative of the case that needs nothing unclaimed, with data that are evidence.

        None where that takes more than is possible: a large padding without its large stride has a large output.
        """
        claimed = within_claims(case, self.claims)
        if claimed != case and why_too_dear(claimed) is not None:
            return None
        return with_evidence(claimed, self.claims)

    def require_claimed_grades(self) -> None:
        """Raise Nonconforming for the first dtype whose claimed class some answer has broken."""
        for dtype, found in self.tally.grading.subjects.items():
            claimed = claimed_grade(self.claims, dtype)
            if claimed in found.failed:
                case = found.failed[claimed].case
                got = f"{dtype}: {describe_grade(dtype, found.failed, found.named, claimed, found.excess)}"
                required = f"{dtype}: grade {claimed}, {MEANINGS[claimed]}"
                failure = as_always(format_case(case), Fault("values", got, required))
                self._end(replace(failure, diagnosis=self._diagnosis(case, {})), "fail")

    def _ask(self, case: Case, values: bool, times: int = 1) -> Judgement:
        question = self._question(case)
        request = question.foreseen(self._look_ahead) if values else question.request
        grading = self.tally.grading if self._grades else None
        answers: list[Answer] = []
        for _ in range(times):
            answers.append(self.implementation.ask(request))
            judgement = judge(question, answers[-1], values=values, grading=grading)
            if judgement.observed:
                self._watch(format_case(case), judgement, case.operation, case)
            if judgement.outcome != "pass":
                break
        return judge_repetitions(judgement, answers, case.signature.symbols)

    def _question(self, case: Case) -> Question:
        prepared, self._prepared = self._prepared, None
        # A stride of 1.0 equals one of 1, and is another question.
        is_prepared = prepared is not None and prepared.case == case and not case.overrides
        return prepared if prepared is not None and is_prepared else self.prepare(case, self.claims)

    def _look_ahead(self) -> None:
        """Prepare the question that comes next, if that takes little."""
        upcoming, self._upcoming = self._upcoming, None
        case = None if upcoming is None else self._fitting(upcoming)
        if case is not None and case not in self._known:
            question = self.prepare(case, self.claims)
            if question.illegal_because is None and products(question.geometry) <= FORESEEN:
                _ = question.request
                self._prepared = question

    def _note_rejection(self, case: Case, judgement: Judgement) -> None:
        """Of what the check asks itself: what is asked to make a case simpler depends on the time that there is."""
        if judgement.rejected is not None:
            legal = judgement.fault is not None
            self.tally.rejections.take(judgement.rejected, format_case(case), legal=legal)

    def _watch(self, line: str, judgement: Judgement, operation: str, case: Case | None = None) -> None:
        for observation in judgement.observed:
            if observation.kind in BREACHES:
                self.tally.breaches.add(observation.sentence)
            requirement = OPERATIONS[operation].observed.get(observation.kind)
            if requirement and requirement not in self.tally.observed:
                self.tally.observed[requirement] = as_always(line, _of_observation(observation))
                if case is not None:
                    self._watched[requirement] = case, observation

    def _tally(self, line: str, judgement: Judgement) -> None:
        tally = self.tally
        if not judgement.evidence:
            tally.without_evidence.append(tally.asked)
        tally.asked += 1
        tally.transcript = continued(tally.transcript, line)
        tally.elements += judgement.elements
        tally.evidence += judgement.evidence
        if judgement.evidence:
            tally.outcome = "pass"
            tally.digests.add(digest(line))

    def _count(self, case: Case, judgement: Judgement) -> None:
        self._tally(format_case(case), judgement)

    def _raise(self, case: Case, judgement: Judgement, values: bool) -> None:
        assert judgement.fault is not None
        if not self.simplify or _is_dear(judgement.fault):
            self._end(as_it_is(format_case(case), judgement.fault), judgement.outcome)
        seen = {known: found.outcome == "pass" for known, found in self._known.items()}

        def find(candidate: Case) -> Fault | None:
            found = self._ask(candidate, values, judgement.calls).fault
            seen[candidate] = found is None
            return found

        is_known = self.known is not None and self.known(self.implementation, case, judgement.fault)
        crashed = judgement.outcome == "error"
        if crashed and is_known:  # seen again, and told from what was seen anyway
            failure = as_it_is(format_case(case), judgement.fault)
            failure = replace(failure, diagnosis=self._diagnosis(case, seen if values else {}))
            self._end(failure, judgement.outcome)
        if self.unsteady and (again := repeated(case, judgement.fault, find)).failed < again.repetitions:
            self._end(_reduced(case, again), judgement.outcome)
        allowance = OF_A_CRASH if crashed else IF_KNOWN if is_known else USUAL
        found = simplest(case, judgement.fault, find, allowance, clock=self.clock)
        failure = _reduced(case, found)
        if found.failed < found.repetitions:
            self.unsteady.append(case)
        else:
            # Where shapes alone were looked at, no answer is known to be right.
            failure = replace(failure, diagnosis=self._diagnosis(found.case, seen if values else {}))
        self._end(failure, judgement.outcome)

    def _diagnosis(self, case: Case, seen: Mapping[Case, bool]) -> str | None:
        return None if self.diagnose is None else self.diagnose(self.implementation, case, seen)

    def _raise_in_sequence(self, asked: list[Case], case: Case, judgement: Judgement) -> None:
        fault = judgement.fault
        assert fault is not None

        def fails_after(before: Sequence[Case]) -> bool:
            self.implementation.restart()
            for earlier in before:
                self.implementation.ask(Question(earlier, self.claims).request)
            found = self._ask(case, values=True).fault
            return found is not None and found.aspect == fault.aspect

        before = self._asked_before()
        can_tell = self.simplify and self.implementation.restart()
        needed = shortest(before, fails_after) if can_tell else None
        if needed is not None and not needed:
            self._raise(case, judgement, values=True)
        failure = replace(
            as_it_is(format_case(case), fault),
            after=tuple(format_case(earlier) for earlier in needed or asked),
            failed_repetitions=int(needed is not None),
        )
        self._end(failure, judgement.outcome)

    def _asked_before(self) -> list[Case]:
        """The calls before the present one: all that the process was asked, where that is known."""
        if not isinstance(self.implementation, Remembering):
            return list(self._in_sequence)
        return [parse(line) for line in list(self.implementation.asked)[:-1]]

    def _end(self, failure: Failure, outcome: Outcome) -> NoReturn:
        self.tally.outcome, self.tally.failure = outcome, failure
        self._raised = Nonconforming(failure, outcome)
        raise self._raised


def _reduced(case: Case, found: Simplest) -> Failure:
    return failure_of(
        format_case(found.case),
        found.fault,
        first_case=format_case(case),
        failed=found.failed,
        repetitions=found.repetitions,
    )


def _is_dear(fault: Fault) -> bool:
    """Whether to see it again takes all the time, or all the memory, that a call is allowed."""
    return fault.broken in ("timeout", "memory-limit")


def _of_observation(seen: Observation) -> Fault:
    return Fault("observed", seen.sentence, NO_SUCH_THING)
