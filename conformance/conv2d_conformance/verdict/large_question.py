"""A case of any size as a question, which is judged in time proportional to its arrays (`judge_large`)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from conv2d_conformance.cases.case import Case, CaseError, Recipe
from conv2d_conformance.cases.cost import why_too_dear
from conv2d_conformance.cases.geometry import products
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.cases.streamed import STREAMED, empty_arrays, fill_all, outlines_of
from conv2d_conformance.contract.answers import Request
from conv2d_conformance.contract.array_file import ArrayFile, can_share
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.full_size.call import LargeCall, four_axes
from conv2d_conformance.operations.fitting_integers import is_told_apart
from conv2d_conformance.verdict.claims import within_claims
from conv2d_conformance.verdict.question import Question


@dataclass
class LargeQuestion(Question):
    """A legal call of any size. Its arrays are made tile by tile, where the recipe can."""

    @cached_property
    def request(self) -> Request:
        file = ArrayFile.made(outlines_of(self.case)) if can_share() else None
        arrays = empty_arrays(self.case) if file is None else file.to_write()
        fill_all(self.case, arrays)
        if file is not None:
            file.close_to_writers()
        return Request(
            operation=self.case.operation,
            arguments=self.case.arguments,
            arrays=arrays,
            products=products(self.geometry),
            line=format_case(self.case),
            elements=sum(math.prod(shape) for shape in self.shapes.values() if shape is not None),
            file=file,
        )

    @property
    def call(self) -> LargeCall:
        """The call with arrays of four axes."""
        output = self.request.arrays.get("grad_output")
        return LargeCall(
            self.geometry,
            four_axes(self.input),
            self.weight,
            self.bias,
            None if output is None else four_axes(output),
        )


def full_size_cases(case: Case, claims: Capabilities, seeds: tuple[int, int, int]) -> tuple[Case, ...]:
    """Three calls of one shape in one dtype, with different data: integers come last, where memory is no longer new.

    The classes of transforms have no law of single elements, so that all three are integers, small enough for them;
    none where a plane is so large that none are.
    """
    accuracy = Question(case, claims).accuracy
    if not accuracy.transforms:
        recipes = zip(("bell", "cancelling", "exact"), seeds, strict=True)
        return tuple(replace(case, data=Recipe(name, seed)) for name, seed in recipes)
    made = (replace(case, data=Recipe("integers", seed)) for seed in seeds)
    fitting = (Question(one, claims).judged.evident(one, accuracy) for one in made)
    return tuple(one for one in fitting if is_told_apart(one, accuracy))


def left_out(shapes: Sequence[Case], claims: Capabilities) -> tuple[Case, ...]:
    """The shapes that are not asked in any dtype: they need what is not claimed, or lie outside the limits."""
    return tuple(shape for shape in shapes if not any(_is_asked(shape, dtype, claims) for dtype in claims.dtypes))


def _is_asked(shape: Case, dtype: str, claims: Capabilities) -> bool:
    case = replace(shape, dtype=dtype, data=Recipe())
    return within_claims(case, claims) == case and bool(full_size_cases(case, claims, (1, 2, 3)))


def require_one_inside(shapes: Sequence[Case], claims: Capabilities) -> None:
    """CaseError where every shape would be left out, so that nothing would be judged of what was asked for."""
    if shapes and len(left_out(shapes, claims)) == len(shapes):
        raise CaseError(
            "no shape that is named lies within the claims and the limits of the implementation",
            "name one that it claims to answer, or let it claim more",
        )


def question_of(case: Case, claims: Capabilities) -> Question:
    """The question of a case: a large one where the law of all its elements would take too much."""
    question = LargeQuestion(case, claims)
    is_plain = case.data == case.recipe and case.view is None and not case.overrides
    if is_plain and question.illegal_because is None and why_too_dear(case) is not None and _can_be_judged(question):
        return question
    return Question(case, claims)


def _can_be_judged(question: LargeQuestion) -> bool:
    recipe, accuracy = question.case.recipe, question.accuracy
    assert recipe is not None
    return is_told_apart(question.case, accuracy) if accuracy.transforms else recipe.name in STREAMED
