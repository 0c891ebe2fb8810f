"""`allowed` and `reference`: what may come back, and what the reference gives."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from conv2d_conformance.api.arrays import array_of, operand
from conv2d_conformance.api.asking import asked
from conv2d_conformance.contract.arrays import Array, Floats
from conv2d_conformance.law.allowed import Allowed, Mask, compare
from conv2d_conformance.law.outermost import is_right, outermost
from conv2d_reference import correlate
from conv2d_reference.integers import IntOrPair


@dataclass(frozen=True, eq=False, kw_only=True)
class AllowedAnswers:
    """The right answers to one call, element by element: arrays of the shape of the output.

    exact: the nearest float64 to the exact value, `rest` what that leaves. lower, upper: the smallest and the largest
    finite number of the dtype that are allowed, both included; NaN where no finite number is. fixed: where one answer
    alone is right (two neighbours, in some grades). nan, plus_infinity, minus_infinity: where these are allowed.
    """

    grade: str
    exact: Floats
    rest: Floats
    lower: Array
    upper: Array
    fixed: Mask
    nan: Mask
    plus_infinity: Mask
    minus_infinity: Mask
    _law: Allowed = field(repr=False)

    def accepts(self, output: Any) -> Mask:
        """Where an output of the right shape and dtype is right."""
        answer = array_of("output", output)
        if (answer.shape, answer.dtype) != (self.exact.shape, self.lower.dtype):
            wanted = f"{self.lower.dtype.name} of shape {self.exact.shape}"
            raise ValueError(f"output must be {wanted}, got {answer.dtype.name} of shape {answer.shape}")
        found: Mask = ~compare(answer.reshape(self._law.high.shape), self._law).wrong
        return found.reshape(answer.shape)


def allowed(
    input: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: IntOrPair = 1,
    padding: IntOrPair | str = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    grade: str | None = None,
) -> AllowedAnswers:
    """The exact answer to a call, and the numbers that a `grade` allows in its place; see `check`."""
    attributes = {
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
        "padding_mode": padding_mode,
    }
    question = asked(input, weight, bias, grade, attributes)
    dtype = question.input.dtype
    with np.errstate(all="ignore"):  # infinities and NaN are answers, not accidents
        law = question.law
        lower, upper = outermost(law, dtype, -1.0), outermost(law, dtype, 1.0)
        nan, plus, minus = (is_right(law, dtype, value) for value in (np.nan, np.inf, -np.inf))
    arrays = {
        "exact": law.high,
        "rest": law.low,
        "lower": lower,
        "upper": upper,
        "fixed": law.fixed,
        "nan": nan,
        "plus_infinity": plus,
        "minus_infinity": minus,
    }
    shaped: dict[str, Any] = {name: array.reshape(question.shape) for name, array in arrays.items()}
    return AllowedAnswers(grade=question.accuracy.name, **shaped, _law=law)


def reference(
    input: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: IntOrPair = 1,
    padding: IntOrPair | str = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> Array:
    """The answer of the reference, `conv2d_reference.correlate`: sums in float64, rounded once to the dtype."""
    return correlate.conv2d(
        operand("input", input),
        operand("weight", weight),
        None if bias is None else operand("bias", bias),
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        padding_mode=padding_mode,
    )
