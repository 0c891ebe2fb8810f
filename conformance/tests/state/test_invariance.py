"""A call and its relatives: which sums are the same, what is judged, and what a failure says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.geometry import is_legal
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.cases.rounded_sums import LEAST, rounded_sums
from conv2d_conformance.checks import catalogue
from conv2d_conformance.cli import program
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.invariances import INVARIANCES, Invariance
from conv2d_conformance.effort import EFFORTS, Effort
from conv2d_conformance.emulation.adapters import INVARIANT
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import invariances
from conv2d_conformance.report.replaying import replay_command
from conv2d_conformance.running.examine import examine
from conv2d_conformance.variants import catalogue as variants
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.relatives import relatives

LONG: dict[Invariance, str] = {
    "batch": "n4c16h5w6 m2k3 normal:1",
    "position": "n1c16h6w9 m2k3 p1x1 normal:1",
    "layout": "n2c16h5w6 m2k3 bias normal:1",
    "thread": "n2c16h5w6 m2k3 bias normal:1",
}
MUTANTS = {
    "batch": invariances.another_kernel_for_one_image,
    "position": invariances.every_second_column,
    "layout": invariances.weights_with_gaps_summed_otherwise,
    "thread": invariances.sums_split_among_threads,
}


def right(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
    return Call(input, weight, bias, **attributes).right()


def examination_of(conv2d: Callable[..., Any], claims: Capabilities = INVARIANT) -> Examination:
    return Examination(InProcess(Adapter(name="x", version="1", conv2d=conv2d, capabilities=claims)), EFFORTS["quick"])


def failure_of(examination: Examination, invariance: Invariance, line: str = "") -> Failure:
    with pytest.raises(Nonconforming) as caught:
        examination.judge_alike(parse(line or LONG[invariance]), invariance)
    return caught.value.failure


# ---- which sums are the same -----------------------------------------------------------------------------------------


def geometries() -> Iterator[Case]:
    """Small calls of integers, in every padding mode, whose windows overlap the border or not."""
    sizes = product((3, 6, 9), (1, 2, 3), (1, 2, 3), (1, 2), ("zeros", "reflect", "replicate", "circular"))
    for number, (size, kernel, stride, dilation, mode) in enumerate(sizes):
        padding: Any = ((0, 1), (2, 1), "valid", "same")[number % 4]
        step = (1, 1) if padding == "same" else (stride, 1 + stride % 2)
        case = Case(N=3, C=2, H=size, W=size + 2, M=2, KH=kernel, KW=2, stride=step, dilation=(dilation, 1))
        case = replace(case, padding=padding, padding_mode="zeros" if padding == "valid" else mode, data=Recipe(seed=1))
        if number % 3 == 0 and is_legal(case):
            yield case


@pytest.mark.parametrize("invariance", INVARIANCES)
def test_relatives_have_the_same_sums_where_they_are_said_to(invariance: Invariance) -> None:
    shared = 0
    for case in geometries():
        question = Question(case, INVARIANT)
        y = right(**question.request.arrays, **question.request.arguments)
        for relative in relatives(question, invariance):
            z = right(**relative.question.request.arrays, **relative.question.request.arguments)
            for here, there in relative.shared:
                assert np.array_equal(y[here], z[there]), f"{format_case(case)} {relative.words}"
                shared += y[here].size
    assert shared > 1000


def test_every_output_whose_window_lies_in_the_input_is_compared_and_no_other() -> None:
    compared = 0
    for case in geometries():
        question = Question(case)
        g = question.geometry
        inside = [
            [
                o
                for o in range(outputs)
                if all(0 <= o * step - lead + k * d < size for k in range(kernel))
                and 0 <= (o + by) * step - lead <= size - 1 - d * (kernel - 1)
                and o + by < outputs
            ]
            for size, outputs, kernel, step, d, (lead, _), by in zip(
                (g.H, g.W), (g.OH, g.OW), (g.KH, g.KW), g.stride, g.dilation, g.pads, (1, 1), strict=True
            )
        ]
        words = f"where the input lies {g.stride[0]} rows lower and {g.stride[1]} columns further right"
        found = [relative for relative in relatives(question, "position") if relative.words == words]
        if not all(inside):
            assert found == []
            continue
        compared_outputs = np.zeros((g.OH, g.OW), bool)
        compared_outputs[found[0].shared[0].here] = True
        expected = np.isin(range(g.OH), inside[0])[:, None] & np.isin(range(g.OW), inside[1])
        assert np.array_equal(compared_outputs, expected)
        compared += 1
    assert compared > 10


def test_what_has_nothing_to_compare_with_has_no_relatives() -> None:
    def count(line: str, invariance: Invariance, claims: Capabilities = INVARIANT) -> int:
        return len(relatives(Question(parse(line), claims), invariance))

    assert count("n1c3h5w5 m1k2", "batch") == count("c3h5w5 m1k2", "batch") == count("n0c3h5w5 m1k2", "batch") == 0
    assert count("n1c3h2w2 m1k2", "position") == count("n1c3h2w2 m1k3 p1", "position") == 0
    assert count("n1c3h5w5 m1k2", "layout", Capabilities()) == 0
    assert [count("n2c3h5w5 m1k2 grad", name) for name in INVARIANCES] == [0, 0, 0, 0]
    assert [count("n2c3h5w5 m1k2 stride=0", name) for name in INVARIANCES] == [0, 0, 0, 0]


def test_limits_hold_for_relatives_too() -> None:
    limited = replace(INVARIANT, limits=("N <= 4",))
    found = relatives(Question(parse("n4c3h5w5 m1k2 normal:1"), limited), "batch")
    assert {relative.question.case.N for relative in found} == {1, 3, 4}


# ---- the cases -------------------------------------------------------------------------------------------------------


def test_the_sums_are_long_and_of_every_kind() -> None:
    drawn = list(rounded_sums(200, 1, 125_000))
    assert len({format_case(case) for case in drawn}) == 200
    assert all(case.C // case.groups * case.KH * case.KW >= LEAST for case in drawn)
    assert {case.dtype for case in drawn} == {"float32", "float64", "float16", "bfloat16"}
    assert {case.padding_mode for case in drawn} == {"zeros", "reflect", "replicate", "circular"}
    assert {case.groups for case in drawn} == {1, 2, 3}
    assert {case.N for case in drawn} >= {2, 3, 4, 8, 9, 16, 33}
    assert drawn != list(rounded_sums(200, 2, 125_000))
    assert drawn == list(rounded_sums(200, 1, 125_000))


# ---- what is judged, and what is said --------------------------------------------------------------------------------


@pytest.mark.parametrize("invariance", INVARIANCES)
def test_right_sums_in_one_order_have_it(invariance: Invariance) -> None:
    few = Effort("few", drawn=0, multiply_adds=60_000, tiles=1)
    check = catalogue()[f"test_invariance::test_{invariance}_invariant"]
    names = ("eight-lanes", "random-tree")
    for name in ("outputs-divided-among-threads",) if invariance == "thread" else names:
        adapter = variants()[name]
        assert check.features <= adapter.capabilities.features
        assert examine(check, InProcess(adapter), few, 3).tally.outcome == "pass", name


@pytest.mark.parametrize("invariance", INVARIANCES)
def test_a_failure_is_reduced_and_says_how_to_see_it_again(invariance: Invariance) -> None:
    mutant = MUTANTS[invariance]
    failure = failure_of(Examination(InProcess(mutant.adapter), EFFORTS["quick"]), invariance)
    assert failure.aspect == invariance
    assert failure.required.startswith("the same bits")
    assert "elements differ" in failure.got
    assert len(failure.case) < 250
    assert (failure.failed_repetitions, failure.repetitions) == (5, 5)
    target = f"conv2d_conformance.mutants.invariances:{mutant.name}.adapter"
    command = replay_command(failure, target)
    assert command.endswith(f"{target} --invariance {invariance}")
    here = ["replay", failure.case, target, "--isolation", "none"]
    again = CliRunner().invoke(program, [*here, "--invariance", invariance])
    assert again.exit_code == 1
    assert "elements differ" in " ".join(again.output.split())
    assert CliRunner().invoke(program, here).exit_code == 0


def test_one_bit_of_one_element_is_enough_and_zeros_and_nan_have_no_sign() -> None:
    def last_bit(*arrays: Any, **attributes: Any) -> Any:
        y = right(*arrays, **attributes)
        if len(y) == 1 and y.size:
            y[0, -1, 0, 0] = np.nextafter(y[0, -1, 0, 0], np.float32(9))
        return y

    failure = failure_of(examination_of(last_bit), "batch", "n2c8h4w4 m2k3 normal:1")
    assert failure.got.endswith("; 1 of 1 elements differ")

    def other_zeros(*arrays: Any, **attributes: Any) -> Any:
        y = right(*arrays, **attributes)
        return np.where(y == 0, -y, y) if len(y) == 1 else y

    examination = examination_of(other_zeros)
    examination.judge_alike(parse("n2c8h4w4 m2k3 sparse:1"), "batch")
    assert examination.tally.asked == 1


def test_a_wrong_answer_is_told_as_such_and_asked_no_further() -> None:
    failure = failure_of(examination_of(lambda *arrays, **attributes: right(*arrays, **attributes) + 1), "batch")
    assert failure.aspect == "values"
    assert failure.case == "n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 all-zero"


def test_a_relative_that_is_refused_is_told() -> None:
    def one_image_refused(input: Any, *arrays: Any, **attributes: Any) -> Any:
        if len(input) == 1:
            raise ValueError("a batch is needed")
        return right(input, *arrays, **attributes)

    failure = failure_of(examination_of(one_image_refused), "batch")
    assert failure.got == "refused a legal call: ValueError: a batch is needed, where image 0 is alone"
    assert failure.aspect == "batch"


def test_who_claims_it_and_has_no_option_threads_keeps_no_promise() -> None:
    with pytest.raises(Nonconforming) as caught:
        examination_of(right).judge_alike(parse(LONG["thread"]), "thread")
    assert caught.value.outcome == "error"
    assert "the option threads cannot be set: the adapter x takes no options" in caught.value.failure.got


def test_data_whose_sums_are_exact_say_nothing() -> None:
    examination = examination_of(right)
    examination.judge_alike(parse("n2c8h4w4 m2k3 integers:1"), "batch")
    assert (examination.tally.asked, examination.tally.evidence, examination.tally.outcome) == (1, 0, "error")


def test_a_case_that_has_no_relatives_is_not_asked() -> None:
    examination = examination_of(right, replace(INVARIANT, limits=("N == 1",)))
    examination.judge_alike(parse(LONG["batch"]), "batch")
    assert (examination.tally.asked, examination.tally.outcome) == (0, "error")
    told = CliRunner().invoke(program, ["replay", "n1c1h1w1 m1k1", "reference-direct", "--invariance", "batch"])
    assert told.exit_code == 2
    assert "the case has nothing to compare it with by its batch" in " ".join(told.output.split())


def test_two_questions_are_not_asked_at_once() -> None:
    line = LONG["batch"]
    both = ["replay", line, "reference-direct", "--beside", line, "--invariance", "batch"]
    told = CliRunner().invoke(program, both)
    assert told.exit_code == 2
    assert "ask one of them" in " ".join(told.output.split())
