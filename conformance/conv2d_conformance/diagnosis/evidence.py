"""The answers that are the evidence of a diagnosis. Each case is asked once, and the number of calls is limited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.cost import elements, why_too_dear
from conv2d_conformance.cases.geometry import geometry, is_legal, multiply_adds
from conv2d_conformance.contract.answers import Answer, Broken, Implementation
from conv2d_conformance.diagnosis.effects import Effect
from conv2d_conformance.verdict.asker import Prepare
from conv2d_conformance.verdict.claims import within_claims
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.judgement import Fault
from conv2d_conformance.verdict.question import Question

MOST_WORK = 400_000
"""Products in one probe. Larger cases take too long, here and in the implementation."""

MOST_ELEMENTS = 1 << 22
"""Elements in the arrays of one probe, its answer, and its input with all borders: an effect may pad by hand."""

LARGEST_STEP = 1 << 10
"""The largest stride, padding and dilation of a probe: an effect may confuse them, or the height and the width."""

PRICE_OF_A_CRASH = 40
"""In calls: a crash costs the start of a new process."""


def is_small(case: Case) -> bool:
    """Whether a legal case is small enough for a probe."""
    steps = max(*geometry(case).stride, *geometry(case).dilation, *sum(geometry(case).pads, ()))
    return multiply_adds(case) <= MOST_WORK and steps <= LARGEST_STEP and elements(case, dense=True) <= MOST_ELEMENTS


@dataclass(frozen=True, eq=False)
class SeenAnswer:
    """A question, its answer, and the fault of the answer. A right answer that was given elsewhere is not kept.

    `held_against` caches the result of comparing each effect with the answer.
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
    """An implementation, its answers so far, in their order, and the number of calls that are left.

    Evidence from the same cases can share what it prepares.
    """

    implementation: Implementation
    budget: int
    seen: dict[Case, SeenAnswer] = field(default_factory=dict)
    prepare: Prepare = Question

    @property
    def wrong(self) -> list[SeenAnswer]:
        return [seen for seen in self.seen.values() if seen.wrong]

    @property
    def right(self) -> list[SeenAnswer]:
        return [seen for seen in self.seen.values() if not seen.wrong]

    def ask(self, case: Case) -> SeenAnswer | None:
        """Ask a case, with unclaimed features set to their simplest form.

        None where no call is left, for a case that takes more than is possible, and where none is within the limits.
        """
        claimed = within_claims(case, self.implementation.hello.capabilities)
        if claimed is None or claimed in self.seen:
            return None if claimed is None else self.seen[claimed]
        case = claimed
        if self.budget <= 0 or why_too_dear(case) is not None:
            return None
        self.budget -= 1
        question = self.prepare(case, self.implementation.hello.capabilities)
        answer = self.implementation.ask(question.request)
        if isinstance(answer, Broken):
            self.budget = 0 if answer.kind == "timeout" else self.budget - PRICE_OF_A_CRASH
        self.seen[case] = SeenAnswer(question, answer, judge(question, answer).fault)
        return self.seen[case]

    def would_ask(self, case: Case) -> bool:
        """Whether the case is new, and lies within the claims."""
        return case not in self.seen and within_claims(case, self.implementation.hello.capabilities) == case

    def ask_all(self, cases: Iterable[Case]) -> None:
        """Ask all of the cases that are legal and small."""
        for case in cases:
            if self.budget <= 0:
                return
            if is_legal(case) and is_small(case):
                self.ask(case)

    def take_right(self, case: Case) -> None:
        """Add a case whose answer is known to be right."""
        if case not in self.seen:
            self.seen[case] = SeenAnswer(Question(case, self.implementation.hello.capabilities), None, None)
