"""Find the effects that explain the wrong answers: those with equal values, equal shapes and equal refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from conv2d_conformance.contract.answers import Rejected, Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.diagnosis.effects import Effect
from conv2d_conformance.diagnosis.evidence import SeenAnswer
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.question import Question

NEARLY_ALL = 0.9
"""An effect must explain at least this share of the wrong answers. The others may say nothing about it."""


def predict(effect: Effect, question: Question) -> Array | Rejected | None:
    """The answer of an effect to a question; None where it is not an array."""
    arrays = [None if array is None else array.copy() for array in question.request.arrays.values()]
    try:
        with np.errstate(all="ignore"):
            answer: Any = effect.conv2d(*arrays, **question.request.arguments)
    except Exception as error:  # an effect may be to refuse calls
        return Rejected(type(error).__name__, str(error))
    return answer if isinstance(answer, np.ndarray) else None


def explains(effect: Effect, seen: SeenAnswer) -> bool | None:
    """Whether a wrong answer equals the effect's answer.

    None where that says nothing: the effect cannot compute an answer, while the implementation, which checks other
    arguments or none, went on to some answer.
    """
    return _once(_explains, effect, seen)


def spoils(effect: Effect, seen: SeenAnswer) -> bool:
    """Whether the effect would have made a right answer wrong."""
    return bool(_once(_spoils, effect, seen))


def _once(find: Callable[[Effect, SeenAnswer], bool | None], effect: Effect, seen: SeenAnswer) -> bool | None:
    if effect not in seen.held_against:
        seen.held_against[effect] = find(effect, seen)
    return seen.held_against[effect]


def _explains(effect: Effect, seen: SeenAnswer) -> bool | None:
    predicted, answer = predict(effect, seen.question), seen.answer
    if isinstance(predicted, Rejected):
        return True if isinstance(answer, Rejected) else None
    if isinstance(answer, Rejected):
        return False
    if predicted is None or not isinstance(answer, Result) or answer.arrays[0] is None:
        return False
    return _equal(answer.arrays[0], predicted, seen.question)


def _spoils(effect: Effect, seen: SeenAnswer) -> bool:
    predicted = predict(effect, seen.question)
    answer = predicted if isinstance(predicted, Rejected) else Result((predicted,))
    return predicted is None or judge(seen.question, answer).outcome != "pass"


def _equal(got: Array, like: Array, question: Question) -> bool:
    """Whether two wrong answers are equal: bitwise on exact data, else to within the bound of a right answer."""
    if got.shape != like.shape or got.dtype != like.dtype:
        return False
    if question.illegal_because is not None:
        return True  # the call is illegal: accepting it is the fault
    got, like = got.astype(np.float64), like.astype(np.float64)
    with np.errstate(all="ignore"):
        same = (got == like) | (np.isnan(got) & np.isnan(like))
        if got.shape == question.shape:
            law = question.law
            rounding = np.where(law.fixed, 0, law.bound).reshape(got.shape)
        else:
            rounding = np.zeros(())
        return bool((same | (np.abs(got - like) <= rounding)).all())


def explained(effect: Effect, wrong: Sequence[SeenAnswer]) -> list[SeenAnswer]:
    """The wrong answers that the effect explains; none unless it explains nearly all and contradicts not one."""
    found = []
    for seen in wrong:
        match explains(effect, seen):
            case False:
                return []
            case True:
                found.append(seen)
            case None if not found:
                return []  # the first answer is the simplest, and always says something
    return found if len(found) >= NEARLY_ALL * len(wrong) else []


def explaining(effects: Iterable[Effect], wrong: Sequence[SeenAnswer]) -> list[Effect]:
    """The effects that explain the wrong answers."""
    return [effect for effect in effects if explained(effect, wrong)]
