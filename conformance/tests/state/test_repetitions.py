"""The same question several times: equal answers pass, whatever their zeros and NaN look like; others do not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.answers import Answer, Rejected, Request, Result
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.implementation.target import load
from conv2d_conformance.implementation.target import parse as target
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.judgement import Judgement
from conv2d_conformance.verdict.repetitions import judge_repetitions

PASSED = Judgement("pass", evidence=1)


def results(*arrays: Any) -> list[Result]:
    return [Result((np.array(array, np.float32),)) for array in arrays]


@pytest.mark.parametrize(
    "answers",
    [
        results([1, 2], [1, 2], [1, 2]),
        results([0.0], [-0.0]),
        results([np.nan], [-np.nan]),
        results([[]], [[]]),
        [Rejected("ValueError", "no"), Rejected("TypeError", "no")],
    ],
)
def test_equal_answers_are_repeatable(answers: list[Result]) -> None:
    assert judge_repetitions(PASSED, answers, ["y"]) == replace(PASSED, calls=len(answers))


@pytest.mark.parametrize("other", [np.nextafter(np.float32(2), np.float32(3)), np.nan, np.inf])
def test_one_bit_is_enough(other: float) -> None:
    found = judge_repetitions(PASSED, results([[1, 2]], [[1, 2]], [[1, other]]), ["y"])
    assert found.outcome == "fail"
    assert found.fault is not None
    assert found.fault.aspect == "repeated"
    assert "at y[0,1] from call 3, where the first gave 2.0; 1 of 2 elements differ" in found.fault.got


def test_a_varying_last_bit_is_found_and_reduced() -> None:
    path = __file__.replace("test_repetitions.py", "stateful.py")
    examination = Examination(InProcess(load(target(f"{path}:how_often_it_was_asked"))), EFFORTS["quick"])
    case = parse("n2c3h5w6 m2k3x2 normal:1")
    examination.judge(case)
    with pytest.raises(Nonconforming) as raised:
        examination.judge(parse("n2c3h5w6 m2k3x2 normal:2"), times=10)
    failure = raised.value.failure
    assert failure.required == "the same bits from the same call"
    assert failure.failed_repetitions == failure.repetitions
    assert parse(failure.case).N == 1


def test_a_wrong_answer_among_the_repetitions_is_found() -> None:
    path = __file__.replace("test_repetitions.py", "stateful.py")
    examination = Examination(InProcess(load(target(f"{path}:every_third_call"))), EFFORTS["quick"])
    with pytest.raises(Nonconforming, match="are wrong"):
        examination.judge(parse("n1c1h3w4 m1k2 integers:1"), times=10)


class Counting(InProcess):
    """Counts its calls."""

    calls = 0

    def ask(self, request: Request) -> Answer:
        self.calls += 1
        return super().ask(request)


def test_what_is_wrong_at_once_is_not_asked_for_the_repetitions_too() -> None:
    calls = []
    for times in (1, 10):
        implementation = Counting(load(target("conv2d_conformance.mutants.channels:bias_dropped")))
        with pytest.raises(Nonconforming):
            Examination(implementation, EFFORTS["quick"]).judge(parse("n2c3h5w6 m4k3x2 bias integers:3"), times=times)
        calls.append(implementation.calls)
    assert calls[0] == calls[1]
