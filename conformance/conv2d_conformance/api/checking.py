"""`check`: judge one answer that somebody already has."""

from __future__ import annotations

from typing import Any

import numpy as np

from conv2d_conformance.api.arrays import array_of
from conv2d_conformance.api.asking import asked
from conv2d_conformance.contract.answers import Result
from conv2d_conformance.contract.grades import MEANINGS, class_names
from conv2d_conformance.diagnosis.hint import hint
from conv2d_conformance.diagnosis.single import looks_like
from conv2d_conformance.law.allowed import compare
from conv2d_conformance.verdict.given import Given
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.judgement import Fault
from conv2d_reference.integers import IntOrPair


def check(
    output: Any,
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
) -> None:
    """Require of `output` that it is a right answer of conv2d to this call.

    Arrays are of NumPy, or of a library that gives them to NumPy, in the memory of the processor. What follows exactly
    from the data, such as sums of small integers, must be exact. All else is held to the proved bound of a `grade`, a
    class of accuracy as `conv2d-conformance explain A` describes it: A for float32 and float64, A-tc for 16-bit types,
    where none is named.

    AssertionError, which tells as a run does what is wrong. ValueError or TypeError where the call is illegal.
    """
    __tracebackhide__ = True
    attributes = {
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
        "padding_mode": padding_mode,
    }
    question = asked(input, weight, bias, grade, attributes)
    answer = Result((array_of("output", output),))
    with np.errstate(all="ignore"):  # infinities and NaN are answers, not accidents
        fault = judge(question, answer).fault
        message = "" if fault is None else _told(question, answer, fault)
    if message:
        raise AssertionError(message)


def _told(question: Given, answer: Result, fault: Fault) -> str:
    """The fault, as the report of a run tells it."""
    seen = looks_like(question, answer, fault)
    advice = "" if seen else hint(question, answer, fault)
    lines = {"looks like": seen, "hint": advice, "got": fault.got, "required": fault.required}
    if fault.aspect == "values":
        lines |= _graded(question, answer)
    line = question.request.line
    if question.is_rebuilt_by_its_line:
        lines |= {"case": line, "reference": f"conv2d-conformance reference '{line}'"}
    else:
        lines["case"] = f"{line.replace(' integers:0', '', 1)}, with the elements that were given"
    told = [f"  {label:<12}{text}" for label, text in lines.items() if text]
    return "\n".join(["this is no right answer of conv2d", *told])


def _graded(question: Given, answer: Result) -> dict[str, str]:
    """The class that judges, and the strictest one whose bound the answer keeps."""
    own = question.accuracy.name
    said = {"grade": f"{own}, {MEANINGS[own]}"}
    output = answer.arrays[0]
    assert output is not None
    for name in class_names(question.case.dtype):
        law = question.law_in(name)
        if not compare(output.reshape(law.high.shape), law).wrong.any():
            said["within"] = f"the bound of {name}, {MEANINGS[name]}: check(..., grade={name!r}) allows it"
            break
    return said
