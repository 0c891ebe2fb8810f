"""One case, one answer, one outcome."""

from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.answers import Broken, Rejected, Result
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.judgement import Judgement
from conv2d_conformance.verdict.question import Question

CASE = "n2c2h4w5 m3k2x3 s1x1 p1x0 d1x1 g1 bias float32 integers:3"
ILLEGAL = "n1c1h4w4 m1k2 stride=0"


def question(line: str = CASE, **claims: Any) -> Question:
    return Question(parse(line), Capabilities(**claims))


def right(asked: Question) -> np.ndarray[Any, Any]:
    return asked.law.high.astype(asked.case.dtype).reshape(asked.shape)


def judged(array: np.ndarray[Any, Any], line: str = CASE) -> Judgement:
    return judge(question(line), Result((array,)))


def test_the_right_answer_passes_with_all_its_elements_as_evidence() -> None:
    found = judged(right(question()))
    assert (found.outcome, found.evidence, found.elements) == ("pass", 2 * 3 * 5 * 3, 2 * 3 * 5 * 3)
    assert found.fault is None


def test_one_wrong_element_fails_and_is_named() -> None:
    wrong = right(question())
    wrong[1, 2, 3, 1] += 1
    found = judged(wrong)
    assert found.outcome == "fail"
    assert found.fault is not None
    assert "y[1,2,3,1]; 1 of 90 elements are wrong" in found.fault.got
    assert found.fault.required.endswith(", exactly")


SIGNALLING = np.array(0x7F800001, np.uint32).view(np.float32)


@pytest.mark.parametrize("value", [np.nan, np.inf, SIGNALLING])
def test_what_is_not_finite_fails(value: float) -> None:
    wrong = right(question())
    wrong[0, 0, 0, 0] = value
    assert judged(wrong).outcome == "fail"


def test_dtype_byte_order_and_shape_are_named() -> None:
    answer = right(question())
    for array, got in (
        (answer.astype(np.float64), "dtype float64"),
        (answer.astype(answer.dtype.newbyteorder()), "dtype float32, in foreign byte order"),
        (answer[0], "shape (3, 5, 3)"),
        (np.moveaxis(answer, 1, 3), "shape (2, 5, 3, 3)"),
    ):
        found = judged(array)
        assert found.outcome == "fail"
        assert found.fault is not None
        assert found.fault.got == got


def test_a_legal_call_may_not_be_refused_by_any_exception() -> None:
    found = judge(question(), Rejected("NotImplementedError", "no bias"))
    assert found.outcome == "fail"
    assert found.fault is not None
    assert found.fault.got == "refused a legal call: NotImplementedError: no bias"


def test_an_illegal_call_must_be_refused() -> None:
    assert judge(question(ILLEGAL), Rejected("ValueError", "stride")).outcome == "pass"
    found = judge(question(ILLEGAL), Result((np.zeros((1, 1, 3, 3), np.float32),)))
    assert found.outcome == "fail"
    assert found.fault is not None
    assert found.fault.got == "a result of shape (1, 1, 3, 3)"
    assert found.fault.required == "an exception: stride must be at least 1, got 0"


@pytest.mark.parametrize("line", [CASE, ILLEGAL])
def test_no_answer_is_an_error_for_legal_and_illegal_calls(line: str) -> None:
    found = judge(question(line), Broken("died", "the process was killed"))
    assert found.outcome == "error"
    assert found.fault is not None
    assert found.fault.got == "the process was killed"


def test_an_empty_batch_is_judged_by_its_shape() -> None:
    line = "n0c2h4w5 m3k2x3"
    assert judged(np.zeros((0, 3, 3, 3), np.float32), line).evidence == 1
    assert judged(np.zeros((0, 3, 3, 4), np.float32), line).outcome == "fail"


@pytest.mark.parametrize("line", ["n1c1h3w3 m1k2 all-zero", "n1c1h3w3 m1k2 x[0,0,0,0]=1"])
def test_zeros_are_no_evidence(line: str) -> None:
    found = judged(right(question(line)), line)
    assert (found.outcome, found.evidence) == ("pass", 0)


def test_data_whose_bound_is_too_wide_are_no_evidence() -> None:
    line = "n1c3h1w1 m1k1 x[0,0,0,0]=1e6 x[0,1,0,0]=-1e6 x[0,2,0,0]=1e-6 w[0,0,0,0]=1 w[0,1,0,0]=1 w[0,2,0,0]=1"
    assert judged(right(question(line)), line).evidence == 0


def test_the_margin_is_the_worst_error_as_a_share_of_the_bound() -> None:
    line = "n1c4h5w5 m2k3x2 float32 uniform:5"
    asked = question(line)
    assert judged(right(asked), line).margin is not None
    worse = asked.law.high.copy()
    worse[0, 1, 2, 3] += 0.75 * asked.law.bound[0, 1, 2, 3]
    found = judge(asked, Result((worse.astype(np.float32),)))
    assert found.outcome == "pass"
    assert found.margin is not None
    assert 0.5 < found.margin < 1
    assert found.where == (0, 1, 2, 3)


def test_a_wrong_impulse_names_the_pixel_and_the_weight() -> None:
    line = "n20c1h4w5 m1k2x3 impulse:0"
    asked = question(line)
    flipped = right(Question(parse(line)))
    weight = asked.weight.copy()
    place = np.argwhere(flipped == weight[0, 0, 0, 0])[0]
    flipped[tuple(place)] = weight[0, 0, 1, 2]
    found = judge(asked, Result((flipped,)))
    assert found.fault is not None
    assert "(the value of w[0,0,1,2])" in found.fault.got
    assert "is 1, so that w[0,0,0,0] shows)" in found.fault.required


def test_without_values_only_dtype_and_shape_count() -> None:
    asked = question()
    nothing = np.zeros(asked.shape, np.float32)
    assert judge(asked, Result((nothing,)), values=False).outcome == "pass"
    assert judge(asked, Result((nothing[0],)), values=False).outcome == "fail"


def test_the_claimed_class_decides() -> None:
    line = "n1c4h5w5 m2k3x2 float32 uniform:5"
    asked = question(line)
    cut = asked.law.high * (1 + 2.0**-12)
    answer = Result((cut.astype(np.float32),))
    assert judge(question(line), answer).outcome == "fail"
    assert judge(question(line, grades={"float32": "R-tf32"}), answer).outcome == "pass"
