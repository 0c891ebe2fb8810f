"""How accurate an implementation is: for every dtype, the strictest class that holds for all of its answers.

A class is named after an arithmetic, but a slightly wrong implementation may stay within the bound of an arithmetic
that it does not use. So apart from A and A-tc, which any arithmetic of that accuracy deserves, a class is named only if
it is claimed, or if the answers show it (`shown_arithmetic`). Otherwise the errors are given in numbers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.grades import MEANINGS, ROUNDED_INPUTS, TRANSFORMS, class_names
from conv2d_conformance.law.allowed import Allowed, Comparison, Mask, compare
from conv2d_conformance.law.classes import contained_in
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.record import Margin
from conv2d_conformance.verdict.shown_arithmetic import has_spread, of_rounded_factors

EXACT = "E"
"""Marks, among the failed classes, that an answer fixed by class A in any order was different."""

BY_SIZE = ("A", "A-tc")
"""The classes that need only small errors."""

SEEN = {
    "R-tf32": "products are those of inputs rounded to the 10 bits of TF32",
    "R-fp16": "products are those of inputs rounded to the 10 bits of float16",
    "R-bf16": "products are those of inputs rounded to the 7 bits of bfloat16",
    "B2": "errors spread over tiles of 2, as those of Winograd's algorithm do",
    "B4": "errors spread over tiles of 4, as those of Winograd's algorithm do",
    "B6": "errors spread over tiles of 6, as those of Winograd's algorithm do",
    "C": "errors spread over planes, as those of the fast Fourier transform do",
}
"""What the answers show about a class that is not claimed."""


@dataclass
class SubjectAccuracy:
    """What the answers for one dtype, or for its gradients, have shown.

    failed: the classes that an answer broke, each with the question that showed it. shown, refuted: classes whose
    arithmetic an answer shows, or contradicts. margins: for A and the claimed class, the largest error as a share of
    the bound. excess: the largest error in multiples of the bound of A-tc. fixed, bounded: the number of judged
    elements of evidence whose value is fixed in A, and of those that may be rounded.
    """

    failed: dict[str, Question] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    refuted: set[str] = field(default_factory=set)
    margins: dict[str, Margin] = field(default_factory=dict)
    excess: float = 0.0
    fixed: int = 0
    bounded: int = 0

    @property
    def named(self) -> set[str]:
        return self.shown - self.refuted


@dataclass
class Grading:
    """What the answers have shown, by the subject of the case."""

    subjects: dict[str, SubjectAccuracy] = field(default_factory=dict)

    def take(self, question: Question, answer: Array, judged: Comparison) -> None:
        """Note what an answer in the shape of the law shows, given its comparison under the claimed class."""
        subject = self.subjects.setdefault(question.case.subject, SubjectAccuracy())
        claimed = question.accuracy.name
        _note_margin(subject, claimed, question, question.law, judged)
        held: set[str] = set()
        for name in class_names(question.case.subject):
            if contained_in(name) & held or (name in subject.failed and name not in BY_SIZE):
                continue  # an answer that holds in a class holds in those that contain it
            law = question.law if name == claimed else question.law_in(name)
            comparison = judged if name == claimed else compare(answer, law)
            if comparison.wrong.any():
                subject.failed.setdefault(name, question)
            else:
                held.add(name)
            if name == "A":
                if question.exposes_faults:
                    subject.fixed += int(np.count_nonzero(law.evident & law.fixed))
                    subject.bounded += int(np.count_nonzero(law.evident & ~law.fixed))
                _note_margin(subject, name, question, law, comparison)
                if (comparison.wrong & law.fixed & np.isfinite(law.bound)).any():
                    subject.failed.setdefault(EXACT, question)
            elif name == "A-tc" and name not in held:
                _note_excess(subject, answer, law, comparison.wrong, question.accuracy.output.unit)
                if question.judged.operands is not None:
                    _note_arithmetic(subject, question, answer, comparison.wrong)


def _note_margin(subject: SubjectAccuracy, name: str, question: Question, law: Allowed, comparison: Comparison) -> None:
    if not (law.evident & ~law.fixed).any():
        return
    ratio = np.where(law.evident, comparison.ratio, 0.0)
    worst = int(ratio.argmax())
    margin = float(ratio.flat[worst])
    if name not in subject.margins or margin > subject.margins[name].share_of_bound:
        subject.margins[name] = Margin(
            share_of_bound=margin,
            element=tuple(int(i) for i in np.unravel_index(worst, ratio.shape)),
            case=format_case(question.case),
        )


def _note_excess(subject: SubjectAccuracy, answer: Array, law: Allowed, wrong: Mask, unit: float) -> None:
    """Note the excess where anything rounds: the bound of a single bias only covers the comparison."""
    got = answer.astype(np.float64)
    bounded = wrong & (law.bound > unit / 2 * np.abs(law.high)) & np.isfinite(law.bound) & np.isfinite(got)
    if bounded.any():
        error = np.abs(got - law.high - law.low)[bounded]
        subject.excess = max(subject.excess, float((error / law.bound[bounded]).max()))


def _note_arithmetic(subject: SubjectAccuracy, question: Question, answer: Array, wrong: Mask) -> None:
    if not subject.shown.intersection(TRANSFORMS) and has_spread(question.operands, answer):
        subject.shown.update(TRANSFORMS)
    for name, numbers in ROUNDED_INPUTS.items():
        if question.case.dtype == "float32" and not {name} & (subject.refuted | subject.failed.keys()):
            seen = of_rounded_factors(question.operands, answer, wrong, numbers)
            if seen is not None:
                (subject.shown if seen else subject.refuted).add(name)


def grade(dtype: str, failed: Collection[str], named: Collection[str]) -> str | None:
    """The strictest class that is not among the failed ones and that may be named; None where there is none."""
    return next((name for name in _holding(dtype, failed) if name in BY_SIZE or name in named), None)


def _holding(dtype: str, failed: Collection[str]) -> list[str]:
    return [name for name in class_names(dtype) if name not in failed]


def describe_grade(dtype: str, failed: Collection[str], named: Collection[str], claimed: str, excess: float) -> str:
    """The grade in words: "grade R-tf32, inputs are rounded to the 10 bits of TF32"."""
    found = grade(dtype, failed, {claimed, *named})
    if found is not None:
        words = MEANINGS[found] if found == claimed or found in BY_SIZE else SEEN[found]
        return f"grade {found}, {words}"
    holding = _holding(dtype, failed)
    within = f"within that of {holding[0]}" if holding else "beyond that of every class"
    if excess > 1:
        return f"no grade, less accurate than A-tc: the worst error is {excess:.3g} times its bound, {within}"
    return "no grade, an answer is wrong that no arithmetic rounds"
