"""Many implementations under one check: cases are drawn once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.illegal_kinds import Illegal
from conv2d_conformance.contract.invariances import Invariance
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.question import DrawnQuestion


class Panel:
    """Examinations that run a check together as if they were one. One that fails drops out."""

    def __init__(self, examinations: Sequence[Examination]) -> None:
        first, *_ = examinations
        self.claims, self.effort, self.seed = first.claims, first.effort, first.seed
        self.shapes = first.shapes
        self._asked = list(examinations)

    def judge(
        self, case: Case, *, values: bool = True, times: int = 1, about: Callable[[Case], bool] = lambda _: True
    ) -> None:
        self._each(lambda examination: examination.judge(case, values=values, times=times, about=about))

    def judge_all(self, cases: Iterable[Case], *, values: bool = True) -> None:
        for case in cases:
            self.judge(case, values=values)

    def judge_alike(self, case: Case, invariance: Invariance) -> None:
        self._each(lambda examination: examination.judge_alike(case, invariance))

    def judge_illegal(self, calls: Iterable[Illegal]) -> None:
        made = tuple(calls)
        self._each(lambda examination: examination.judge_illegal(made))

    def judge_outside(self, cases: Iterable[Case]) -> None:
        near = tuple(cases)
        self._each(lambda examination: examination.judge_outside(near))

    def judge_in_sequence(self, cases: Iterable[Case]) -> None:
        sequence = tuple(cases)
        self._each(lambda examination: examination.judge_in_sequence(sequence))

    def judge_together(self, case: Case, other: Case) -> None:
        self._each(lambda examination: examination.judge_together(case, other))

    def judge_drawn(self, question: DrawnQuestion) -> None:
        self._each(lambda examination: examination.judge_drawn(question))

    def judge_at_full_size(self, shapes: Iterable[Case]) -> None:
        asked = tuple(shapes)
        self._each(lambda examination: examination.judge_at_full_size(asked))

    def measure(self, case: Case) -> None:
        self._each(lambda examination: examination.measure(case))

    def require_claimed_grades(self) -> None:
        self._each(lambda examination: examination.require_claimed_grades())

    def _each(self, act: Callable[[Examination], None]) -> None:
        for examination in tuple(self._asked):
            try:
                act(examination)
            except Nonconforming:  # its tally says so
                self._asked.remove(examination)
