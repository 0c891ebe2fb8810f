"""A case as a vector: its call and its arrays as the checkers take them, and the answers that are allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conv2d_conformance.cases.case import ARRAYS, Case
from conv2d_conformance.cases.features import features_of
from conv2d_conformance.cases.geometry import is_legal
from conv2d_conformance.contract.adapter import ATTRIBUTES
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import CORE, DERIVED, FEATURE_OF_ARGUMENT, PADDING_MODES, Capabilities
from conv2d_conformance.typed_json import as_json
from conv2d_conformance.vectors.check_vectors import fault
from conv2d_conformance.vectors.ranges import AnswerRange, range_of
from conv2d_conformance.verdict.question import Question

OF_ARGUMENT = FEATURE_OF_ARGUMENT | {"padding_mode": f"padding-mode.{PADDING_MODES[1]}"}


@dataclass
class AskedVector:
    """One case, ready to be asked by a checker."""

    question: Question

    @classmethod
    def of(cls, case: Case, claims: Capabilities | None = None) -> AskedVector:
        """The vector of a case, judged by the grades and the subnormals that are claimed."""
        return cls(Question(case) if claims is None else Question(case, claims))

    @property
    def case(self) -> Case:
        return self.question.case

    @property
    def arrays(self) -> dict[str, Array | None]:
        return {name: self.question.request.arrays[name] for name in ARRAYS[:3]}

    @cached_property
    def call(self) -> dict[str, Any]:
        """What of a call is not in its arrays, as in the index."""
        question = self.question
        return {
            "arguments": as_json(dict(question.request.arguments)),
            "view": self.case.view,
            "viewed": self.case.viewed,
            "refused": question.illegal_because,
            "output_shape": None if question.illegal_because else question.shape,
        }

    @cached_property
    def allowed(self) -> AnswerRange | None:
        """What is allowed; None where the call must be refused."""
        return None if self.question.illegal_because else range_of(self.question.law, self.question)

    def fault_of(self, conv2d: Callable[..., Any]) -> str:
        """What the checker finds wrong with an answer; empty where nothing is."""
        found = self.allowed
        range_of_answers = None if found is None else (found.lower, found.upper, found.special)
        return fault(self.call, self.arrays, range_of_answers, conv2d)


def features_of_vector(case: Case) -> frozenset[str]:
    """The features that an implementation must have before it is asked, those of a spoilt argument too."""
    spoilt = {name: value for name, value in case.overrides if name in ATTRIBUTES}
    used = features_of(case) | {OF_ARGUMENT[name] for name in spoilt if name != "bias"}
    if any(isinstance(value, int | float) for name, value in spoilt.items() if name not in ("groups", "padding_mode")):
        used |= {"arguments.scalar"}
    if not is_legal(case):
        used |= {"validation"}
    return used - DERIVED


def core_features() -> frozenset[str]:
    """The features that are asked of everybody: the core, in float32, called with pairs."""
    return CORE | {"dtype.float32"}
