"""Sentences about what is wrong with an answer and its values."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.law.allowed import Allowed, Mask
from conv2d_conformance.law.joined_arrays import element
from conv2d_conformance.verdict.question import Question

FORCELESS = 2.0**10
"""A bound this many times the largest exact result is too wide to print as a number."""
REFUSED = "refused a legal call: "
"""The beginning of the sentence about a legal call that raised."""

ANY_ANSWER = "an answer, or an exception"
"""The requirement where there was no answer."""

BEYOND = "the call is beyond the limits that are declared"
"""Why a legal call may be refused."""

NO_SUCH_THING = "no such thing"
"""The requirement where something forbidden was observed."""

REPEATED = "the same bits from the same call"
"""The requirement on repetitions."""


def describe_wrong_elements(question: Question, answer: Array, law: Allowed, wrong: Mask) -> tuple[str, str]:
    """What was got and what is required, for the wrong element that is told; the answer has the shape of the law."""
    index = told_element(law, wrong)
    value = float(answer[index])
    where = element_name(question, index, law)
    got = f"{number(value)} at {where}; {int(wrong.sum())} of {wrong.size} elements are wrong"
    required = allowed_value(law, index, answer.dtype)
    clue = question.judged.clue(question.case, question.geometry, question.request.arrays, index, value)
    if clue is not None:
        shown, source = clue
        return f"{got} ({shown})", f"{required} ({source})"
    return got, required


def told_element(law: Allowed, wrong: Mask) -> tuple[int, ...]:
    """The first wrong element that is evident, or else the first: where none is, the bound may say next to nothing."""
    evident = wrong & law.evident
    return tuple(int(i) for i in np.argwhere(evident if evident.any() else wrong)[0])


def element_name(question: Question, index: tuple[int, ...], law: Allowed) -> str:
    """An element of the law by the name that it has in the answer, as in y[0,0,1,0]."""
    shapes = dict(zip(question.case.signature.symbols, question.shapes.values(), strict=True))
    return element(int(np.ravel_multi_index(index, law.high.shape)), shapes)


def allowed_value(law: Allowed, index: tuple[int, ...], dtype: np.dtype[np.generic]) -> str:
    """What is allowed at an element of a law."""
    extra = law.exceptions
    allowed = [_finite_value(law, index, dtype)] if extra is None or extra.finite[index] else []
    if extra is not None:
        specials = (("inf", extra.plus), ("-inf", extra.minus), ("nan", extra.nan))
        allowed += [name for name, mask in specials if mask[index]]
    return " or ".join(allowed)


def _finite_value(law: Allowed, index: tuple[int, ...], dtype: np.dtype[np.generic]) -> str:
    high = law.high[index]
    if not law.fixed[index]:
        if law.bound[index] / FORCELESS > np.abs(law.high).max():  # the product could overflow
            return f"almost any finite number, since legal roundings of so long a sum reach {law.bound[index]:.3g}"
        return f"{high:.17g} to within {law.bound[index]:.3g}"
    with np.errstate(over="ignore"):
        nearest = float(np.asarray(high).astype(dtype))
    is_exact = nearest == high and law.low[index] == 0
    return f"{number(nearest)}, exactly" if law.neighbours == 1 or is_exact else f"a neighbour of {high:.17g}"


def number(value: float) -> str:
    """A number as it is told."""
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
