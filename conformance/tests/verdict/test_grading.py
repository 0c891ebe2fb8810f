"""The grade of an implementation is one that all of its answers hold, whichever other grade some of them hold."""

from typing import Any

import numpy as np

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.formats import TF32
from conv2d_conformance.contract.grades import class_names
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import rounded_to
from conv2d_conformance.emulation.orders import sequential
from conv2d_conformance.emulation.terms import summed
from conv2d_conformance.emulation.winograd import winograd_tiles
from conv2d_conformance.law.allowed import compare
from conv2d_conformance.verdict.grading import Grading, grade
from conv2d_conformance.verdict.question import Question


def with_tf32(call: Call) -> Any:
    return summed(call, sequential, inputs=rounded_to(TF32))


def take(grading: Grading, line: str, answer: Any) -> None:
    question = Question(parse(line))
    arrays = question.request.arrays
    found = answer(Call(arrays["input"], arrays["weight"], arrays["bias"]))
    grading.take(question, found, compare(found, question.law))


def test_rounded_inputs_in_one_place_and_a_transform_in_another_have_no_grade_of_transforms() -> None:
    grading = Grading()
    take(grading, "n1c4h5w6 m2k1 float32 uniform:1", with_tf32)
    found = grading.subjects["float32"]
    assert {"A", "A-tc", "B2", "B4", "B6", "C"} <= found.failed.keys()
    assert not {"R-tf32", "R-fp16", "R-bf16"} & found.failed.keys()
    take(grading, "n1c4h9w9 m2k3 float32 lone-pixel:30", lambda call: winograd_tiles(call, 4))
    assert grade("float32", found.failed, class_names("float32")) is None


def test_a_float16_input_that_is_subnormal_holds_no_grade_of_bfloat16() -> None:
    """It keeps fewer bits than bfloat16 does."""
    x = np.array([2.0**-23 * 1.25], np.float32).reshape(1, 1, 1, 1)
    question = Question(parse(f"n1c1h1w1 m1k1 float32 x[0,0,0,0]={x.item()!r} w[0,0,0,0]=1"))
    answer = x.astype(np.float16).astype(np.float32)
    assert not compare(answer, question.law_in("R-fp16")).wrong.any()
    assert compare(answer, question.law_in("R-bf16")).wrong.any()
    grading = Grading()
    grading.take(question, answer, compare(answer, question.law))
    assert "R-bf16" in grading.subjects["float32"].failed
    assert "R-fp16" not in grading.subjects["float32"].failed
