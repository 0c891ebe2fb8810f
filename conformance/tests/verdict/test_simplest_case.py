"""What fails each time, by chance, or never again is reduced to a case that does fail."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Broken, Request
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.diagnosis.diagnoses import Diagnoses
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.judgement import Fault
from conv2d_conformance.verdict.simplest_case import REPETITIONS, Allowance, simplest
from conv2d_conformance.verdict.simplifier import Simplifier

LARGE = parse("n3c2h12w4 m5k3x3 integers:7")
FAULT = Fault("values", "1", "2")


def by_chance(share: float, fails: Callable[[Case], bool], seed: int = 0) -> tuple[Callable[[Case], Any], list[Case]]:
    """A fault that shows in a share of the calls, and the cases that were asked."""
    drawn, asked = random.Random(seed), []

    def find(case: Case) -> Fault | None:
        asked.append(case)
        return FAULT if fails(case) and drawn.random() < share else None

    return find, asked


def test_what_fails_each_time_is_asked_once_for_each_candidate() -> None:
    find, asked = by_chance(1, lambda case: case.KW > 1)
    found = simplest(LARGE, FAULT, find)
    assert (found.case.KW, found.case.KH, found.failed) == (2, 1, REPETITIONS)
    assert len(asked) == len(set(asked)) + REPETITIONS


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.4, 0.7, 0.9])
def test_what_fails_by_chance_is_reduced_too(share: float, seed: int) -> None:
    find, _ = by_chance(share, lambda case: case.KW > 1, seed)
    found = simplest(LARGE, FAULT, find)
    assert found.failed > 0
    assert found.case.KW > 1
    assert found.case.H * found.case.W * found.case.M < LARGE.H * LARGE.W * LARGE.M / 8


def test_a_case_that_does_not_fail_again_is_not_returned() -> None:
    """Every case below the largest fails exactly once, when it is first asked."""
    once: set[Case] = set()

    def find(case: Case) -> Fault | None:
        fails = case == LARGE or case not in once
        once.add(case)
        return FAULT if fails else None

    assert simplest(LARGE, FAULT, find).case == LARGE


def test_the_last_that_fails_is_returned_where_simpler_ones_do_not() -> None:
    once: set[Case] = set()

    def find(case: Case) -> Fault | None:
        fails = case.M > 1 or case not in once
        once.add(case)
        return FAULT if fails else None

    found = simplest(LARGE, FAULT, find)
    assert found.failed == REPETITIONS
    assert found.case.M > 1


def test_another_refusal_is_another_fault() -> None:
    def find(case: Case) -> Fault | None:
        if case.C > 1:
            return Fault("accepted", f"refused a legal call: ValueError: {case.C} channels", "an array")
        return Fault("accepted", "refused a legal call: ValueError: not implemented", "an array")

    found = simplest(LARGE, Fault("accepted", "refused a legal call: ValueError: 7 channels", "an array"), find)
    assert found.case.C == 2


def test_no_more_time_is_taken_than_allowed() -> None:
    now = 0.0

    def find(case: Case) -> Fault | None:
        nonlocal now
        now += 1.0
        return FAULT if case.KW > 1 and case.H > 2 else None

    simplest(LARGE, FAULT, find, Allowance(seconds=10.0), clock=lambda: now)
    assert now <= 10 + REPETITIONS


def test_what_fails_by_chance_is_made_simpler_once_a_run() -> None:
    drawn = random.Random(0)
    calls: list[Call] = []
    unsteady: list[Case] = []

    def now_and_then(call: Call) -> Any:
        calls.append(call)
        return call.right() + (drawn.random() < 0.3)

    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return now_and_then(Call(input, weight, bias, **attributes))

    implementation = InProcess(Adapter(name="tested", version="1", conv2d=conv2d))
    asked = []
    for seed in range(3):
        calls.clear()
        examination = Examination(implementation, EFFORTS["quick"], simplifier=Simplifier(unsteady=unsteady))
        with pytest.raises(Nonconforming) as raised:
            examination.judge_all(replace(LARGE, data=Recipe("integers", 100 * seed + i)) for i in range(100))
        assert raised.value.failure.failed_repetitions < REPETITIONS
        asked.append(len(calls) - examination.tally.asked)
    assert asked[0] > 100
    assert asked[1:] == 2 * [1 + REPETITIONS]


def test_what_always_fails_is_made_simpler_though_something_else_fails_by_chance() -> None:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return Call(input, weight, bias, **attributes).right() + 1

    implementation = InProcess(Adapter(name="tested", version="1", conv2d=conv2d))
    with pytest.raises(Nonconforming) as raised:
        Examination(implementation, EFFORTS["quick"], simplifier=Simplifier(unsteady=[LARGE])).judge(LARGE)
    assert raised.value.failure.case.startswith("n1c1h1w1 m1k1x1 ")


def examined(function: Callable[[Call], Any], *requirements: str, case: Case, **claims: Any) -> Any:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return function(Call(input, weight, bias, **attributes))

    adapter = Adapter(name="tested", version="1", conv2d=conv2d, capabilities=Capabilities(**claims))
    with pytest.raises(Nonconforming) as raised:
        Examination(InProcess(adapter), EFFORTS["quick"], requirements).judge(case)
    return raised.value.failure


def test_a_changed_argument_is_seen_in_the_simplest_case() -> None:
    def in_place(call: Call) -> Any:
        result = call.right()
        if call.weight.shape[2] >= 2:
            call.input[...] = 0
        return result

    found = examined(in_place, "memory.inputs-unchanged", case=LARGE)
    assert found.case.startswith("n1c1h2w1 m1k2x1 ")
    assert found.first_case == format_case(LARGE)
    assert (found.failed_repetitions, found.required) == (REPETITIONS, "no such thing")


def test_an_accepted_illegal_call_is_reduced() -> None:
    found = examined(lambda _: np.zeros((1, 1, 1, 1)), case=parse("n2c4h9w8 m6k3x2 g2 bias stride=0"))
    assert found.case == format_case(parse("n1c1h1w1 m1k1 stride=0"))


def test_a_special_value_is_reduced() -> None:
    def nan_is_zero(call: Call) -> Any:
        return call.right(input=np.nan_to_num(call.input))

    found = examined(nan_is_zero, case=parse("n2c3h6w5 m4k3x2 p1x1 bias integers:3 x[1,2,5,4]=nan"), non_finite=True)
    assert found.case == format_case(parse("n1c1h1w1 m1k1 x[0,0,0,0]=nan"))


class Dying(InProcess):
    """Dies where a kernel is wide."""

    def ask(self, request: Request) -> Any:
        weight = request.arrays["weight"]
        if weight is not None and weight.shape[3] > 2:
            return Broken("died", "the process died: signal 11")
        return super().ask(request)


def test_a_crash_is_reduced_once() -> None:
    adapter = Adapter(
        name="dying", version="1", conv2d=lambda *arrays, **attributes: Call(*arrays, **attributes).right()
    )
    case, known = parse("n1c64h18w42 m3k11x11 s2x1 p3x2 bias integers:3"), Diagnoses().know
    for simplest_case in ("n1c1h1w3 m1k1x3 ", format_case(case)):
        with pytest.raises(Nonconforming) as raised:
            Examination(Dying(adapter), EFFORTS["quick"], simplifier=Simplifier(known=known)).judge(case)
        assert raised.value.outcome == "error"
        assert raised.value.failure.case.startswith(simplest_case)


class Unanswering(InProcess):
    """Gives no answer to any call, and counts them."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(Adapter(name="unanswering", version="1", conv2d=lambda *_, **__: None))
        self.broken, self.calls = broken, 0

    def ask(self, request: Request) -> Any:  # noqa: ARG002  # the same to all
        self.calls += 1
        return self.broken


@pytest.mark.parametrize(
    ("kind", "is_dear"), [("timeout", True), ("memory-limit", True), ("memory", False), ("died", False)]
)
@pytest.mark.parametrize("sentence", ["no answer within 10 s", "the process took more than 8 GiB", "it is late"])
def test_what_takes_all_that_a_call_may_take_is_asked_once_whatever_is_said(
    kind: str, is_dear: bool, sentence: str
) -> None:
    implementation = Unanswering(Broken(kind, sentence))
    with pytest.raises(Nonconforming):
        Examination(implementation, EFFORTS["quick"]).judge(parse("n1c1h1w1 m1k1 nobias"))
    assert (implementation.calls == 1) == is_dear
