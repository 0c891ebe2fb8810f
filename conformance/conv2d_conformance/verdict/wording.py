"""Say in words what is wrong with the values of an answer."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.cases.case import Recipe
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.gradients.row import element
from conv2d_conformance.law.allowed import Allowed, Mask
from conv2d_conformance.verdict.question import Question

FORCELESS = 2.0**10
"""A bound that many times the largest exact result requires nothing that is worth a number."""
REFUSED = "refused a legal call: "
"""How an answer begins in words where a legal call raised."""

ANY_ANSWER = "an answer, or an exception"
"""What is required where there was none."""

NO_SUCH_THING = "no such thing"
"""What is required where something was seen that must not be."""


def is_refusal(got: str) -> bool:
    """Whether what was got is that a legal call was refused."""
    return got.startswith(REFUSED)


def describe_wrong_elements(question: Question, answer: Array, law: Allowed, wrong: Mask) -> tuple[str, str]:
    """What was got and what is required, told of the first wrong element. Shapes are (N, M, OH, OW).

    Where some wrong elements are evident, it is the first of these: at the others the bound may say next to nothing.
    """
    told = wrong & law.evident
    index = tuple(int(i) for i in np.argwhere(told if told.any() else wrong)[0])
    value = float(answer[index])
    got = f"{_number(value)} at {_element(question, index)}; {int(wrong.sum())} of {wrong.size} elements are wrong"
    required = _allowed_value(law, index, answer.dtype)
    if isinstance(question.case.data, Recipe) and question.case.data.name == "impulse" and index[1:]:
        source = _impulse_source(question, index)
        got = f"{got} ({_read_back(question, value)})"
        required = f"{required} ({source})"
    return got, required


def _element(question: Question, index: tuple[int, ...]) -> str:
    if question.case.operation == "gradients":
        return element(index[0], question.shapes)
    shown = index[1:] if question.geometry.N is None else index
    return f"y[{','.join(map(str, shown))}]"


def _allowed_value(law: Allowed, index: tuple[int, ...], dtype: np.dtype[np.generic]) -> str:
    extra = law.exceptions
    allowed = [_finite_value(law, index, dtype)] if extra is None or extra.finite[index] else []
    if extra is not None:
        specials = (("inf", extra.plus), ("-inf", extra.minus), ("nan", extra.nan))
        allowed += [name for name, mask in specials if mask[index]]
    return " or ".join(allowed)


def _finite_value(law: Allowed, index: tuple[int, ...], dtype: np.dtype[np.generic]) -> str:
    high = law.high[index]
    if not law.fixed[index]:
        if law.bound[index] > FORCELESS * np.abs(law.high).max():
            return f"almost any finite number, since legal roundings of so long a sum reach {law.bound[index]:.3g}"
        return f"{high:.17g} to within {law.bound[index]:.3g}"
    with np.errstate(over="ignore"):
        nearest = float(np.asarray(high).astype(dtype))
    is_exact = nearest == high and law.low[index] == 0
    return f"{_number(nearest)}, exactly" if law.neighbours == 1 or is_exact else f"a neighbour of {high:.17g}"


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)


def _impulse_source(question: Question, index: tuple[int, ...]) -> str:
    """Name the pixel that is 1 in this image, and the weight that must be read for this element."""
    n, m, oh, ow = index
    g = question.geometry
    images = question.input.reshape(-1, g.C, g.H, g.W)
    c, h, w = (int(i) for i in np.argwhere(images[n])[0])
    kh, odd_row = divmod(h + g.pads[0][0] - oh * g.stride[0], g.dilation[0])
    kw, odd_column = divmod(w + g.pads[1][0] - ow * g.stride[1], g.dilation[1])
    group_of_filter, channel = m // (g.M // g.groups), c % (g.C // g.groups)
    inside = 0 <= kh < g.KH and 0 <= kw < g.KW and odd_row == odd_column == 0
    if not inside or c // (g.C // g.groups) != group_of_filter:
        return f"no tap of the window reads the pixel x[{n},{c},{h},{w}], the only one that is not 0"
    return f"x[{n},{c},{h},{w}] is 1, so that w[{m},{channel},{kh},{kw}] shows"


def _read_back(question: Question, value: float) -> str:
    places = np.argwhere(question.weight == value)
    if len(places) == 1 and value != 0:
        return f"the value of w[{','.join(map(str, places[0]))}]"
    return "no weight shows" if value == 0 else "not the value of a single weight"
