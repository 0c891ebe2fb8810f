"""The different rejections of a run are listed, and those that look like a fault of the worker are told; no more."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

import on_json
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.illegal_calls import illegal_calls
from conv2d_conformance.cli import asked_case
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Rejected
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.report.console import console
from conv2d_conformance.report.validation import fault_of
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.record import RejectedCalls
from conv2d_conformance.verdict.rejections import HINT, Rejections, looks_like_a_mistake, merged, sentence
from conv2d_conformance.verdict.tally import recorded
from on_json import assemble, in_short, show

CLAIMS = Capabilities(validation=True)


def mistaken(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
    """Right, but for an illegal stride: there is nothing called `minimum`."""
    call = Call(input, weight, bias, **attributes)
    if min(call.stride) < 1:
        return minimum(call.stride)  # type: ignore[name-defined]  # noqa: F821  # the fault that is to be seen
    return call.right()


IMPLEMENTATION = InProcess(Adapter(name="mistaken", version="1", conv2d=mistaken, capabilities=CLAIMS))


def listed(*checks: str) -> list[dict[str, Any]]:
    records = []
    for check in checks:
        examination = Examination(IMPLEMENTATION, EFFORTS["quick"], (f"validation.{check}",))
        examination.judge_illegal(illegal_calls(check, 8))
        assert examination.tally.outcome == "pass"
        name = f"test_validation::test_{check.replace('-', '_')}"
        records.append(on_json.plain(recorded(name, examination.tally)))
    return records


def test_a_mistake_is_a_rejection_and_stands_in_the_list(report_header: dict[str, Any]) -> None:
    report_header["implementation"]["capabilities"] = CLAIMS.to_json()
    report_header["run"]["only"] = "validation.*"
    report = assemble(report_header, listed("stride-positive", "groups-positive"), complete=True)
    assert fault_of(report) is None
    mistake, *others = report["rejections"]
    assert (mistake["type"], mistake["message"]) == ("NameError", "name 'minimum' is not defined")
    assert (mistake["legal"], mistake["suspicious"]) == (False, True)
    assert mistake["times"] > 5
    assert mistake["case"].endswith("stride=(0,1)")
    assert others
    assert not any(other["suspicious"] for other in others)
    stream = io.StringIO()
    show(report, Path("out.json"), console(stream))
    (line,) = (line for line in stream.getvalue().splitlines() if line.startswith("rejected"))
    assert line.startswith(f"rejected  {1 + len(others)} different rejections, which the report lists; 1 of them looks")
    assert in_short(report)["rejections"] == 1 + len(others)


def test_a_refused_legal_call_is_listed_apart() -> None:
    def refuses(*_: Any, **__: Any) -> Any:
        raise ValueError("input of 3 rows")

    adapter = Adapter(name="refuses", version="1", conv2d=refuses, capabilities=CLAIMS)
    examination = Examination(InProcess(adapter), EFFORTS["quick"])
    with pytest.raises(Nonconforming):
        examination.judge(parse("n1c1h3w3 m1k2 integers:1"))
    (one,) = recorded("any", examination.tally).rejections
    assert (one.legal, one.times) == (True, 1)


def test_numbers_make_no_difference_and_legality_does() -> None:
    parts = []
    for part in range(2):
        found = Rejections()
        for number in range(3):
            found.take(
                Rejected("ValueError", f"stride must be positive, got -{number}"), f"call {part} {number}", legal=False
            )
        parts.append(found.recorded())
    found = Rejections()
    found.take(Rejected("ValueError", "stride must be positive, got 7"), "a legal call", legal=True)
    first, second = merged([*parts, found.recorded()])
    assert (first.message, first.case, first.times) == ("stride must be positive, got -0", "call 0 0", 6)
    assert (second.legal, second.times) == (True, 1)


@pytest.mark.parametrize(
    ("type", "message"),
    [
        ("NameError", "name 'x' is not defined"),
        ("AttributeError", "'NoneType' object has no attribute 'shape'"),
        ("simpleError", "object 'x' not found"),
        ("simpleError", 'could not find function "conv"'),
        ("ReferenceError", "x is not defined"),
        ("TypeError", "Cannot read properties of undefined (reading 'shape')"),
        ("TypeError", "conv is not a function"),
        ("UndefVarError", "`x` not defined"),
        ("java.lang.NullPointerException", ""),
        ("runtime error", "invalid memory address or nil pointer dereference"),
        ("ImportError", "libconv.so: undefined symbol: conv2d"),
    ],
)
def test_words_for_what_does_not_exist(type: str, message: str) -> None:
    assert looks_like_a_mistake(type, message)


@pytest.mark.parametrize(
    ("type", "message"),
    [
        ("ValueError", "stride must be a positive integer"),
        ("RuntimeError", "Given groups=2, weight of size [6, 2, 3, 2], expected input[2, 2, 9, 8] to have 4 channels"),
        ("TypeError", "conv2d(): argument 'stride' must be tuple of ints, but found element of type float at pos 0"),
        ("InvalidArgument", "the mode 'wrap' is not known"),
        ("illegal", "the arguments and the shapes do not fit"),
        ("NotImplementedError", "padding='same' is not supported for strided convolutions"),
    ],
)
def test_words_of_a_rejection(type: str, message: str) -> None:
    assert not looks_like_a_mistake(type, message)


def test_the_sentence_counts() -> None:
    def one(message: str) -> RejectedCalls:
        return RejectedCalls(type="E", message=message, legal=False, case="", times=1)

    assert sentence([]) == ""
    assert sentence(merged([[one("a")]])) == "1 different rejection, which the report lists"
    two = sentence(merged([[one("object 'a' not found"), one("object 'b' not found"), one("c")]]))
    assert two.endswith("lists; 2 of them look like a fault of the adapter itself: E: object 'a' not found")


@pytest.mark.parametrize(("line", "hinted"), [("stride=(0,1)", True), ("groups=0", False)])
def test_one_case_shows_its_rejection(line: str, hinted: bool) -> None:
    question = Question(parse(f"n1c1h3w3 m1k2 integers:1 {line}"), CLAIMS)
    asked = asked_case.ask(IMPLEMENTATION, question)
    stream = io.StringIO()
    asked_case.show(console(stream), asked, CLAIMS)
    shown = " ".join(stream.getvalue().split())
    assert "right: the call is illegal, and it was rejected" in shown
    answer = asked.answer
    assert isinstance(answer, Rejected)
    assert f"rejected {answer.type}: {answer.message}" in shown
    assert (HINT in shown) == hinted
