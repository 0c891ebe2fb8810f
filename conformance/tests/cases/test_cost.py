"""What a case takes is known before anything is allocated: a line that takes too much ends in one sentence."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.cases.cost import MOST_ELEMENTS, elements, why_too_dear
from conv2d_conformance.cases.geometry import multiply_adds
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cli import program
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Result
from conv2d_conformance.contract.arrays import MOST_AXES
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.diagnosis import sentence_about
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.verdict.examination import Examination
from conv2d_conformance.verdict.judge import judge
from conv2d_conformance.verdict.question import Question
from conv2d_reference import correlate

GIB = 1 << 30

TOO_DEAR = {
    "n1c1h1w1 m1k1x1 p2147483648x0": "the case takes 8589934596 elements",
    "n1c1h3w3 m1k1x1 s2147483648 p2147483648 replicate": "elements",
    "grad n1c1h1w1 m1k1x1 p2147483648x0 s2147483648x1": "the case takes 4294967305 elements",
    "n999999999999999999c1h1w1 m1k1x1": "elements",
    "n0c999999999999h999999999999w1 m1k1x1": "elements",
    "n1c1h1w1 m1k1 input-shape=(0,999999999999,999999999999,9)": "elements",
    "n1c1h4096w4096 m1k2048": "the case takes 17609370107904 multiplications",
    f"n1c1h1w1 m1k1 weight-shape=({'1,' * 33})": "the case has an array of 33 axes",
    f"n1c1h1w1 m1k1 view=offset weight-shape=({'1,' * 20})": "elements",
}


@pytest.fixture
def little_memory() -> Iterator[None]:
    """No more than four GiB beyond what is in use: what allocates more fails at once, and harms nobody."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 4 * GIB, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("line", TOO_DEAR)
def test_a_case_that_takes_too_much_ends_in_a_sentence(line: str) -> None:
    question = Question(parse(line))
    with pytest.raises(CaseError) as caught:
        _ = question.request
    assert TOO_DEAR[line] in str(caught.value)
    assert "; at most " in str(caught.value)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("command", ["reference", "replay", "after", "script"])
def test_every_command_that_takes_a_line_says_so(command: str, tmp_path: Path) -> None:
    file = tmp_path / "refuses.py"
    file.write_text("def conv2d(input, weight, bias=None, *, stride=1, padding=0): raise ValueError('no')")
    line, target = "n1c1h1w1 m1k1x1 p2147483648x0", f"{file}:conv2d"
    arguments = {
        "reference": ["reference", line],
        "replay": ["replay", line, target],
        "after": ["replay", "n1c1h1w1 m1k1x1", target, "--after", line],
        "script": ["replay", line, target, "--script"],
    }[command]
    result = CliRunner().invoke(program, arguments)
    assert result.exit_code == 2
    assert "the case takes 8589934596 elements" in result.stderr
    assert f"Hint: at most {MOST_ELEMENTS} are possible" in result.stderr


def test_layers_too() -> None:
    line = "init c1000000m1000000k1000 seed:1"
    result = CliRunner().invoke(program, ["replay", line, "reference-correlate", "--isolation", "none"])
    assert result.exit_code == 2
    assert "the layers have 1000000000001000000 elements together" in result.stderr
    assert CliRunner().invoke(program, ["reference", line]).exit_code == 0


LARGE_AND_CHEAP = [
    "n1c1h1w1 m1k1x1 s2147483648x1",
    "n1c2h3w4 m2k1x1 d999999999999999999x2147483649 bias",
    "n1c1h4w4 m1k2x2 s4294967296x4294967297",
    "n1c1h1w1 m1k1x1 p2147483648x0 s2147483648x1",
    "n1c1h3w3 m1k2x2 p2147483648 d4294967296 s99999999999",
    "n1c1h3w3 m1k2x2 same d2147483647x1",
    "n1c2h3w4 m2k3x1 p2147483647x0 d2147483648x1 s2147483648x1",
    "n1c1h3w3 m1k1x1 p1000000000000x1000000000000 s1000000000000x1000000000000",
]


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("data", ["integers:1", "normal:1", "integers:1 x[0,0,0,0]=inf w[0,0,0,0]=nan"])
@pytest.mark.parametrize("line", LARGE_AND_CHEAP)
def test_large_arguments_that_cost_little_are_answered(line: str, data: str) -> None:
    for dtype in ("float32", "float64"):
        question = Question(parse(f"{line} {dtype} {data}"))
        arrays: Any = question.request.arrays
        answer = correlate.conv2d(arrays["input"], arrays["weight"], arrays["bias"], **question.request.arguments)
        for grade in (None, "A-tc", "B2", "C"):
            assert judge(Question(question.case, grade=grade), Result((answer,))).outcome == "pass"
        wrong = judge(question, Result((answer + np.array(1, answer.dtype),)))
        assert wrong.outcome == ("pass" if np.isnan(answer).all() else "fail")


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize("line", LARGE_AND_CHEAP)
def test_a_wrong_answer_to_them_is_diagnosed_or_not_and_costs_little(line: str) -> None:
    def refuses(*arrays: Any, **arguments: Any) -> Any:  # noqa: ARG001  # whatever they are
        raise ValueError("no")

    for conv2d in (refuses, lambda *arrays, **arguments: correlate.conv2d(*arrays, **arguments) + np.float32(1)):
        implementation = InProcess(Adapter(name="wrong", version="1", conv2d=conv2d))
        said = sentence_about(implementation, parse(f"{line} float32 integers:1"), {})
        assert said is None or said


def test_what_is_counted() -> None:
    case = parse("n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias")
    arrays, answer, padded = 2 * 4 * 9 * 10 + 6 * 2 * 3 * 2 + 6, 2 * 6 * 5 * 12, 2 * 4 * 11 * 14
    assert elements(case) == elements(case, dense=True) == arrays + answer + padded
    assert multiply_adds(case) == 2 * 6 * 5 * 12 * 2 * 3 * 2
    illegal = parse("n2c4h9w10 m6k3x2 g2 bias stride=0")
    assert elements(illegal) == arrays
    wide = parse("n1c1h1w1 m1k1 p2147483648 s2147483648")
    assert elements(wide) == 1 + 1 + 9 + 9
    assert elements(wide, dense=True) == 11 + (2**32 + 1) ** 2
    assert why_too_dear(parse(f"n1c1h1w1 m1k1 weight-shape=({'1,' * MOST_AXES})")) is None


def test_a_case_that_grows_without_what_is_not_claimed_is_not_asked() -> None:
    """And is no evidence either."""
    asked: list[dict[str, Any]] = []

    def conv2d(*arrays: Any, **arguments: Any) -> Any:
        asked.append(arguments)
        return correlate.conv2d(*arrays, **arguments)

    adapter = Adapter(name="no stride", version="1", conv2d=conv2d, capabilities=Capabilities(stride=False))
    examination = Examination(InProcess(adapter), EFFORTS["quick"])
    line = "n1c1h1w1 m1k1 p2147483648 s2147483648"
    examination.judge(parse(line))
    examination.judge_in_sequence([parse(line)])
    assert (asked, examination.tally.outcome, examination.tally.asked) == ([], "error", 0)
    examination.judge(parse("n1c1h2w1 m1k1 s2 bias"))
    assert (len(asked), examination.tally.asked) == (1, 1)
