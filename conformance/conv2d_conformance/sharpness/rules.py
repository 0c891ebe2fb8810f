"""Rules for whether an answer is right: the law in each accuracy class, and tolerances for comparison."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.grades import class_names
from conv2d_conformance.law.allowed import compare
from conv2d_conformance.verdict.question import Question

Refuses = Callable[[Array], bool]
"""Whether a rule says that an answer is wrong."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """An answer is right where |answer - expected| <= atol + rtol * |expected|, everywhere."""

    name: str
    rtol: float
    atol: float = 0.0

    def refuses(self, answer: Array, expected: Array) -> bool:
        got, right = answer.astype(np.float64), expected.astype(np.float64)
        return not bool((np.abs(got - right) <= self.atol + self.rtol * np.abs(right)).all())


ASSERT_CLOSE = {
    "float32": Tolerance("assert_close", 1.3e-6, 1e-5),
    "float64": Tolerance("assert_close", 1e-7, 1e-7),
    "float16": Tolerance("assert_close", 1e-3, 1e-5),
    "bfloat16": Tolerance("assert_close", 1.6e-2, 1e-5),
}
"""`torch.testing.assert_close` by default."""

LOOSE = (Tolerance("rtol 1e-3", 1e-3), Tolerance("rtol 1e-2", 1e-2))
"""Tolerances that are common in tests of kernels."""

COMPARATORS = (ASSERT_CLOSE["float32"].name, *(tolerance.name for tolerance in LOOSE))


def rules(question: Question, expected: Array) -> Mapping[str, Refuses]:
    """The rules of all classes of the dtype, then the tolerances, which judge nothing else in this suite."""
    found: dict[str, Refuses] = {name: _by_law(question, name) for name in class_names(question.case.dtype)}
    for tolerance in (ASSERT_CLOSE[question.case.dtype], *LOOSE):
        found[tolerance.name] = _by_tolerance(tolerance, expected)
    return found


def _by_law(question: Question, name: str) -> Refuses:
    law = question.law_in(name)
    return lambda answer: bool(compare(answer, law).wrong.any())


def _by_tolerance(tolerance: Tolerance, expected: Array) -> Refuses:
    return lambda answer: tolerance.refuses(answer, expected)
