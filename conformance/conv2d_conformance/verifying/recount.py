"""Count again what was asked, without asking it.

A check's cases follow from the suite, the effort, the seed and the claims, whoever answers: as long as every answer is
right, no answer changes them. So a check run on an examination in which every answer is right asks, in the same order,
what it asked in the run: all of it if the check passed, otherwise more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

import hypothesis

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.geometry import geometry, is_legal
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.checks import Check
from conv2d_conformance.contract.answers import Hello, Request
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.invariances import Invariance
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.operations import elementwise
from conv2d_conformance.report.header import Asked
from conv2d_conformance.running.examine import run_check
from conv2d_conformance.running.hypothesis_draws import seed_of
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.claims import keeps_limits
from conv2d_conformance.verdict.examination import Examination
from conv2d_conformance.verdict.judgement import Judgement
from conv2d_conformance.verdict.question import DrawnQuestion, Question
from conv2d_conformance.verdict.relatives import relatives
from conv2d_conformance.verdict.tally import digest


@dataclass(frozen=True, slots=True)
class Count:
    """The cases that a check asks: digests of their lines, the transcripts up to each, and the elements of the answers.

    subjects: those whose accuracy the answers tell. draws: whether Hypothesis draws the cases, so that they depend on
    its version.
    """

    cases: tuple[int, ...]
    transcripts: tuple[str, ...]
    elements: tuple[int, ...]
    subjects: frozenset[str]
    draws: bool

    @property
    def asked(self) -> int:
        return len(self.cases)


class _Silent:
    """An implementation that nobody may ask."""

    def __init__(self, hello: Hello) -> None:
        self.hello = hello

    def ask(self, request: Request) -> NoReturn:
        raise AssertionError(f"{request.line!r} was asked, where asking was only to be counted")

    def restart(self) -> bool:
        return False

    def close(self) -> None:
        """There is nothing to close."""


class _Counting(Examination):
    """An examination in which every answer is right, and nothing is asked."""

    def __init__(self, hello: Hello, run: Asked, check: Check) -> None:
        drawn_from = seed_of(check.name, run.seed)
        shapes = tuple(parse(line) for line in known(run.shapes, ()))
        super().__init__(_Silent(hello), EFFORTS[run.effort], check.requirements, seed=drawn_from, shapes=shapes)
        self.cases: list[int] = []
        self.transcripts: list[str] = []
        self.elements: list[int] = []
        self.subjects: set[str] = set()

    def judge_drawn(self, question: DrawnQuestion) -> None:
        self._tally(question.line, _held(question.elements))

    def _ask(self, case: Case, values: bool, times: int = 1) -> Judgement:  # noqa: ARG002  # all answers are the same
        judges_values = values and is_legal(case) and keeps_limits(case, self.claims)
        if self.asker.grades and judges_values and 0 not in case.output_shape:
            self.subjects.add(case.subject)
        return _held(_elements(case) if judges_values else 1)

    def _ask_at_full_size(self, case: Case) -> Judgement:
        return _held(_elements(case))

    def _ask_alike(self, case: Case, invariance: Invariance) -> Judgement | None:
        return _held(_elements(case)) if relatives(Question(case, self.claims), invariance) else None

    def _ask_together(self, cases: Sequence[Case]) -> list[Judgement]:
        return [_held(_elements(case)) for case in cases]

    def _tally(self, line: str, judgement: Judgement) -> None:
        self.cases.append(digest(line))
        self.elements.append(judgement.elements)
        super()._tally(line, judgement)
        self.transcripts.append(self.tally.transcript)


def recount(
    run: Asked,
    capabilities: Capabilities,
    checks: Iterable[Check],
    on_progress: Callable[[int, int, str], None] = lambda *_: None,
) -> dict[str, Count]:
    """The cases that each check asks an implementation with these capabilities, at the effort and seed of a run."""
    hello = Hello("nobody", "", "", capabilities)
    chosen = list(checks)
    found = {}
    for number, check in enumerate(chosen):
        on_progress(number, len(chosen), check.name)
        found[check.name] = _count(check, hello, run)
    return found


def _count(check: Check, hello: Hello, run: Asked) -> Count:
    counting = _Counting(hello, run, check)
    run_check(check, counting)
    return Count(
        tuple(counting.cases),
        tuple(counting.transcripts),
        tuple(counting.elements),
        frozenset(counting.subjects),
        hypothesis.is_hypothesis_test(check.function),
    )


def _held(elements: int) -> Judgement:
    return Judgement("pass", evidence=1, elements=elements)


def _elements(case: Case) -> int:
    """The number of elements of the answer; one without elements is judged by its shape, and counts as one."""
    shapes = elementwise(case.operation).shapes(case, geometry(case))
    return sum(math.prod(shape) for shape in shapes.values() if shape is not None) or 1
