"""Hints speak of the operation that the case asks for."""

from __future__ import annotations

import numpy as np
import pytest

from conv2d_conformance.cases import parse
from conv2d_conformance.contract.answers import Answer, Broken, Rejected, Result
from conv2d_conformance.diagnosis.hint import hint
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.question import Question

FORWARD, GRADIENTS = (Question(parse(f"n2c3h4w5 m6k1{word}")) for word in ("", " grad"))


def hint_about(question: Question, answer: Answer) -> str:
    fault = judge(question, answer).fault
    assert fault is not None
    return hint(question, answer, fault)


def test_only_an_output_of_conv2d_is_held_against_the_layouts_of_outputs() -> None:
    turned = np.ones((2, 4, 5, 6), np.float32)
    assert "NHWC" in hint_about(FORWARD, Result((turned,)))
    weight = np.ones(GRADIENTS.case.weight_shape, np.float32)
    assert hint_about(GRADIENTS, Result((turned, weight, None))) == ""


def test_the_result_is_zero_throughout_only_where_all_arrays_are() -> None:
    x, w = (np.zeros(shape, np.float32) for shape in (GRADIENTS.case.input_shape, GRADIENTS.case.weight_shape))
    assert "zero throughout" in hint_about(GRADIENTS, Result((x, w, None)))
    assert "zero throughout" in hint_about(FORWARD, Result((np.zeros((2, 6, 4, 5), np.float32),)))
    assert hint_about(GRADIENTS, Result((x, w + 1, None))) == ""


@pytest.mark.parametrize(
    ("question", "what", "call"),
    [
        (FORWARD, "conv2d must return a NumPy array: ", "conv2d(input, weight, bias=None, *, stride, "),
        (GRADIENTS, "gradients must return NumPy arrays: ", "gradients(input, weight, bias, grad_output, *, stride, "),
    ],
)
def test_the_function_is_called_by_its_name(question: Question, what: str, call: str) -> None:
    assert hint_about(question, Broken("not-an-array", "a list")).startswith(what)
    assert hint_about(question, Rejected("TypeError", "missing argument")).startswith(call)
