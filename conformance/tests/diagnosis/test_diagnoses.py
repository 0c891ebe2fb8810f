"""A fault is searched for once a run; what fails later is first held against what was found."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Answer, Broken, Request
from conv2d_conformance.diagnosis import BUDGET
from conv2d_conformance.diagnosis.diagnoses import Diagnoses
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.judgement import Fault, Judgement
from conv2d_conformance.verdict.simplifier import Simplifier

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


def test_only_what_was_said_of_more_than_one_case_explains_others() -> None:
    implementation, diagnoses = Counting(without_bias_in_groups), Diagnoses()
    said = diagnoses.sentence_about(implementation, GROUPED, {})
    assert diagnoses.explains_others(said)
    assert not diagnoses.explains_others(None)
    assert not diagnoses.explains_others("in the failing case, the last row is zero")


def test_what_is_right_is_not_recognised() -> None:
    implementation, diagnoses = Counting(without_bias_in_groups), Diagnoses()
    diagnoses.sentence_about(implementation, GROUPED, {})
    assert not diagnoses.know(implementation, WIDE, WRONG)


def test_a_second_crash_in_the_same_words_is_known_without_a_call() -> None:
    implementation, diagnoses = Counting(without_bias_in_groups), Diagnoses()
    crash = [Fault("answered", f"the process {number} died: signal 11", "an answer") for number in (11, 12)]
    assert [diagnoses.know(implementation, GROUPED, fault) for fault in crash] == [False, True]
    assert implementation.calls == 0


class Stateful(Counting):
    """Wrong by chance for whatever is not the first call of its process."""

    def __init__(self) -> None:
        super().__init__(lambda call: call.right() if self.is_fresh else call.right() + random.random())
        self.is_fresh = False
        self.restarts = 0

    def ask(self, request: Request) -> Answer:
        answer = super().ask(request)
        self.is_fresh = False
        return answer

    def restart(self) -> bool:
        self.is_fresh = True
        self.restarts += 1
        return True


def test_after_a_search_in_vain_nothing_is_searched_for_that_does_not_fail_in_a_fresh_process() -> None:
    implementation, diagnoses = Stateful(), Diagnoses()
    assert diagnoses.sentence_about(implementation, WIDE, {}) is None
    assert implementation.calls > 10
    implementation.calls = 0
    assert diagnoses.sentence_about(implementation, GROUPED, {}) is None
    assert (implementation.calls, implementation.restarts) == (1, 1)


ILLEGAL = [parse(f"n1c1h1w1 m1k1x1 {pads} bias integers:0 bias-dtype=float64") for pads in ("valid", "same")]


class Accepting(Stateful):
    """Accepts a bias of another dtype where padding is a word, and nothing else; no mutant does so."""

    def ask(self, request: Request) -> Answer:
        bias, named = request.arrays["bias"], isinstance(request.arguments.get("padding"), str)
        if named and bias is not None and bias.dtype == np.float64:
            request = replace(request, arrays={**request.arrays, "bias": bias.astype(np.float32)})
        return super().ask(request)


def test_no_process_is_started_for_an_illegal_call() -> None:
    implementation, diagnoses = Accepting(), Diagnoses()
    for case, fewest, most in zip(ILLEGAL, (100, 1), (BUDGET, 1), strict=True):
        implementation.calls = 0
        assert diagnoses.sentence_about(implementation, case, {}) is None
        assert fewest <= implementation.calls <= most  # what other illegal calls are answered is asked once
    # What was in vain there says nothing of kept state.
    assert diagnoses.sentence_about(implementation, WIDE, {}) is None
    assert implementation.restarts == 0


class Crashing(Counting):
    """Dies in the same words with groups, and under wide kernels; it is right elsewhere."""

    def __init__(self) -> None:
        super().__init__(Call.right)

    def ask(self, request: Request) -> Answer:
        answer = super().ask(request)
        weight = request.arrays["weight"]
        assert weight is not None
        dies = request.arguments["groups"] > 1 or weight.shape[3] > 2
        return Broken("died", "the process was killed by signal 11 (SIGSEGV)") if dies else answer


def around(clause: str) -> list[Case]:
    """Cases without wide kernels and groups, and such with the `clause`."""
    sizes = [(1, 2), (2, 1), (3, 2), (1, 1), (2, 2), (4, 1)]
    plain = [parse(f"n1c4h{5 + kh}w6 m4k{kh}x{kw} integers:{kh}") for kh, kw in sizes]
    if clause == "groups":
        return [*plain, *(replace(case, groups=groups) for case in plain for groups in (2, 4))]
    return [*plain, *(replace(case, KW=width) for case in plain for width in (3, 4))]


def crash(implementation: Crashing, diagnoses: Diagnoses, cases: list[Case]) -> tuple[Failure, int]:
    """What is told of the first crash among some cases, all of which were seen; and how many calls it took."""
    simplifier = Simplifier(diagnose=diagnoses.sentence_about, known=diagnoses.know)
    examination = Examination(implementation, EFFORTS["quick"], simplifier=simplifier)
    wrong = list(dict.fromkeys(case for case in cases if case.groups > 1 or case.KW > 2))
    seen = {case: Judgement("pass") for case in cases if case not in wrong}
    examination._known |= seen | dict.fromkeys(wrong[1:], Judgement("error"))
    implementation.calls = 0
    with pytest.raises(Nonconforming) as raised:
        examination.judge(wrong[0])
    assert raised.value.outcome == "error"
    return raised.value.failure, implementation.calls


def test_a_known_crash_costs_one_process_and_says_what_the_first_said() -> None:
    implementation, diagnoses = Crashing(), Diagnoses()
    first, calls = crash(implementation, diagnoses, around("groups"))
    assert first.diagnosis == "there is no answer only where there are groups"
    assert calls > 3
    again, calls = crash(implementation, diagnoses, [GROUPED])
    assert (again.diagnosis, again.case, calls) == (first.diagnosis, format_case(GROUPED), 1)


def test_a_second_crash_with_another_trigger_has_a_diagnosis_of_its_own() -> None:
    implementation, diagnoses = Crashing(), Diagnoses()
    groups, _ = crash(implementation, diagnoses, around("groups"))
    wide, calls = crash(implementation, diagnoses, around("width"))
    assert wide.diagnosis not in (None, groups.diagnosis)
    assert calls == 1


def test_what_is_behind_one_case_is_looked_for_once() -> None:
    """Though nothing was found: these numbers have no structure."""
    drawn = random.Random(0)

    def random_answers(call: Call) -> Any:
        return call.right() + drawn.randrange(1, 1000)

    implementation, diagnoses = Counting(random_answers), Diagnoses()
    calls = []
    for case in (GROUPED, GROUPED):
        implementation.calls = 0
        assert diagnoses.sentence_about(implementation, case, {}) is None
        calls.append(implementation.calls)
    assert calls[0] > 20
    assert calls[1] == 0


def test_later_failures_of_one_fault_cost_few_calls() -> None:
    implementation, diagnoses = Counting(without_bias_in_groups), Diagnoses()
    calls = []
    for case in (GROUPED, OTHER, GROUPED):
        implementation.calls = 0
        examination = Examination(
            implementation,
            EFFORTS["quick"],
            simplifier=Simplifier(diagnose=diagnoses.sentence_about, known=diagnoses.know),
        )
        with pytest.raises(Nonconforming, match="without its bias, only where there are groups"):
            examination.judge(case)
        calls.append(implementation.calls)
    assert calls[0] > 100
    assert max(calls[1:]) <= 25
