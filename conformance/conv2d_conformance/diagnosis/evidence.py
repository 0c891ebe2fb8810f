"""Where answers are collected as evidence: each case is asked once, and never more of them than agreed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.cost import elements, why_too_dear
from conv2d_conformance.cases.geometry import geometry, is_legal, multiply_adds
from conv2d_conformance.contract.answers import Answer, Broken, Implementation
from conv2d_conformance.diagnosis.effects import Effect
from conv2d_conformance.verdict.claims import within_claims
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.judgement import Fault
from conv2d_conformance.verdict.question import Question

MOST_WORK = 400_000
"""Products in one probe. Larger cases take too long, here and in the implementation."""

MOST_ELEMENTS = 1 << 22
"""In the arrays of one probe, its answer, and its input with all of its borders: an effect may be padded by hand."""

LARGEST_STEP = 1 << 10
"""Of strides, paddings and dilations: an effect may take one for another, or the height for the width."""

PRICE_OF_A_CRASH = 40
"""In calls: a new process has to be started."""


def is_small(case: Case) -> bool:
    """Whether a legal case is one for a probe."""
    steps = max(*geometry(case).stride, *geometry(case).dilation, *sum(geometry(case).pads, ()))
    return multiply_adds(case) <= MOST_WORK and steps <= LARGEST_STEP and elements(case, dense=True) <= MOST_ELEMENTS


@dataclass(frozen=True, eq=False)
class Seen:
    """A question with what came of it. The answer to one that was asked elsewhere, and was right, is not kept.

    `held_against` remembers what was found of each effect that has been held against the answer.
    """

    question: Question
    answer: Answer | None
    fault: Fault | None
    held_against: dict[Effect, bool | None] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        return self.question.case

    @property
    def wrong(self) -> bool:
        return self.fault is not None


@dataclass
class Evidence:
    """An implementation, the answers it gave so far, in their order, and the number of calls that are left."""

    implementation: Implementation
    budget: int
    seen: dict[Case, Seen] = field(default_factory=dict)

    @property
    def wrong(self) -> list[Seen]:
        return [seen for seen in self.seen.values() if seen.wrong]

    @property
    def right(self) -> list[Seen]:
        return [seen for seen in self.seen.values() if not seen.wrong]

    def ask(self, case: Case) -> Seen | None:
        """Put a case, with what is not claimed set to its simplest form; None where no call is left for it.

        Neither is one that takes more than is possible.
        """
        case = within_claims(case, self.implementation.hello.capabilities)
        if case in self.seen:
            return self.seen[case]
        if self.budget <= 0 or why_too_dear(case) is not None:
            return None
        self.budget -= 1
        question = Question(case, self.implementation.hello.capabilities)
        answer = self.implementation.ask(question.request)
        if isinstance(answer, Broken):
            self.budget = 0 if answer.kind == "timeout" else self.budget - PRICE_OF_A_CRASH
        self.seen[case] = Seen(question, answer, judge(question, answer).fault)
        return self.seen[case]

    def would_ask(self, case: Case) -> bool:
        """Whether the case is new, and is asked as it is."""
        return case not in self.seen and within_claims(case, self.implementation.hello.capabilities) == case

    def ask_all(self, cases: Iterable[Case]) -> None:
        """Put all those cases that are legal and small."""
        for case in cases:
            if self.budget <= 0:
                return
            if is_legal(case) and is_small(case):
                self.ask(case)

    def take_right(self, case: Case) -> None:
        """Note a case of which it is known that its answer was right."""
        if case not in self.seen:
            self.seen[case] = Seen(Question(case, self.implementation.hello.capabilities), None, None)
