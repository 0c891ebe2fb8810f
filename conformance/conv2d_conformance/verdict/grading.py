"""How accurate an implementation is: for every dtype the strictest class that holds for all of its answers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from conv2d_conformance.implementation.answers import Array
from conv2d_conformance.law.allowed import Comparison, compare
from conv2d_conformance.law.classes import MEANINGS, class_names, contained_in
from conv2d_conformance.verdict.question import Question

EXACT = "E"
"""Stands among the failed classes where an answer that is fixed in class A, whatever the order, is another."""


@dataclass
class Grading:
    """The classes that some answer broke, each with the question that showed it, by the subject of the case."""

    failed: dict[str, dict[str, Question]] = field(default_factory=dict)

    def take(self, question: Question, answer: Array, judged: Comparison) -> None:
        """Note what an answer in the shape of the law says, given its comparison under the class that is claimed."""
        failed = self.failed.setdefault(question.case.subject, {})
        held: set[str] = set()
        for name in class_names(question.case.subject):
            if name in failed or contained_in(name) & held:
                continue  # what holds in one class holds in those that contain it
            comparison = judged if name == question.accuracy.name else compare(answer, question.law_in(name))
            if comparison.wrong.any():
                failed[name] = question
            else:
                held.add(name)
        if "A" in failed and EXACT not in failed:
            law = question.law_in("A")
            if (compare(answer, law).wrong & law.fixed & np.isfinite(law.bound)).any():
                failed[EXACT] = question


def grade(dtype: str, failed: set[str]) -> str | None:
    """The strictest class that is not among the failed ones; None where all have failed."""
    return next((name for name in class_names(dtype) if name not in failed), None)


def describe_grade(dtype: str, failed: set[str]) -> str:
    """The grade in words: "grade R-tf32, inputs are rounded to the 10 bits of TF32"."""
    found = grade(dtype, failed)
    return "no grade, the errors are larger than in any class" if found is None else f"grade {found}, {MEANINGS[found]}"
