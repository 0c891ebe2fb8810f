"""Which effects explain the wrong answers: by equal values, equal shapes, and equal refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from conv2d_conformance.contract.answers import Rejected, Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.diagnosis.effects import Effect
from conv2d_conformance.diagnosis.evidence import Seen
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.question import Question

NEARLY_ALL = 0.9
"""Of the wrong answers, at least; of the others nothing follows."""


def predict(effect: Effect, question: Question) -> Array | Rejected | None:
    """What an effect makes of a question; None for something that is no array."""
    arrays = [None if array is None else array.copy() for array in question.request.arrays.values()]
    try:
        with np.errstate(all="ignore"):
            answer: Any = effect.conv2d(*arrays, **question.request.arguments)
    except Exception as error:  # a fault may lie in the refusal of calls
        return Rejected(type(error).__name__, str(error))
    return answer if isinstance(answer, np.ndarray) else None


def explains(effect: Effect, seen: Seen) -> bool | None:
    """Whether a wrong answer is what the effect makes of the question.

    None where nothing follows: what the effect makes of it cannot be computed, and the implementation, which checks
    other things or none, went on to some answer.
    """
    return _once(_explains, effect, seen)


def spoils(effect: Effect, seen: Seen) -> bool:
    """Whether the effect would have made a right answer wrong."""
    return bool(_once(_spoils, effect, seen))


def _once(find: Callable[[Effect, Seen], bool | None], effect: Effect, seen: Seen) -> bool | None:
    if effect not in seen.held_against:
        seen.held_against[effect] = find(effect, seen)
    return seen.held_against[effect]


def _explains(effect: Effect, seen: Seen) -> bool | None:
    predicted, answer = predict(effect, seen.question), seen.answer
    if isinstance(predicted, Rejected):
        return True if isinstance(answer, Rejected) else None
    if isinstance(answer, Rejected):
        return False
    if predicted is None or not isinstance(answer, Result) or answer.arrays[0] is None:
        return False
    return _equal(answer.arrays[0], predicted, seen.question)


def _spoils(effect: Effect, seen: Seen) -> bool:
    predicted = predict(effect, seen.question)
    answer = predicted if isinstance(predicted, Rejected) else Result((predicted,))
    return predicted is None or judge(seen.question, answer).outcome != "pass"


def _equal(got: Array, like: Array, question: Question) -> bool:
    """Whether two wrong answers are one: bitwise on exact data, else to within the bound of a right answer."""
    if got.shape != like.shape or got.dtype != like.dtype:
        return False
    if question.illegal_because is not None:
        return True  # it is accepted at all: more is not asked
    got, like = got.astype(np.float64), like.astype(np.float64)
    with np.errstate(all="ignore"):
        same = (got == like) | (np.isnan(got) & np.isnan(like))
        if got.shape == question.shape:
            law = question.law
            rounding = np.where(law.fixed, 0, law.bound).reshape(got.shape)
        else:
            rounding = np.zeros(())
        return bool((same | (np.abs(got - like) <= rounding)).all())


def explained(effect: Effect, wrong: Sequence[Seen]) -> list[Seen]:
    """The wrong answers that the effect explains: none if it contradicts a single one, or explains not nearly all."""
    found = []
    for seen in wrong:
        match explains(effect, seen):
            case False:
                return []
            case True:
                found.append(seen)
            case None if not found:
                return []  # of the first, which is the simplest, everything follows
    return found if len(found) >= NEARLY_ALL * len(wrong) else []


def explaining(effects: Iterable[Effect], wrong: Sequence[Seen]) -> list[Effect]:
    """The effects that explain the wrong answers."""
    return [effect for effect in effects if explained(effect, wrong)]
