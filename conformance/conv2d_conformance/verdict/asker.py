"""Ask an implementation the cases of one check, and judge the answers."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.contract.answers import Answer, Implementation, Observation
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.invariances import INVARIANCES, Invariance
from conv2d_conformance.operations import OPERATIONS
from conv2d_conformance.verdict.alike import judge_alike
from conv2d_conformance.verdict.claims import keeps_limits
from conv2d_conformance.verdict.concurrent_questions import answers_of, request_of
from conv2d_conformance.verdict.failure import as_always
from conv2d_conformance.verdict.fault_sentences import NO_SUCH_THING
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.judgement import Fault, Judgement
from conv2d_conformance.verdict.large_question import LargeQuestion
from conv2d_conformance.verdict.question import DrawnQuestion, Question
from conv2d_conformance.verdict.relatives import relatives
from conv2d_conformance.verdict.repetitions import judge_repetitions
from conv2d_conformance.verdict.tally import Tally

BREACHES = frozenset({"imports-reference"})
"""Observations that break the rules for adapters instead of a requirement: there is no certificate."""

MOST_PREPARED = 3
"""A legal call that is asked next, and an illegal one after it with its own."""

MOST_REPEATED = 2
"""A call and another: in a sequence one call comes after each of the others."""

Prepare = Callable[[Case, Capabilities], Question]
"""Makes a question of a case and some claims."""


class Asker:
    """Asks an implementation on behalf of one check.

    Observations beside an answer go into the tally, whatever the case was asked for. If the check `grades`, so does
    what the answer says about the accuracy. Askers of the same cases can share what they `prepare`.
    """

    def __init__(self, implementation: Implementation, tally: Tally, *, grades: bool, prepare: Prepare) -> None:
        self.implementation = implementation
        self.grades = grades
        self.watched: dict[str, tuple[Case, Observation]] = {}
        self._tally = tally
        self._prepare = prepare
        self._prepared: deque[Question] = deque(maxlen=MOST_PREPARED)
        self._asked: deque[Question] = deque(maxlen=MOST_REPEATED)

    @property
    def claims(self) -> Capabilities:
        return self.implementation.hello.capabilities

    def may_ask(self, case: Case) -> bool:
        """Whether a case lies within the limits of the implementation."""
        return keeps_limits(case, self.claims)

    def ask(
        self, case: Case, *, values: bool, times: int = 1, meanwhile: Callable[[], object] = lambda: None
    ) -> Judgement:
        """Ask a case, up to `times` times or until an answer fails. The work `meanwhile` is short."""
        question = self._question(case)
        request = question.foreseen(meanwhile, self._foresee_laws, values=values)
        grading = self._tally.grading if self.grades else None
        answers: list[Answer] = []
        for _ in range(times):
            answers.append(self.implementation.ask(request))
            judgement = judge(question, answers[-1], values=values, grading=grading)
            if judgement.observed:
                self._watch(format_case(case), judgement, case.operation, case)
            if judgement.outcome != "pass":
                break
        return judge_repetitions(judgement, answers, case.signature.symbols)

    def ask_at_full_size(self, case: Case) -> Judgement:
        """Ask a case of any size. Its arrays and the answer are freed before the next one."""
        question = LargeQuestion(case, self.claims)
        judgement = judge(question, self.implementation.ask(question.request))
        self._watch(format_case(case), judgement, case.operation)
        return judgement

    def ask_alike(self, case: Case, invariance: Invariance) -> Judgement | None:
        """Ask a case and its relatives. None, without a call, where it has none."""
        question = self._question(case)
        if not (found := relatives(question, invariance)):
            return None
        answer = self.implementation.ask(question.request)
        judgement = judge(question, answer)
        if judgement.observed:
            self._watch(format_case(case), judgement, case.operation, case)
        return judge_alike(question, judgement, answer, invariance, found, self.implementation)

    def ask_again(self, case: Case, judgement: Judgement, *, values: bool) -> Fault | None:
        """The fault of a case that is asked as the one of this judgement was."""
        aspect = None if judgement.fault is None else judgement.fault.aspect
        for invariance in INVARIANCES:
            if aspect == invariance:
                alike = self.ask_alike(case, invariance)
                return None if alike is None else alike.fault
        return self.ask(case, values=values, times=judgement.calls).fault

    def ask_together(self, cases: Sequence[Case]) -> list[Judgement]:
        """Ask two cases at once."""
        first, second = (self._prepare(case, self.claims) for case in cases)
        answers = answers_of(self.implementation.ask(request_of((first, second))))
        judged = [judge(question, answer) for question, answer in zip((first, second), answers, strict=True)]
        for case, judgement in zip(cases, judged, strict=True):
            self._watch(format_case(case), judgement, case.operation)
        return judged

    def ask_drawn(self, question: DrawnQuestion) -> Judgement:
        """Ask a question whose answer is drawn."""
        judgement = question.judged(self.implementation)
        self._watch(question.line, judgement, question.operation)
        return judgement

    def foresee(self, case: Case) -> None:
        """Prepare a question that comes soon, if that is little work and it was not asked just now."""
        if any(question.case is case for question in self._asked):
            return
        question = self._prepare(case, self.claims)
        if question.is_small:
            _ = question.request
            self._prepared.append(question)

    def _foresee_laws(self) -> None:
        """Find what the answers to the next questions will be held against."""
        for question in self._prepared:
            question.foresee_law()

    def _question(self, case: Case) -> Question:
        question = self._taken(case) or self._prepare(case, self.claims)
        if question.is_small:
            self._asked.append(question)
        return question

    def _taken(self, case: Case) -> Question | None:
        """The question of this case that was asked just now or prepared, if there is one."""
        # The same object: a stride of 1.0 equals a stride of 1, but makes another question.
        for questions in (self._asked, self._prepared):
            for place, question in enumerate(questions):
                if question.case is case:
                    del questions[place]
                    return question
        return None

    def _watch(self, line: str, judgement: Judgement, operation: str, case: Case | None = None) -> None:
        for observation in judgement.observed:
            if observation.kind in BREACHES:
                self._tally.breaches.add(observation.sentence)
            requirement = OPERATIONS[operation].observed.get(observation.kind)
            if requirement and requirement not in self._tally.observed:
                self._tally.observed[requirement] = as_always(
                    line, Fault("observed", observation.sentence, NO_SUCH_THING)
                )
                if case is not None:
                    self.watched[requirement] = case, observation
