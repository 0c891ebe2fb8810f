"""The questions of many examinations of the same cases, so that data and law are computed once."""

from __future__ import annotations

import math
from collections import OrderedDict

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.verdict.question import Question

MOST_QUESTIONS = 500
MOST_ELEMENTS = 100_000
"""A question whose result has more elements than this is not kept."""


class Questions:
    """The latest questions, shared by all implementations with the same grades, subnormals and limits."""

    def __init__(self, most: int = MOST_QUESTIONS) -> None:
        self._most = most
        self._known: OrderedDict[tuple[str, str], Question] = OrderedDict()

    def __call__(self, case: Case, claims: Capabilities) -> Question:
        if math.prod(case.output_shape) > MOST_ELEMENTS:
            return Question(case, claims)
        # By its line: equal cases, such as those of a stride of 1 and of 1.0, or of 0.0 and -0.0, may be two calls.
        key = format_case(case), f"{sorted(claims.grades.items())} {sorted(claims.subnormals.items())} {claims.limits}"
        question = self._known.pop(key, None) or Question(case, claims)
        self._known[key] = question
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return question
