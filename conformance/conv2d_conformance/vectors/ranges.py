"""The answers that a grade allows, as arrays of the dtype of the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.law.allowed import Allowed
from conv2d_conformance.law.outermost import is_right, outermost
from conv2d_conformance.vectors.check_vectors import MINUS, NAN, PLUS
from conv2d_conformance.verdict.question import Question


@dataclass(frozen=True, eq=False)
class AnswerRange:
    """The smallest and the largest allowed number of each element; NaN where no finite one is.

    special: where NaN and infinities are allowed, by bits; None where they are nowhere.
    """

    lower: Array
    upper: Array
    special: Array | None

    @property
    def is_one_number(self) -> bool:
        return self.special is None and bool((self.lower == self.upper).all())

    @property
    def bits(self) -> bytes:
        """Equal for two ranges that allow the same."""
        return b"".join(b"" if array is None else array.tobytes() for array in (self.lower, self.upper, self.special))


def question_of(question: Question, *, flushed: bool) -> Question:
    """The question to an implementation that flushes subnormals of its dtype, or keeps them."""
    dtype = question.case.dtype
    return Question(question.case, Capabilities(subnormals={dtype: "flushed"} if flushed else {}))


def range_of(law: Allowed, question: Question) -> AnswerRange:
    """The range that a law allows.

    It is exact: what is allowed of finite numbers is an interval, and infinities and NaN are told apart. An element is
    right if its error is at most a bound, or it is one of two neighbours; and where the law lets a number beyond the
    largest be cut to it, the interval reaches the largest.
    """
    dtype, shape = dtype_of(question.case.dtype), question.shape
    with np.errstate(all="ignore"):  # infinities and NaN are answers, not accidents
        lower, upper = outermost(law, dtype, -1.0), outermost(law, dtype, 1.0)
        others = [bit * is_right(law, dtype, value) for bit, value in ((NAN, np.nan), (PLUS, np.inf), (MINUS, -np.inf))]
    special: Array = np.sum(others, axis=0, dtype=np.uint8).reshape(shape)
    return AnswerRange(lower.reshape(shape), upper.reshape(shape), special if special.any() else None)


def expected_of(law: Allowed, question: Question) -> Array:
    """One right answer: the nearest number to the exact one, or what a NaN or an infinity makes of it."""
    with np.errstate(all="ignore"):
        found = law.high.astype(dtype_of(question.case.dtype))
    if (extra := law.exceptions) is not None:
        for mask, value in ((extra.plus, np.inf), (extra.minus, -np.inf), (extra.nan, np.nan)):
            found[~extra.finite & mask] = value
    return found.reshape(question.shape)
