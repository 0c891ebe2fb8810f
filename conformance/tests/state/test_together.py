"""A check's two calls at once: what is judged, and what a failure says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.cli import program
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import threads
from conv2d_conformance.report.replaying import replay_command
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.question import Question

QUICK = EFFORTS["quick"]
ONE, TWO = (parse(f"n1c2h4w5 m2k2x3 integers:{seed}") for seed in (1, 2))


def right(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
    return Call(input, weight, bias, **attributes).right()


def examination_of(conv2d: Callable[..., Any], **claims: Any) -> Examination:
    adapter = Adapter(name="x", version="1", conv2d=conv2d, capabilities=Capabilities(thread_safe=True, **claims))
    return Examination(InProcess(adapter), QUICK)


def failure_of(conv2d: Callable[..., Any]) -> Failure:
    with pytest.raises(Nonconforming) as caught:
        examination_of(conv2d).judge_together(ONE, TWO)
    return caught.value.failure


def test_two_right_answers_are_two_judged_cases() -> None:
    examination = examination_of(right)
    examination.judge_together(ONE, TWO)
    assert (examination.tally.outcome, examination.tally.asked, len(examination.tally.digests)) == ("pass", 2, 2)


@pytest.mark.parametrize("wrong", [ONE, TWO])
def test_a_failure_names_the_call_beside_it_and_how_to_see_it_again(wrong: Any) -> None:
    def conv2d(*arrays: Any, **attributes: Any) -> Any:
        answer, alone = right(*arrays, **attributes), threading.current_thread() is threading.main_thread()
        is_wrong = Call(*arrays, **attributes).input.flat[0] == first[wrong]
        return answer + (not alone and is_wrong)

    first = {case: Question(case).input.flat[0] for case in (ONE, TWO)}
    assert first[ONE] != first[TWO]
    failure = failure_of(conv2d)
    other = TWO if wrong is ONE else ONE
    assert (failure.case, failure.beside) == (format_case(wrong), format_case(other))
    assert (failure.failed_repetitions, failure.repetitions) == (5, 5)
    command = replay_command(failure, "mine:x")
    assert command.endswith(f"'{format_case(wrong)}' mine:x --beside '{format_case(other)}'")


def test_what_fails_alone_is_told_without_another_call() -> None:
    failure = failure_of(lambda *arrays, **attributes: right(*arrays, **attributes) + 1)
    assert failure.beside is None
    assert failure.case == "n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 all-zero"


def test_what_is_not_claimed_is_left_out_of_both() -> None:
    asked = []

    def conv2d(*arrays: Any, **attributes: Any) -> Any:
        asked.append(attributes["stride"])
        return right(*arrays, **attributes)

    strided = parse("n1c2h9w9 m2k2x3 s2x3 integers:1")
    examination_of(conv2d, stride=False).judge_together(ONE, strided)
    assert set(asked) == {(1, 1)}


@pytest.mark.parametrize("name", ["input_in_a_shared_buffer", "shared_accumulator"])
def test_a_replay_shows_the_fault_in_a_process_of_its_own(name: str) -> None:
    one, two = format_case(ONE), format_case(TWO)
    target = f"conv2d_conformance.mutants.threads:{name}.adapter"
    assert getattr(threads, name).breaks == "determinism.concurrent-calls"
    together = CliRunner().invoke(program, ["replay", one, target, "--beside", two])
    assert together.exit_code == 1
    assert "elements are wrong" in " ".join(together.output.split())
    assert CliRunner().invoke(program, ["replay", one, target, "--after", two, "--isolation", "none"]).exit_code == 0
