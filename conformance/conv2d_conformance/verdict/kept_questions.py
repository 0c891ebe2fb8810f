"""Questions that are kept for the next implementation that is asked the same."""

from __future__ import annotations

import math
from collections import OrderedDict

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.verdict.question import Question

OF_DATA, OF_LAW = 8, 26
"""Bytes for each element of the data, at most, and of the answer, in the law: three numbers and two masks."""

MOST_BYTES = 400_000_000
LARGE = 1 << 18
"""A larger question is made anew each time: it would take the place of many. Of the cases of effort quick, 92 in 100
are smaller, and take 150 MB for one set of claims."""


class Questions:
    """Makes questions, and keeps those that were asked last, with all that follows from them.

    A right answer depends on the case and on the grades, the subnormal numbers and the limits that are claimed, and so
    do the data and the law that are kept. Asking changes none of them.
    """

    def __init__(self, most_bytes: int = MOST_BYTES, large: int = LARGE) -> None:
        self._most = most_bytes
        self._large = large
        self._bytes = 0
        self._kept: OrderedDict[tuple[str, str], tuple[Question, int]] = OrderedDict()

    def __call__(self, case: Case, claims: Capabilities) -> Question:
        if case.overrides:
            return Question(case, claims)
        # By its line: a case with an element 0.0 equals one with -0.0, but makes another question.
        key = (
            format_case(case),
            f"{sorted(claims.grades.items())} {sorted(claims.subnormals.items())} {claims.limits}",
        )
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key][0]
        question = Question(case, claims)
        if question.illegal_because is None and (size := _bytes_of(question)) <= self._large:
            self._keep(key, question, size)
        return question

    def _keep(self, key: tuple[str, str], question: Question, size: int) -> None:
        self._kept[key] = question, size
        self._bytes += size
        while self._bytes > self._most:
            _, (_, freed) = self._kept.popitem(last=False)
            self._bytes -= freed


def _bytes_of(question: Question) -> int:
    """What a question takes once it is judged, at most."""
    data, answers = (
        sum(math.prod(shape) for shape in shapes.values() if shape is not None)
        for shapes in (question.case.shapes, question.shapes)
    )
    return OF_DATA * data + OF_LAW * answers
