"""A refusal counts under the requirement that it breaks; who was ended by it says that it did not reach its subject."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import on_json
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.diagnosis.sentences import about_effect
from conv2d_conformance.report.causes import Cause, common_fault
from conv2d_conformance.report.console import console
from conv2d_conformance.report.deviations import Deviation
from conv2d_conformance.report.report import Entry
from conv2d_conformance.report.validation import fault_of
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.fault_sentences import REFUSED
from conv2d_conformance.verifying.checks import faults_of_checks
from on_json import assemble, causes, chapters, claimed_by, conclusion, show, total
from on_json import junit_page as junit

CASE = "n1c1h1w1 m1k1x1 s1x1 same d1x1 g1 nobias float32 all-zero {}"
EVERYTHING = Capabilities(
    padding={"explicit", "same"}, padding_modes={"zeros", "reflect", "replicate", "circular"}, validation=True
)


def record(check: str, mode: str = "", explained_by: str | None = None, **failure: Any) -> dict[str, Any]:
    """What a check left: it passed, or a call in this mode was refused."""
    refused: dict[str, Any] = {
        "case": CASE.format(mode),
        "got": f"{REFUSED}NotImplementedError: no {mode} here",
        "required": "an array, since the call is legal",
        "first_case": CASE.format(mode),
        "after": [],
        "diagnosis": None,
        "failed_repetitions": 5,
        "repetitions": 5,
        "explained_by": explained_by,
    }
    return {
        "check": check,
        "outcome": "fail" if mode else "pass",
        "digests": [] if mode else [1],
        "asked": 2,
        "elements": 2,
        "evidence": 0 if mode else 2,
        "failure": {**refused, **failure} if mode else None,
        "accuracy": {},
        "observed": {},
        "breaches": [],
    }


OWN = record("test_padding_mode::test_reflect_same", "reflect", "padding-mode.reflect")
ELSEWHERE = record("test_memory::test_inputs_unchanged", "reflect", "padding-mode.reflect")


@pytest.fixture
def report_of(report_header: dict[str, Any]) -> Any:
    """A report of these records about an implementation that claims every mode."""
    report_header["run"]["only"] = "*"
    report_header["implementation"]["capabilities"] = EVERYTHING.to_json()

    def make(*records: dict[str, Any], only: str = "*", complete: bool = True) -> dict[str, Any]:
        report_header["run"]["only"] = only
        report = assemble(report_header, records, complete=complete)
        found = on_json.report_of(report)
        assert not [
            sentence for sentence in faults_of_checks(found, known(found.checks, {}), None) if " follows " in sentence
        ]
        answer: dict[str, Any] = report
        return answer

    return make


def verdicts(report: dict[str, Any]) -> dict[str, str]:
    return {entry["id"]: entry["verdict"] for entry in report["requirements"]}


def text_of(report: dict[str, Any]) -> str:
    stream = io.StringIO()
    show(report, Path("out.json"), console(stream))
    return " ".join(stream.getvalue().split())


def test_it_counts_once_and_what_it_ended_is_not_reached(report_of: Any) -> None:
    report = report_of(OWN, ELSEWHERE)
    found = verdicts(report)
    assert found["padding-mode.reflect-same"] == "fail"
    assert found["memory.inputs-unchanged"] == "not reached"
    assert total(report)["fail"] == total(report)["not reached"] == 1
    assert fault_of(report) is None


def test_where_no_check_of_its_own_met_it_it_counts_under_what_explains_it(report_of: Any) -> None:
    report = report_of(ELSEWHERE, record("test_padding_mode::test_reflect"))
    assert (verdicts(report)["padding-mode.reflect"], total(report)["fail"]) == ("fail", 1)
    entry = next(entry for entry in report["requirements"] if entry["id"] == "padding-mode.reflect")
    assert entry["failure"]["case"] == CASE.format("reflect")


def test_the_same_words_elsewhere_take_nothing_from_the_requirement(report_of: Any) -> None:
    unexplained = record("test_validation::test_legal_calls_accepted", "reflect")
    found = verdicts(report_of(unexplained, ELSEWHERE, record("test_padding_mode::test_reflect")))
    assert (found["validation.legal-calls-accepted"], found["padding-mode.reflect"]) == ("fail", "fail")


def test_illegal_calls_that_say_nothing_are_not_reached_either(report_of: Any) -> None:
    """Where the legal call is refused as well, for what is lacking."""
    nothing = {**record("test_validation::test_stride_positive", "reflect", "padding-mode.reflect"), "outcome": "error"}
    assert verdicts(report_of(OWN, nothing))["validation.stride-positive"] == "not reached"
    nothing["failure"]["explained_by"] = None
    assert verdicts(report_of(OWN, nothing))["validation.stride-positive"] == "error"


def test_beside_it_a_check_that_could_show_nothing_within_the_limits_says_nothing(
    report_header: dict[str, Any], report_of: Any
) -> None:
    report_header["implementation"]["capabilities"] = replace(EVERYTHING, limits=("KH == KW",)).to_json()
    mute = {**record("test_bias::test_per_channel"), "outcome": "error", "digests": [], "evidence": 0}
    ended = record("test_bias::test_per_channel_of_many", "reflect", "padding-mode.reflect")
    assert verdicts(report_of(OWN, mute, ended))["bias.per-channel"] == "not reached"


def test_within_limits_too_a_check_that_died_at_its_first_call_is_an_error(
    report_header: dict[str, Any], report_of: Any
) -> None:
    report_header["implementation"]["capabilities"] = replace(EVERYTHING, limits=("KH == KW",)).to_json()
    died = record("test_bias::test_per_channel_of_many", "reflect", got="the process was killed by signal 8 (SIGFPE)")
    died |= {"outcome": "error", "asked": 0, "elements": 0}
    assert verdicts(report_of(OWN, record("test_bias::test_per_channel"), died))["bias.per-channel"] == "error"


def test_another_refusal_of_the_requirement_hides_none(report_of: Any) -> None:
    other = record(
        "test_padding_mode::test_reflect_same", "reflect", "padding-mode.reflect", got=f"{REFUSED}E: too wide"
    )
    found = verdicts(report_of(other, ELSEWHERE))
    assert (found["padding-mode.reflect-same"], found["padding-mode.reflect"]) == ("fail", "fail")


@pytest.mark.parametrize(
    "changed",
    [
        {"explained_by": None},  # nobody found out
        {"explained_by": "memory.inputs-unchanged"},  # its own subject
        {"explained_by": "memory.view-steps"},  # not claimed, and without a verdict
        {"got": "0 at y[0,0,0,0]; 1 of 1 elements are wrong"},  # no refusal
    ],
)
def test_everything_else_counts_where_it_was_met(report_of: Any, changed: dict[str, Any]) -> None:
    report = report_of({**ELSEWHERE, "failure": {**ELSEWHERE["failure"], **changed}})
    assert verdicts(report)["memory.inputs-unchanged"] == "fail"
    assert total(report)["not reached"] == 0


def test_a_selection_without_the_broken_requirement_keeps_the_failure(report_of: Any) -> None:
    report = report_of(ELSEWHERE, only="memory.*")
    assert verdicts(report)["memory.inputs-unchanged"] == "fail"
    assert report["conclusion"]["exit_status"] == 1


def test_what_was_seen_beside_an_answer_is_reached(report_of: Any) -> None:
    seen = {**ELSEWHERE["failure"], "got": "the call changed its input", "required": "no such thing"}
    report = report_of(ELSEWHERE, {**OWN, "observed": {"memory.inputs-unchanged": seen}})
    assert verdicts(report)["memory.inputs-unchanged"] == "fail"


def test_silence_is_no_pass(report_of: Any) -> None:
    """Not even where all that is broken was declared beforehand."""
    report = report_of(OWN, ELSEWHERE)
    for entry in report["requirements"]:
        if entry["verdict"] == "error":
            entry |= {"verdict": "pass", "failure": None}

    def concluded(*declared: str) -> dict[str, Any]:
        deviations = [Deviation(name, "known", "there") for name in declared]
        claimed = claimed_by(report["implementation"])
        found: dict[str, Any] = conclusion(
            report["requirements"], claimed, deviations, profile="forward", only="*", complete=True, isolation="process"
        )
        return found

    assert concluded()["headline"] == (
        "not conforming: 1 requirement broken (padding-mode.reflect-same), and 1 not reached"
    )
    assert (concluded()["conforming"], concluded()["exit_status"]) == (False, 1)
    half = concluded("padding-mode.reflect-same")
    assert half["headline"] == (
        "not conforming: 1 requirement not reached, since legal calls were refused (memory.inputs-unchanged)"
    )
    assert (half["conforming"], half["exit_status"]) == (False, 1)
    both = concluded("padding-mode.reflect-same", "memory.inputs-unchanged")
    assert both["headline"] == "not conforming: 1 requirement broken as declared, 1 not reached, and nothing else"
    assert (both["conforming"], both["exit_status"], both["stale_deviations"]) == (False, 0, [])
    for entry in report["requirements"]:
        if entry["verdict"] == "fail":
            entry |= {"verdict": "pass", "failure": None}
    open_alone = concluded("memory.inputs-unchanged")
    assert open_alone["headline"] == half["headline"]
    assert (open_alone["conforming"], open_alone["exit_status"]) == (False, 1)


def test_every_form_says_so(report_of: Any) -> None:
    report = report_of(OWN, ELSEWHERE)
    for entry in report["requirements"]:
        if entry["verdict"] == "error":
            entry |= {"verdict": "pass", "failure": None}
    shown = text_of(report)
    assert "chapter pass fail error not reached unsupported cases" in shown
    assert shown.count("FAIL ") == 1
    assert "besides memory.inputs-unchanged: not reached, since a legal call was refused" in shown
    (memory,) = [chapter for chapter in chapters(report) if chapter.name == "memory"]
    assert memory.worst == "not reached"
    suite = ET.fromstring(junit({"out.json": report}))[0]
    (case,) = [case for case in suite if case.get("name") == "memory.inputs-unchanged"]
    assert case[0].get("message") == (
        f"not reached: {CASE.format('reflect')} was refused: NotImplementedError: no reflect here"
    )


def test_refusals_that_differ_in_what_is_lacking_are_one_fault_in_every_profile(report_of: Any) -> None:
    modes = ("reflect", "replicate", "circular")
    report = report_of(
        *(record(f"test_padding_mode::test_{mode}_same", mode, f"padding-mode.{mode}") for mode in modes)
    )
    for entry in report["requirements"]:
        if entry["verdict"] == "error":
            entry |= {"verdict": "pass", "failure": None}
    (cause,) = causes(report)
    assert len(cause.entries) == 3
    assert common_fault([cause]) == f"All 3 failures look like one fault: {REFUSED}NotImplementedError: no reflect here"


OF_A_FAILURE: Any = {"profile": "forward", "features": (), "checks": (), "verdict": "fail"}
OF_A_FAILURE |= {"cases": 1, "evidence": 1, "elements": 1}


def test_failures_that_decide_nothing_hide_no_common_fault() -> None:
    def cause(level: str, *names: str, got: str = f"{REFUSED}E: no") -> Cause:
        failure = replace(on_json.failure_of(ELSEWHERE["failure"]), got=got)
        return Cause(tuple(Entry(**OF_A_FAILURE, id=name, level=level, failure=failure) for name in names))

    shoulds = [cause("SHOULD", f"validation.{number}") for number in range(5)]
    one = cause("MUST", "padding-mode.reflect-same", "gradients.reflect")
    words = f"look like one fault: {REFUSED}E: no"
    assert common_fault([one]) == f"All 2 failures {words}"
    assert common_fault([one, *shoulds]) == f"All 2 broken MUSTs {words}"
    assert common_fault([*shoulds, one, cause("MUST", "bias.added")]) == f"2 of 3 broken MUSTs {words}"
    assert common_fault([one, cause("MUST", "bias.added", "bias.absent")]) is None
    assert common_fault([cause("SHOULD", "a.a", "a.b"), *shoulds[:1]]) == f"2 of 3 failures {words}"


def test_wrong_answers_in_two_modes_stay_two_faults(report_of: Any) -> None:
    wrong = {"required": "1, exactly"}
    report = report_of(
        record("test_padding_mode::test_reflect_same", "reflect", got="reflect 0 at y[0]", **wrong),
        record("test_padding_mode::test_circular_same", "circular", got="circular 0 at y[0]", **wrong),
    )
    assert sum(cause.failure is not None for cause in causes(report)) == 2


def test_a_sentence_about_the_output_stands_beside_an_output(report_of: Any) -> None:
    look = about_effect("a conv2d that takes padding as (width, height)", "")
    report = report_of(
        record("test_padding_mode::test_reflect_same", "reflect", diagnosis=look),
        record("test_padding_mode::test_circular_same", "circular", diagnosis=look, got="shape (1, 1, 1, 2)"),
    )
    cause = next(cause for cause in causes(report) if cause.diagnosis)
    assert cause.failure is not None
    assert cause.failure.got == "shape (1, 1, 1, 2)"
