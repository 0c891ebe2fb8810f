"""Say what may be behind a wrong answer."""

from __future__ import annotations

from typing import Any

import numpy as np

from conv2d_conformance.implementation.answers import Answer, Array, Broken, Rejected
from conv2d_conformance.verdict.judge import Fault
from conv2d_conformance.verdict.question import Question

MOST = 3
"""If more known faults than this explain an answer, none does."""


def hint(question: Question, answer: Answer, fault: Fault) -> str:
    """What to look at, in one clause; empty where nothing is known."""
    match answer:
        case Broken(kind="not-an-array"):
            return "conv2d must return a NumPy array: convert with .numpy() or np.asarray(), and return the result"
        case Broken(kind="timeout"):
            return "a first call may compile; allow it more with --timeout SECONDS"
        case Broken() | Rejected() if question.illegal_because is not None:
            return ""
        case Rejected(type="TypeError"):
            return "conv2d(input, weight, bias=None, *, stride, padding, dilation, groups) gets the last four by name"
        case Rejected(type="NotImplementedError"):
            return "what the adapter cannot do must not be claimed in its capabilities"
        case Broken() | Rejected():
            return ""
    output = answer.arrays[0]
    if output is None or question.illegal_because is not None:
        return ""
    match fault.aspect:
        case "dtype":
            return "the result must have the dtype of the input; is something promoted on the way?"
        case "shape":
            return _about_shape(output.shape, question.shape)
    return _about_values(question, output)


def _about_shape(got: tuple[int, ...], right: tuple[int, ...]) -> str:
    if len(right) == 4 and len(got) == 4:
        N, M, OH, OW = right
        if got == (N, OH, OW, M):
            return "is the result laid out as NHWC? It must be (N, M, OH, OW)"
        if got == (N, M, OW, OH):
            return "are height and width swapped? It must be (N, M, OH, OW)"
        if got == (M, N, OH, OW):
            return "are the batch and the output channels swapped? It must be (N, M, OH, OW)"
    if got == right[1:] or (1, *got) == right:
        return "the batch axis is missing"
    if len(got) == len(right) and got[:-2] == right[:-2]:
        return "the size is wrong: are stride, padding and dilation passed on?"
    return ""


def _about_values(question: Question, output: Array) -> str:
    if not output.any():
        return "the result is zero throughout: is it copied back before it is returned?"
    known = explanations(question, output)
    return f"your output equals {' or '.join(known)}" if 0 < len(known) <= MOST else ""


def explanations(question: Question, output: Array) -> list[str]:
    """The known faults that bring about just this output."""
    from conv2d_conformance.mutants import catalogue

    # Faults of memory and of state answer rightly, and what they do besides must not be done here.
    silent = ("memory.", "determinism.")
    mutants = (mutant for mutant in catalogue().values() if not mutant.breaks.startswith(silent))
    return [mutant.sentence for mutant in mutants if _equals(mutant.adapter.conv2d, question, output)]


def _equals(conv2d: Any, question: Question, output: Array) -> bool:
    arrays = [None if array is None else array.copy() for array in question.request.arrays.values()]
    try:
        with np.errstate(all="ignore"):
            known = conv2d(*arrays, **question.request.arguments)
    except Exception:  # a known fault may lie in the refusal of calls
        return False
    if not isinstance(known, np.ndarray) or known.shape != output.shape:
        return False
    law, got, like = question.law, output.astype(np.float64), known.astype(np.float64)
    with np.errstate(all="ignore"):
        rounding = np.where(law.fixed, 0, law.bound).reshape(got.shape)
        return bool(((got == like) | (np.abs(got - like) <= rounding) | (np.isnan(got) & np.isnan(like))).all())
