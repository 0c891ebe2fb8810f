"""One check's dealings with an implementation."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Answer, Request
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.simplest_case import REPETITIONS, SHRINK_SECONDS
from conv2d_conformance.verdict.simplifier import Simplifier

QUICK = EFFORTS["quick"]
CLAIMS = Capabilities(dtypes={"float32", "float64"})


def examine(function: Callable[[Call], Any], *requirements: str, claims: Capabilities = CLAIMS) -> Examination:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return function(Call(input, weight, bias, **attributes))

    adapter = Adapter(name="tested", version="1", conv2d=conv2d, capabilities=claims)
    return Examination(InProcess(adapter), QUICK, requirements)


def flipped(call: Call) -> Any:
    return call.right(weight=call.weight[..., ::-1, ::-1])


def case(seed: int = 1, **fields: Any) -> Case:
    usual: dict[str, Any] = {"N": 2, "C": 2, "H": 6, "W": 7, "M": 3, "KH": 3, "KW": 2}
    return Case(**usual | {"data": Recipe("integers", seed)} | fields)


def test_right_answers_are_counted_once_for_each_line() -> None:
    found = examine(Call.right)
    for line in (case(1), case(2), case(1)):
        found.judge(line)
    assert (found.tally.outcome, found.tally.asked, len(found.tally.digests)) == ("pass", 2, 2)
    assert found.tally.evidence == found.tally.elements == 2 * (2 * 3 * 4 * 6)


def test_nothing_judged_is_an_error() -> None:
    found = examine(Call.right)
    assert found.tally.outcome == "error"
    found.judge(parse("n1c1h3w3 m1k2 all-zero"))
    assert (found.tally.outcome, found.tally.asked) == ("error", 1)


def test_a_failure_is_reduced_to_one_pixel_and_one_weight() -> None:
    found = examine(flipped)
    with pytest.raises(Nonconforming) as raised:
        found.judge(case(groups=1, bias=True, stride=(2, 1), padding=(1, 1)))
    failure = raised.value.failure
    simplest = parse(failure.case)
    assert simplest.KH * simplest.KW == 2
    assert failure.case.count("x[") == failure.case.count("w[") == 1
    assert parse(failure.first_case).stride == (2, 1)
    assert (failure.failed_repetitions, failure.repetitions) == (5, 5)
    assert found.tally.failure == failure


def test_a_slow_implementation_is_not_asked_for_ever() -> None:
    """Of a clock on which each call takes as long as all of the simplification may."""
    now, calls = [0.0], []

    def slow(call: Call) -> Any:
        calls.append(call)
        now[0] += SHRINK_SECONDS
        return flipped(call)

    found = examine(slow)
    found.simplifier = Simplifier(clock=lambda: now[0])
    with pytest.raises(Nonconforming) as caught:
        found.judge(case())
    assert len(calls) == 1 + 1 + REPETITIONS
    assert caught.value.failure.failed_repetitions == REPETITIONS


def test_a_failed_examination_ends_again_as_it_did() -> None:
    found = examine(flipped)
    with pytest.raises(Nonconforming) as first:
        found.judge(case())
    with pytest.raises(Nonconforming) as again:
        found.judge(case(2))
    assert first.value is again.value


def test_a_fault_is_reduced_only_to_one_of_the_same_kind() -> None:
    def wrong_shape_when_wide(call: Call) -> Any:
        return call.right()[..., :-1] if call.input.shape[-1] > 5 else flipped(call)

    with pytest.raises(Nonconforming) as raised:
        examine(wrong_shape_when_wide).judge(case())
    assert raised.value.failure.got.startswith("shape ")
    assert parse(raised.value.failure.case).W == 6


def test_what_is_not_claimed_is_not_asked() -> None:
    asked: list[Call] = []

    def note(call: Call) -> Any:
        asked.append(call)
        return call.right()

    claims = Capabilities(groups=False, bias=False, stride=False, dilation=False, padding=set())
    found = examine(note, claims=claims)
    found.judge(case(C=4, M=4, groups=2, bias=True, stride=(2, 1), dilation=(1, 2), padding=(1, 1), dtype="float64"))
    (call,) = asked
    assert (call.groups, call.stride, call.dilation, call.padding) == (1, (1, 1), (1, 1), (0, 0))
    assert call.bias is None
    assert call.input.dtype == np.float32


def test_memory_is_watched_in_every_call_and_ends_the_check_that_is_about_it() -> None:
    def in_place(call: Call) -> Any:
        result = call.right()
        call.input[...] = 0
        return result

    found = examine(in_place)
    found.judge(case())
    assert list(found.tally.observed) == ["memory.inputs-unchanged"]
    with pytest.raises(Nonconforming, match="input"):
        examine(in_place, "memory.inputs-unchanged").judge(case())


def test_a_refused_call_fails() -> None:
    def refuses_kernels_of_three(call: Call) -> Any:
        if call.weight.shape[2] == 3:
            raise NotImplementedError("only 1x1")
        return call.right()

    with pytest.raises(Nonconforming, match="refused a legal call: NotImplementedError: only 1x1"):
        examine(refuses_kernels_of_three).judge(case())


def test_measuring_ends_only_with_the_grade() -> None:
    def rounds_to_bfloat16(call: Call) -> Any:
        bits = np.ascontiguousarray(call.input).view(np.uint32) & np.uint32(0xFFFF0000)
        return call.right(input=bits.view(np.float32))

    found = examine(rounds_to_bfloat16, "numerics.grade")
    for seed in range(20):
        found.measure(case(seed, data=Recipe("uniform", seed)))
    with pytest.raises(Nonconforming) as raised:
        found.require_claimed_grades()
    said = r"no grade, less accurate than A-tc: the worst error is [\d.e+]+ times its bound, within that of R-bf16"
    assert re.fullmatch(f"float32: {said}", raised.value.failure.got)
    assert raised.value.failure.required == "float32: grade A, IEEE arithmetic in any order"


@pytest.mark.parametrize(
    ("line", "values", "is_found"),
    [
        ("n2c2h6w7 m3k3x2 integers:1", True, True),
        ("n2c2h6w7 m3k3x2 float64 normal:1", True, True),
        ("n2c2h6w7 m3k3x2 integers:1", False, False),  # nothing is held against it
        ("n0c2h6w7 m3k3x2 integers:1", True, False),
        ("n1c1h300w300 m1k1 integers:1", True, True),
        ("n1c1h1500w1500 m1k1 integers:1", True, False),  # the answer would wait for it
    ],
)
def test_what_an_answer_is_held_against_is_found_until_it_comes(line: str, values: bool, is_found: bool) -> None:
    questions: list[Question] = []
    known: list[bool] = []

    def prepare(case: Case, claims: Capabilities) -> Question:
        questions.append(Question(case, claims))
        return questions[-1]

    class Computing(InProcess):
        def ask(self, request: Request) -> Answer:
            if request.meanwhile is not None:
                request.meanwhile()
            known.append("law" in vars(questions[-1]))
            return super().ask(request)

    adapter = Adapter(
        name="tested",
        version="1",
        conv2d=lambda *arrays, **arguments: Call(*arrays, **arguments).right(),
        capabilities=replace(CLAIMS, empty_batch=True, stride=True),
    )
    found = Examination(Computing(adapter), QUICK, prepare=prepare)
    found.judge(parse(line), values=values)
    assert (found.tally.outcome, known) == ("pass", [is_found])


def test_the_next_of_fixed_cases_is_prepared_until_an_answer_comes() -> None:
    prepared: list[str] = []
    before_answers: list[int] = []

    def prepare(case: Case, claims: Capabilities) -> Question:
        prepared.append(format_case(case))
        return Question(case, claims)

    class Computing(InProcess):
        def ask(self, request: Request) -> Answer:
            if request.meanwhile is not None:
                request.meanwhile()
            before_answers.append(len(prepared))
            return super().ask(request)

    adapter = Adapter(
        name="tested", version="1", conv2d=lambda *arrays, **arguments: Call(*arrays, **arguments).right()
    )
    lines = [f"n1c1{size} m1k1 integers:1" for size in ("h1w1", "h2w2", "h1500w1500", "h3w3")]
    cases = [parse(line) for line in lines]
    found = Examination(Computing(adapter), QUICK, prepare=prepare)
    found.judge_all([*cases, cases[0]])
    assert prepared == [format_case(case) for case in (cases[0], cases[1], cases[2], cases[2], cases[3])]
    assert before_answers == [2, 3, 5, 5]
    assert (found.tally.outcome, found.tally.asked) == ("pass", 4)


@pytest.mark.parametrize(("values", "are_found"), [(True, [True, True, True]), (False, [False, False, False])])
def test_where_an_answer_takes_long_what_the_next_is_held_against_is_found(values: bool, are_found: list[bool]) -> None:
    questions: dict[str, Question] = {}
    known: list[bool] = []

    def prepare(case: Case, claims: Capabilities) -> Question:
        return questions.setdefault(format_case(case), Question(case, claims))

    class TakingLong(InProcess):
        def ask(self, request: Request) -> Answer:
            for work in (request.meanwhile, request.spare):
                if work is not None:
                    work()
            known.append(all("law" in vars(question) for question in questions.values()))
            return super().ask(request)

    adapter = Adapter(
        name="tested", version="1", conv2d=lambda *arrays, **arguments: Call(*arrays, **arguments).right()
    )
    found = Examination(TakingLong(adapter), QUICK, prepare=prepare)
    found.judge_all([parse(f"n1c1{size} m1k1 integers:1") for size in ("h1w1", "h2w2", "h3w3")], values=values)
    assert known == are_found
    assert len(questions) == 3


def test_a_call_that_comes_between_others_is_made_once() -> None:
    """In a sequence, where it is asked each time; what is asked before it is forgotten after one more call."""
    prepared: list[Case] = []

    def prepare(case: Case, claims: Capabilities) -> Question:
        prepared.append(case)
        return Question(case, claims)

    class Counting(InProcess):
        calls = 0

        def ask(self, request: Request) -> Answer:
            self.calls += 1
            if request.meanwhile is not None:
                request.meanwhile()
            return super().ask(request)

    adapter = Adapter(name="tested", version="1", conv2d=lambda *arrays, **others: Call(*arrays, **others).right())
    usual, *others = (case(seed) for seed in range(4))
    counting = Counting(adapter)
    found = Examination(counting, QUICK, prepare=prepare)
    equal = replace(usual)
    found.judge_in_sequence([usual, usual, others[0], usual, others[1], usual, others[2], others[0], usual, equal])
    assert prepared == [usual, *others, others[0], usual, equal]
    assert (counting.calls, found.tally.asked) == (10, 10)


def test_a_failure_is_reduced_by_no_case_that_takes_more_than_is_possible() -> None:
    """With a smaller dilation, a large padding has a large output."""

    def pads(call: Call) -> Any:
        if call.geometry.pads[0][0] > 2**30:
            raise MemoryError
        return call.right()

    with pytest.raises(Nonconforming) as raised:
        examine(pads).judge(parse(f"n1c1h4w5 m1k2x2 s1x1 p{2**39}x0 d{2**40}x1 g1 nobias float32 integers:0"))
    assert raised.value.failure.got.startswith("conv2d ran out of memory")
