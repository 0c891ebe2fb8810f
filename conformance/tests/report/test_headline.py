"""The line about accuracy says what numerics.grade says, whatever else is wrong."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import on_json
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.checks import catalogue as checks
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import FORMATS
from conv2d_conformance.effort import Effort
from conv2d_conformance.emulation import orders
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import flushing, rounded_to
from conv2d_conformance.emulation.terms import summed
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.law.allowed import compare
from conv2d_conformance.report.console import console
from conv2d_conformance.running.examine import examine
from conv2d_conformance.verdict.grading import Grading
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.tally import recorded
from on_json import assemble, show

EFFORT = Effort("small", drawn=12, multiply_adds=12_000, tiles=40)
ASKED = (
    "test_numerics::test_single_product",
    "test_numerics::test_subnormals",
    "test_numerics::test_grade",
    "test_special_values::test_nan_in_window",
)


def report(function: Callable[[Call], Any], header: dict[str, Any], **claims: Any) -> dict[str, Any]:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return function(Call(input, weight, bias, **attributes))

    capabilities = Capabilities(non_finite=True, **claims)
    adapter = Adapter(name="mine", version="1", conv2d=conv2d, capabilities=capabilities)
    records = []
    for name in ASKED:
        check = checks()[name]
        records.append(on_json.plain(recorded(name, examine(check, InProcess(adapter), EFFORT, 0).tally)))
    implementation = {**header["implementation"], "capabilities": capabilities.to_json()}
    run = {**header["run"], "only": "*"}
    found: dict[str, Any] = assemble({**header, "implementation": implementation, "run": run}, records, complete=True)
    return found


def verdict(found: dict[str, Any], requirement: str) -> str:
    return str(next(entry["verdict"] for entry in found["requirements"] if entry["id"] == requirement))


def lines(found: dict[str, Any]) -> list[str]:
    stream = io.StringIO()
    show(found, Path("out.json"), console(stream))
    text = stream.getvalue().splitlines()
    first = next(number for number, line in enumerate(text) if line.startswith("accuracy"))
    return text[first : first + 3]


def flushes(call: Call) -> Any:
    change = flushing(FORMATS["float32"])
    return summed(call, orders.rounding(change), inputs=change, result=change)


def test_subnormal_numbers_that_are_flushed_are_no_matter_of_the_grade(report_header: dict[str, Any]) -> None:
    found = report(flushes, report_header)
    assert verdict(found, "numerics.subnormals") == "fail"
    assert verdict(found, "numerics.grade") == "pass"
    grade, share, case = lines(found)
    assert grade == "accuracy  float32: grade A, IEEE arithmetic in any order; exact on exact data"
    assert share.endswith("of the bound of A, in")
    assert "float32" in case


def loses_nan(call: Call) -> Any:
    return call.right(input=np.nan_to_num(call.input))


def test_a_nan_that_is_lost_is_no_matter_of_the_grade(report_header: dict[str, Any]) -> None:
    found = report(loses_nan, report_header)
    assert verdict(found, "special-values.nan-in-window") == "fail"
    assert verdict(found, "numerics.grade") == "pass"
    assert lines(found)[0].startswith("accuracy  float32: grade A, ")


def of_bfloat16(call: Call) -> Any:
    return summed(call, orders.sequential, inputs=rounded_to(FORMATS["bfloat16"]))


def test_a_claim_that_fails_has_no_margin_of_another_grade(report_header: dict[str, Any]) -> None:
    found = report(of_bfloat16, report_header)
    assert verdict(found, "numerics.grade") == "fail"
    grade, which, case = lines(found)
    said = "products are those of inputs rounded to the 7 bits of bfloat16; claimed A: FAIL"
    assert f"{grade} {which}".split() == f"accuracy float32: grade R-bf16, {said}".split() or said.startswith(
        "products"
    )
    assert "of the bound of A" not in " ".join((grade, which, case))
    assert found["accuracy"]["float32"]["grade"] == "R-bf16"
    assert found["accuracy"]["float32"]["worst"] is None


def test_a_better_grade_than_the_claimed_one_is_shown_with_its_own_margin(report_header: dict[str, Any]) -> None:
    found = report(lambda call: call.right(), report_header, grades={"float32": "B4"})
    assert found["accuracy"]["float32"]["claimed"] == "B4"
    grade, share, _ = lines(found)
    assert grade.startswith("accuracy  float32: grade A, ")
    assert share.endswith("of the bound of A, in")


def test_what_nothing_speaks_for_is_not_said(report_header: dict[str, Any], records: list[dict[str, Any]]) -> None:
    """No grade where nothing may be rounded, no exactness where nothing is exact, not a word where nothing counts."""
    accuracy = records[0]["accuracy"]["float32"]

    def told(**changes: Any) -> list[str]:
        changed = {**accuracy, **changes}
        found = assemble(report_header, [{**records[0], "accuracy": {"float32": changed}}], complete=True)
        stream = io.StringIO()
        show(found, Path("out.json"), console(stream))
        return [line for line in stream.getvalue().splitlines() if line.startswith("accuracy")]

    assert told() == ["accuracy  float32: grade A, IEEE arithmetic in any order; exact on exact data"]
    assert told(fixed=0) == ["accuracy  float32: grade A, IEEE arithmetic in any order"]
    assert told(bounded=0, margins={}) == [
        "accuracy  float32: no grade, since nothing was judged that may be rounded; exact on exact data"
    ]
    assert told(fixed=0, bounded=0, margins={}) == []


def test_answers_without_evidence_are_no_evidence_of_a_grade() -> None:
    for line, fixed, bounded in (("all-zero", 0, 0), ("integers:3", 2, 0), ("uniform:3", 0, 2)):
        question = Question(parse(f"n1c1h2w3 m1k2x2 {line}"))
        answer = question.law.high.astype(np.float32)
        grading = Grading()
        grading.take(question, answer, compare(answer, question.law))
        found = grading.subjects["float32"]
        assert (found.fixed, found.bounded) == (fixed, bounded), line
