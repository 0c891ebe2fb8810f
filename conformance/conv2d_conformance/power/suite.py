"""A suite under measurement: its cases, its rule, and its verdict on an implementation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from conv2d_conformance.contract.answers import Answer, Rejected, Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.power.known_implementation import KnownImplementation
from conv2d_conformance.power.suite_call import SuiteCall

CallsForClaims = Callable[[Capabilities], Sequence[SuiteCall]]
AcceptanceRule = Callable[[SuiteCall, Array], bool]


@dataclass(frozen=True, slots=True)
class SuiteVerdict:
    """A suite's verdict on an implementation. `case` is the first that it did not accept; empty without one."""

    asked: int
    case: str = ""


@dataclass(frozen=True, slots=True)
class MeasuredSuite:
    """A suite. `rule` says in a sentence what it asks and accepts; `needs` names the modules that it imports."""

    name: str
    rule: str
    sources: tuple[str, ...]
    needs: tuple[str, ...]
    examine: Callable[[KnownImplementation], SuiteVerdict]

    @property
    def missing(self) -> tuple[str, ...]:
        """The modules that are not installed."""
        return tuple(name for name in self.needs if find_spec(name) is None)


def asking(questions: CallsForClaims, accepts: AcceptanceRule) -> Callable[[KnownImplementation], SuiteVerdict]:
    """Ask one call after the other up to the first failure, except those that need an unclaimed feature."""

    def examine(subject: KnownImplementation) -> SuiteVerdict:
        claims, asked = subject.adapter.capabilities, 0
        with InProcess(subject.adapter) as implementation:
            for question in questions(claims):
                if question.features <= claims.features:
                    asked += 1
                    if not passes(question, implementation.ask(question.request), accepts):
                        return SuiteVerdict(asked, question.label)
        return SuiteVerdict(asked)

    return examine


def passes(question: SuiteCall, answer: Answer, accepts: AcceptanceRule) -> bool:
    """Whether a suite accepts an answer. All suites require that legal calls succeed with the right shape and dtype."""
    if question.must_raise:
        return isinstance(answer, Rejected)
    if not isinstance(answer, Result):
        return False
    array, expected = answer.arrays[0], question.expected
    if array is None or array.shape != expected.shape or array.dtype != expected.dtype:
        return False
    return accepts(question, array)
