"""A fault is searched for once a run; what fails later is first held against what was found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.adapter import Adapter
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.diagnosis.memory import Diagnoses
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.answers import Answer, Request
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants.call import Call
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.judge import Fault

WRONG = Fault("values", "1", "2")


class Counting(InProcess):
    """Counts its calls."""

    def __init__(self, function: Callable[[Call], Any]) -> None:
        def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
            return function(Call(input, weight, bias, **attributes))

        super().__init__(Adapter(name="tested", version="1", conv2d=conv2d))
        self.calls = 0

    def ask(self, request: Request) -> Answer:
        self.calls += 1
        return super().ask(request)


def without_bias_in_groups(call: Call) -> Any:
    return call.right(bias=None) if call.groups > 1 else call.right()


def two_faults(call: Call) -> Any:
    if call.groups > 1:
        return call.right(bias=None)
    return call.right(weight=call.weight[..., ::-1, ::-1]) if call.weight.shape[3] > 2 else call.right()


GROUPED = parse("n2c4h7w8 m6k3x2 s2x1 p1x1 g2 bias integers:3")
OTHER = parse("n1c4h5w6 m4k2x2 d1x2 g4 bias integers:9")
WIDE = parse("n1c2h5w6 m2k2x3 integers:5")


def test_a_known_fault_is_recognised_by_one_call() -> None:
    implementation, diagnoses = Counting(without_bias_in_groups), Diagnoses()
    assert not diagnoses.know(implementation, GROUPED, WRONG)
    said = diagnoses.sentence_about(implementation, GROUPED, {})
    assert said is not None
    assert said.endswith("without its bias, only where there are groups")
    implementation.calls = 0
    assert diagnoses.know(implementation, OTHER, WRONG)
    assert diagnoses.sentence_about(implementation, OTHER, {}) == said
    assert implementation.calls == 2


def test_another_fault_is_searched_for() -> None:
    implementation, diagnoses = Counting(two_faults), Diagnoses()
    first = diagnoses.sentence_about(implementation, GROUPED, {})
    assert not diagnoses.know(implementation, WIDE, WRONG)
    second = diagnoses.sentence_about(implementation, WIDE, {})
    assert second is not None
    assert second != first


def spoilt_in_two_dtypes(call: Call) -> Any:
    """Wrong for one column, in a way that no effect has: in float32 by another sum than in float64."""
    right = call.right()
    if right.shape[-1] > 1:
        return right
    return right * 7 + 3 if right.dtype == np.float32 else right * -5 + 11


def test_who_knows_only_when_answers_are_wrong_knows_no_other_kind_of_case() -> None:
    implementation, diagnoses = Counting(spoilt_in_two_dtypes), Diagnoses()
    first = parse("n1c2h5w4 m3k2x4 integers:3")
    assert diagnoses.sentence_about(implementation, first, {})
    assert diagnoses.know(implementation, parse("n1c1h6w3 m2k3x3 integers:4"), WRONG)
    for other in ("n1c2h5w4 m3k2x4 float64 integers:3", "n1c2h5w4 m3k2x4 view=offset integers:3"):
        assert not diagnoses.know(implementation, parse(other), WRONG)


def test_what_is_right_is_not_recognised() -> None:
    implementation, diagnoses = Counting(without_bias_in_groups), Diagnoses()
    diagnoses.sentence_about(implementation, GROUPED, {})
    assert not diagnoses.know(implementation, WIDE, WRONG)


def test_a_second_crash_in_the_same_words_is_known_without_a_call() -> None:
    implementation, diagnoses = Counting(without_bias_in_groups), Diagnoses()
    crash = [Fault("answered", f"the process {number} died: signal 11", "an answer") for number in (11, 12)]
    assert [diagnoses.know(implementation, GROUPED, fault) for fault in crash] == [False, True]
    assert implementation.calls == 0


def test_later_failures_of_one_fault_cost_few_calls() -> None:
    implementation, diagnoses = Counting(without_bias_in_groups), Diagnoses()
    calls = []
    for case in (GROUPED, OTHER, GROUPED):
        implementation.calls = 0
        examination = Examination(
            implementation, EFFORTS["quick"], diagnose=diagnoses.sentence_about, known=diagnoses.know
        )
        with pytest.raises(Nonconforming, match="without its bias, only where there are groups"):
            examination.judge(case)
        calls.append(implementation.calls)
    assert calls[0] > 100
    assert max(calls[1:]) <= 25
