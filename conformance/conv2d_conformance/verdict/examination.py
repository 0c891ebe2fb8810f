"""One check's dealings with the implementation: ask, judge, remember, and reduce what fails to its simplest form."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from conv2d_conformance.adapter import Capabilities
from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.cases.shrink import shrink
from conv2d_conformance.effort import Effort
from conv2d_conformance.implementation.answers import Implementation
from conv2d_conformance.law.classes import MEANINGS
from conv2d_conformance.verdict.claims import within_claims
from conv2d_conformance.verdict.grading import Grading, describe_grade
from conv2d_conformance.verdict.judge import Fault, Judgement, Outcome, judge
from conv2d_conformance.verdict.question import Question, claimed_grade

SHRINK_BUDGET = 300
SHRINK_BUDGET_AFTER_CRASH = 12
REPETITIONS = 5

OBSERVED_REQUIREMENTS = {
    "input-changed": "memory.inputs-unchanged",
    "guard-changed": "memory.guards-unchanged",
    "aliases-input": "memory.result-owns-memory",
    "aliases-output": "memory.results-independent",
    "output-changed": "memory.results-independent",
}
"""The requirement that is broken by something seen beside the answer, whichever check made the call."""

OBSERVED_OF_LAYERS = dict.fromkeys(
    ("aliases-output", "aliases-itself", "output-changed"), "initialisation.results-independent"
)
"""The same for calls of `initialize`."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failing case in its simplest form, and how often it fails when it is asked again."""

    case: str
    got: str
    required: str
    first_case: str
    failed_repetitions: int = REPETITIONS
    repetitions: int = REPETITIONS


class Nonconforming(AssertionError):
    """The implementation broke a requirement, or gave no answer that could be judged."""

    def __init__(self, failure: Failure, outcome: Outcome) -> None:
        super().__init__(f"\n  got       {failure.got}\n  required  {failure.required}\n  case      {failure.case}")
        self.failure = failure
        self.outcome = outcome


@dataclass
class Tally:
    """What one check has seen so far."""

    outcome: Outcome = "error"
    digests: set[int] = field(default_factory=set)
    asked: int = 0
    elements: int = 0
    evidence: int = 0
    margins: dict[str, dict[str, Any]] = field(default_factory=dict)
    failure: Failure | None = None
    observed: dict[str, Failure] = field(default_factory=dict)
    grading: Grading = field(default_factory=Grading)


class Examination:
    """Hands cases to an implementation and keeps the tally of one check.

    `judge` raises Nonconforming for the first case that fails, in its simplest form; every later call re-raises it,
    so that a test that is run again ends as it did before.
    """

    def __init__(
        self, implementation: Implementation, effort: Effort, requirements: tuple[str, ...] = (), *, seed: int = 0
    ) -> None:
        self.implementation = implementation
        self.effort = effort
        self.requirements = requirements
        self.seed = seed
        self.tally = Tally()
        self._known: dict[Case, Judgement] = {}
        self._raised: Nonconforming | None = None

    @property
    def claims(self) -> Capabilities:
        return self.implementation.hello.capabilities

    def judge_all(self, cases: Iterable[Case], *, values: bool = True) -> None:
        """Judge fixed cases, in their order."""
        for case in cases:
            self.judge(case, values=values)

    def judge(self, case: Case, *, values: bool = True) -> None:
        """Ask the case, with what is not claimed set to its simplest form; raise Nonconforming if the answer fails."""
        if self._raised is not None:
            raise self._raised
        case = within_claims(case, self.claims)
        if case in self._known:
            return
        judgement = self._ask(case, values)
        self._known[case] = judgement
        if judgement.outcome != "pass":
            self._raise(case, judgement, values)
        self._count(case, judgement)
        self._end_where_observed()

    def judge_line(self, line: str, operation: str, ask: Callable[[Implementation], Judgement]) -> None:
        """Judge what a line of another grammar asks of another operation; raise Nonconforming if the answer fails.

        It is asked once: nothing is drawn again, and nothing is made simpler.
        """
        if self._raised is not None:
            raise self._raised
        once = {"failed_repetitions": 1, "repetitions": 1}
        if operation not in self.implementation.hello.operations:
            self._end(Failure(line, f"the adapter has no {operation}", "one, for this profile", line, **once), "error")
        judgement = ask(self.implementation)
        self._watch(line, judgement, OBSERVED_OF_LAYERS if operation == "initialize" else OBSERVED_REQUIREMENTS)
        if judgement.fault is not None:
            self._end(Failure(line, judgement.fault.got, judgement.fault.required, line, **once), judgement.outcome)
        self._tally(line, judgement)
        self._end_where_observed()

    def _end_where_observed(self) -> None:
        for requirement in self.requirements:
            if requirement in self.tally.observed:
                self._end(self.tally.observed[requirement], "fail")

    def measure(self, case: Case) -> None:
        """Ask a case for what it says of the accuracy: wrong values end nothing, any other fault does."""
        case = within_claims(case, self.claims)
        judgement = self._ask(case, values=True)
        if judgement.outcome == "pass":
            self._count(case, judgement)
        elif judgement.fault is None or judgement.fault.aspect != "values":
            self._raise(case, judgement, values=True)

    def require_claimed_grades(self) -> None:
        """Raise Nonconforming for the first dtype whose claimed class some answer has broken."""
        for dtype, failed in self.tally.grading.failed.items():
            claimed = claimed_grade(self.claims, dtype)
            if claimed in failed:
                line = format_case(failed[claimed].case)
                got = f"{dtype}: {describe_grade(dtype, set(failed))}"
                self._end(Failure(line, got, f"{dtype}: grade {claimed}, {MEANINGS[claimed]}", line), "fail")

    def _ask(self, case: Case, values: bool) -> Judgement:
        question = Question(case, self.claims)
        judgement = judge(
            question, self.implementation.ask(question.request), values=values, grading=self.tally.grading
        )
        if judgement.observed:
            self._watch(format_case(case), judgement, OBSERVED_REQUIREMENTS)
        return judgement

    def _watch(self, line: str, judgement: Judgement, requirements: Mapping[str, str]) -> None:
        for observation in judgement.observed:
            requirement = requirements.get(observation.kind)
            if requirement and requirement not in self.tally.observed:
                self.tally.observed[requirement] = Failure(line, observation.sentence, "no such thing", line)

    def _tally(self, line: str, judgement: Judgement) -> None:
        tally = self.tally
        tally.asked += 1
        tally.elements += judgement.elements
        tally.evidence += judgement.evidence
        if judgement.evidence:
            tally.outcome = "pass"
            tally.digests.add(digest(line))

    def _count(self, case: Case, judgement: Judgement) -> None:
        self._tally(format_case(case), judgement)
        tally = self.tally
        worst = tally.margins.get(case.dtype)
        if judgement.margin is not None and (worst is None or judgement.margin > worst["share_of_bound"]):
            tally.margins[case.dtype] = {
                "share_of_bound": judgement.margin,
                "element": list(judgement.where or ()),
                "case": format_case(case),
            }

    def _raise(self, case: Case, judgement: Judgement, values: bool) -> None:
        simplest, fault = self._simplify(case, judgement, values)
        line = format_case(simplest)
        failure = Failure(line, fault.got, fault.required, format_case(case))
        if judgement.outcome == "fail":
            again = [self._ask(simplest, values).outcome for _ in range(REPETITIONS)]
            failure = replace(failure, failed_repetitions=sum(outcome != "pass" for outcome in again))
        self._end(failure, judgement.outcome)

    def _end(self, failure: Failure, outcome: Outcome) -> NoReturn:
        self.tally.outcome, self.tally.failure = outcome, failure
        self._raised = Nonconforming(failure, outcome)
        raise self._raised

    def _simplify(self, case: Case, judgement: Judgement, values: bool) -> tuple[Case, Fault]:
        """The simplest case that fails in the same respect, with its fault."""
        assert judgement.fault is not None
        faults: dict[Case, Fault] = {case: judgement.fault}

        def fails(candidate: Case) -> bool:
            found = self._ask(candidate, values)
            if found.fault is None or found.fault.aspect != faults[case].aspect:
                return False
            faults[candidate] = found.fault
            return True

        if "no answer within" in judgement.fault.got:
            return case, judgement.fault
        budget = SHRINK_BUDGET if judgement.outcome == "fail" else SHRINK_BUDGET_AFTER_CRASH
        simplest = shrink(case, fails, budget=budget)
        return simplest, faults[simplest]


def digest(line: str) -> int:
    """A number that stands for a case line, to count distinct ones across checks."""
    return int.from_bytes(hashlib.blake2b(line.encode(), digest_size=6).digest())


def as_json(tally: Tally) -> dict[str, Any]:
    """The tally in builtins alone, so that it can travel between processes."""
    failure = None if tally.failure is None else failure_as_json(tally.failure)
    return {
        "outcome": tally.outcome,
        "digests": sorted(tally.digests),
        "asked": tally.asked,
        "elements": tally.elements,
        "evidence": tally.evidence,
        "margins": tally.margins,
        "failure": failure,
        "broken_classes": {
            dtype: {name: format_case(question.case) for name, question in failed.items()}
            for dtype, failed in tally.grading.failed.items()
        },
        "observed": {name: failure_as_json(seen) for name, seen in tally.observed.items()},
    }


def failure_as_json(failure: Failure) -> dict[str, Any]:
    return {name: getattr(failure, name) for name in Failure.__slots__}
