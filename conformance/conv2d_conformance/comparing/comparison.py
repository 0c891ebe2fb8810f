"""Ask two implementations the same cases, and compare the answers with each other and with the exact values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.contract.answers import Answer, Broken, Implementation, Rejected
from conv2d_conformance.contract.arrays import Array, Floats
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.law.allowed import Allowed, Mask
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.repetitions import differences

UNIT = "A"
"""The class whose bound is the unit of errors: 1 is the most that any order of additions in the dtype may err."""


@dataclass(frozen=True)
class Nearness:
    """The errors of an answer in units of the bound, over the elements that are not fixed."""

    largest: float
    mean: float


@dataclass(frozen=True)
class ComparedCase:
    """One case, asked of both. `different` of its `elements` have other bits.

    Of these, `nearer` are nearer to the exact value in the one answer and in the other. Without an answer of both,
    `unanswered` says why, and there is nothing else. Without an element that may be rounded, there is no nearness.
    """

    case: str
    elements: int = 0
    different: int = 0
    one: Nearness | None = None
    other: Nearness | None = None
    nearer: tuple[int, int] = (0, 0)
    unanswered: str = ""

    @property
    def parts(self) -> bool:
        return self.different > 0


def compare(one: Implementation, other: Implementation, case: Case, claims: Capabilities) -> ComparedCase:
    """Ask both. A crash, a refusal and an answer of the wrong form are told, and stop nothing."""
    question = Question(case, claims, UNIT)
    answers = []
    told = []
    for place, implementation in (("first", one), ("second", other)):
        answer = implementation.ask(question.request)
        if sentence := _unanswered(question, answer):
            told.append(f"the {place} gave no answer: {sentence}")
        answers.append(answer)
    if told:
        return ComparedCase(format_case(case), unanswered="; ".join(told))
    y, z = (_array(answer) for answer in answers)
    law = question.law
    different = np.zeros(y.shape, bool)
    different[tuple(differences(y, z).T)] = True
    return _compared(format_case(case), y, z, different, law)


def _unanswered(question: Question, answer: Answer) -> str:
    """Why there are no values to compare; empty where there are."""
    match answer:
        case Broken():
            return answer.sentence
        case Rejected():
            return f"{answer.type}: {answer.message}"
    fault = judge(question, answer, values=False).fault
    return "" if fault is None else f"{fault.got}, where {fault.required} is required"


def _array(answer: Answer) -> Array:
    array = getattr(answer, "arrays", (None,))[0]
    assert array is not None, "an answer of the right form"
    found: Array = array
    return found


def _compared(line: str, y: Array, z: Array, different: Mask, law: Allowed) -> ComparedCase:
    here, there = _errors(y, law), _errors(z, law)
    told = ~law.fixed & np.isfinite(here) & np.isfinite(there)
    apart = told & different.reshape(told.shape)
    return ComparedCase(
        line,
        elements=y.size,
        different=int(np.count_nonzero(different)),
        one=_nearness(here[told]),
        other=_nearness(there[told]),
        nearer=(int(np.count_nonzero(apart & (here < there))), int(np.count_nonzero(apart & (there < here)))),
    )


def _errors(answer: Array, law: Allowed) -> Floats:
    """The distance to the exact value in units of the bound, not finite where there is no such number."""
    with np.errstate(all="ignore"):
        error: Floats = np.abs((answer.astype(np.float64).reshape(law.high.shape) - law.high) - law.low) / law.bound
    return np.where(law.bound > 0, error, np.nan)


def _nearness(errors: Floats) -> Nearness | None:
    return Nearness(float(errors.max()), float(errors.mean())) if errors.size else None
