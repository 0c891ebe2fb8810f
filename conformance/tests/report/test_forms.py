"""A report as text, Markdown, JUnit and JSON."""

import io
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance.report.console import MOST_LINES, console, show_table
from on_json import assemble, chapters, in_short, results_page, show, total
from on_json import junit_page as junit


def text_of(report: dict[str, Any], path: str = "out.json") -> str:
    stream = io.StringIO()
    show(report, Path(path), console(stream))
    return stream.getvalue()


def test_chapters_count_verdicts_and_cases(report: dict[str, Any]) -> None:
    (bias,) = chapters(report)
    assert (bias.name, bias.cases) == ("bias", 2)
    assert bias.verdicts == total(report) == {"pass": 1, "fail": 2, "error": 1, "not reached": 0, "unsupported": 0}


def test_the_text_tells_what_fails_by_the_same_case_once(report: dict[str, Any]) -> None:
    assert text_of(report).split("\n\n")[2] == (
        "FAIL  bias.added  MUST\n"
        "  The bias of an output channel is added exactly once to every element of that channel, in every\n"
        "  batch item.\n"
        "  also      bias.per-channel\n"
        "  got       0 at y[0,0,0,0]; 1 of 1 elements are wrong\n"
        "  required  1, exactly\n"
        "  replay    conv2d-conformance replay 'n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 b[0]=1' "
        "'mine.py:conv2d?fast=1'"
    )


def test_the_text_ends_with_accuracy_counts_path_and_headline(report: dict[str, Any]) -> None:
    report["without_check"] = ["bias.added", "bias.absent"]
    *_, end, headline = text_of(report).rstrip().split("\n\n")
    accuracy, worst, case, judged, unchecked, path = end.splitlines()
    assert accuracy == "accuracy  float32: grade A, IEEE arithmetic in any order; exact on exact data"
    assert worst == "          the worst error is 0.07 of the bound of A, in"
    assert case == "          n1c1h1w9 m1k1 :7"
    assert judged == "judged    2 cases, for 4 requirements: 1 pass, 2 fail, 1 error"
    assert (
        unchecked
        == f"unchecked {len(report['without_check'])} requirements of this profile have no check in this version"
    )
    assert path == "report    out.json"
    assert headline.replace("\n", " ") == report["conclusion"]["headline"]


def test_a_few_incidents_are_told(report_header: dict[str, Any], records: list[dict[str, Any]]) -> None:
    incidents = {"test_bias::test_added": ["one", "two"], "test_bias::test_absent": ["three", "four"]}
    records = [record | {"incidents": incidents.get(record["check"], [])} for record in records]
    report = assemble(report_header, records, complete=True)
    of_added, of_absent = (f"(test_bias::test_{name})" for name in ("added", "absent"))
    assert report["execution"]["incidents"] == [
        f"one {of_added}",
        f"two {of_added}",
        f"three {of_absent}",
        f"four {of_absent}",
    ]
    told = [line for line in text_of(report).splitlines() if line.startswith("incident")]
    assert told == [
        f"incident  one {of_added}",
        f"incident  two {of_added}",
        f"incident  three {of_absent}",
        "incident  and 1 more, which the report has",
    ]


def test_a_failure_that_comes_and_goes_says_how_often(report: dict[str, Any]) -> None:
    report["requirements"][0]["failure"]["failed_repetitions"] = 2
    shown = text_of(report)
    assert "  fails     2 of 5 times when the case was asked again\n" in shown
    assert "'mine.py:conv2d?fast=1' --times 20\n" in shown


def test_a_requirement_without_a_judged_case_says_so(report: dict[str, Any]) -> None:
    report["requirements"][0] |= {"verdict": "error", "failure": None}
    assert "  got       not one case was judged, and silence is no pass\n" in text_of(report)


def test_what_an_interrupted_run_did_not_reach_is_not_listed(report: dict[str, Any]) -> None:
    report["requirements"][0] |= {"verdict": "not reached", "failure": None}
    shown = text_of(report)
    assert shown.count("bias.added") == 1  # in the headline, which stands as it was
    assert "FAIL  bias.per-channel" in shown
    assert re.search(r"^chapter +pass +fail +error +not reached +unsupported +cases$", shown, re.MULTILINE)


def test_control_characters_of_an_implementation_reach_no_terminal(report: dict[str, Any]) -> None:
    report["requirements"][0]["failure"]["got"] = "\x1b[31mred\x07" + 2000 * " long" + " end"
    shown = text_of(report)
    assert "  got       \\x1b[31mred\\x07 long" in shown
    assert "\x1b" not in shown
    block = shown.partition("  got ")[2].partition("  required ")[0]
    assert len(block.splitlines()) <= MOST_LINES + 1
    assert "characters left out) ..." in block
    assert block.endswith(" end\n")


def test_markdown_is_a_matrix_with_links(report: dict[str, Any]) -> None:
    page = results_page({"torch/a b.json": report})
    glance, matrix = [[line for line in part.splitlines() if line[:1] == "|"] for part in page.split("Each cell")]
    assert glance[0] == (
        "| implementation | version | options | profile | effort | date | result | accuracy "
        "| arithmetic | limits | composed |"
    )
    assert glance[2].startswith(
        "| mine | [1.0](torch/a%20b.json) | fast=1 | forward | quick, only bias.\\* | 2026-01-02 | not conform"
    )
    assert glance[2].endswith("| A: float32 |  |  |  |")
    assert matrix == [
        "| implementation | profile | bias |",
        "| --- | --- | ---: |",
        "| [mine 1.0 (fast=1)](torch/a%20b.json) | forward | **1 of 4** |",
    ]


def test_markdown_tells_each_failure_with_its_command(report: dict[str, Any]) -> None:
    known: dict[str, Any] = {"requirement": "bias.added", "reason": "it_is old", "issue": "https://example.org/1"}
    report["deviations"] = [known]
    page = results_page({"x.json": report})
    assert (
        "\n## mine 1.0 (fast=1), profile forward\n\n### bias.added (MUST), bias.per-channel (MUST)\n\n"
        "Known: it\\_is old (https://example.org/1).\n\n```\n"
        "got        0 at y[0,0,0,0]; 1 of 1 elements are wrong\n"
        "required   1, exactly\n"
        "replay     conv2d-conformance replay 'n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 b[0]=1' "
        "'mine.py:conv2d?fast=1'\n```\n"
    ) in page


def test_markdown_escapes_what_would_break_a_table(report: dict[str, Any]) -> None:
    report["implementation"]["name"] = "a|b_c"
    assert "[a\\|b\\_c 1.0 (fast=1)](x.json)" in results_page({"x.json": report})


def child(element: ET.Element, name: str) -> ET.Element:
    found = element.find(name)
    assert found is not None
    return found


def test_junit_has_a_test_case_for_each_requirement(report: dict[str, Any]) -> None:
    root = ET.fromstring(junit({"out.json": report}))
    (suite,) = root
    assert suite.attrib == {
        "name": "mine 1.0, profile forward",
        "file": "out.json",
        "tests": "5",
        "failures": "3",
        "errors": "1",
        "skipped": "0",
    }
    assert [case.get("name") for case in suite] == [*(entry["id"] for entry in report["requirements"]), "conclusion"]
    assert child(suite[-1], "failure").get("message") == report["conclusion"]["headline"]
    failure = child(suite[0], "failure")
    assert failure.get("message", "").startswith(
        "got 0 at y[0,0,0,0]; 1 of 1 elements are wrong; required 1, exactly; case n1"
    )
    assert failure.text is not None
    assert failure.text.startswith("conv2d-conformance replay 'n1c1h1w1")


def test_junit_lets_only_a_must_fail(report: dict[str, Any]) -> None:
    report["requirements"][0]["level"] = "SHOULD"
    case = child(ET.fromstring(junit({"out.json": report})), "testsuite/testcase")
    assert case.find("failure") is None
    message = child(case, "skipped").get("message", "")
    assert message.startswith("fail; SHOULD decides nothing; got 0 at y[0,0,0,0]; 1 of 1 elements are wrong;")


def test_junit_says_what_is_not_claimed_and_not_what_is(report: dict[str, Any]) -> None:
    for entry, features in zip(report["requirements"], (["bias", "validation"], ["views.steps"]), strict=False):
        entry |= {"verdict": "unsupported", "failure": None, "features": features}
    suite = ET.fromstring(junit({"out.json": report}))[0]
    assert [child(suite[number], "skipped").get("message") for number in (0, 1)] == [
        "not claimed: validation",
        "not claimed: views.steps",
    ]


def test_json_says_it_in_short(report: dict[str, Any]) -> None:
    short = json.loads(json.dumps(in_short(report)))
    assert short["chapters"] == {
        "bias": {"pass": 1, "fail": 2, "error": 1, "not reached": 0, "unsupported": 0, "cases": 2}
    }
    assert short["broken"] == ["bias.added", "bias.per-channel", "bias.in-padding-only-windows"]


@pytest.mark.parametrize("width", [None, 60])
def test_no_line_is_wider_than_it_may_be(report: dict[str, Any], width: int | None) -> None:
    out = io.StringIO()
    where = console(out)
    where.width = width or where.width
    show(report, Path("out.json"), where)
    lines = out.getvalue().splitlines()
    assert all(len(line) <= where.width for line in lines if not line.lstrip().startswith(("case", "replay")))


def refused(case: str, message: str) -> dict[str, Any]:
    got = f"refused a legal call: ValueError: {message}"
    return {"case": case, "got": got, "required": "an array, since the call is legal", "diagnosis": None}


def test_refusals_in_the_same_words_are_one_block_with_three_cases(report: dict[str, Any]) -> None:
    known = report["requirements"][0]["failure"]
    for number, entry in enumerate(report["requirements"]):
        entry["verdict"] = "fail"
        case = f"n{number + 2}c1h1w1 m1k1x1"
        entry["failure"] = {**known, **refused(case, f"batch {number + 2} of (1, {number}) is not supported")}
    shown = text_of(report)
    assert shown.count("FAIL ") == 1
    words = "refused a legal call: ValueError: batch 2 of (1, 0) is not supported"
    assert f"All 4 failures look like one fault: {words}" in " ".join(shown.split())
    assert "replay 'n2c1h1w1 m1k1x1' " in shown
    for number in range(4):
        assert shown.count(f"n{number + 2}c1h1w1 m1k1x1") == (number < 3)
    assert "            and 1 case more, in the report\n" in shown
    assert [entry["failure"]["case"][:2] for entry in report["requirements"]] == ["n2", "n3", "n4", "n5"]


def test_crashes_in_the_same_words_are_one_block(report: dict[str, Any]) -> None:
    known = report["requirements"][0]["failure"]
    for number, entry in enumerate(report["requirements"]):
        died: dict[str, Any] = {
            "got": f"process {number} ended with exit status 139",
            "required": "an answer, or an exception",
        }
        entry |= {"verdict": "error", "failure": {**known, **died, "case": f"n1c1h1w{number + 1} m1k1x1"}}
    assert text_of(report).count("ERROR  bias.") == 1


def test_what_spreads_in_one_dtype_is_one_block(report: dict[str, Any]) -> None:
    known = report["requirements"][0]["failure"]
    values = ("nan", "inf", "-inf", "nan")
    for entry, value, dtype in zip(report["requirements"], values, ("bfloat16",) * 3 + ("float16",), strict=True):
        case = f"n1c1h1w3 m1k1x2 {dtype} x[0,0,0,2]={value}"
        got: dict[str, Any] = {"got": "nan at y[0,0,0,0]; 1 of 2 elements are wrong", "required": "0, exactly"}
        entry |= {"verdict": "fail", "failure": {**known, **got, "case": case, "diagnosis": None}}
    assert text_of(report).count("FAIL  bias.") == 2


def test_what_is_required_to_be_infinite_does_not_spread(report: dict[str, Any]) -> None:
    failing = [entry for entry in report["requirements"] if entry["failure"]]
    for number, entry in enumerate(failing[:2]):
        case: dict[str, Any] = {
            "case": f"n1c1h1w{number + 1} m1k1 x[0,0,0,0]=inf",
            "got": "nan at y[0,0,0,0]",
            "required": "inf",
        }
        entry["failure"] = {**entry["failure"], **case, "diagnosis": None}
    assert text_of(report).count("FAIL  bias.") == 2


def test_other_words_are_another_cause(report: dict[str, Any]) -> None:
    failing = [entry for entry in report["requirements"] if entry["failure"]]
    for number, entry in enumerate(failing[:2]):
        entry["failure"] = {**entry["failure"], **refused("n1c1h1w1 m1k1x1", ("too wide", "too high")[number])}
    assert text_of(report).count("FAIL  bias.") == 2


def test_the_cause_that_breaks_most_comes_first_with_its_simplest_case(report: dict[str, Any]) -> None:
    first, second, third = (entry for entry in report["requirements"] if entry["failure"])
    first["failure"] |= {"case": "n1c1h1w1 m1k1x1", "got": "2"}
    second["failure"] = second["failure"] | {"case": "n1c1h9w9 m1k1x1 integers:0", "got": "3", "diagnosis": LOOK}
    third["failure"] = third["failure"] | {"case": "n1c1h1w1 m1k1x1", "got": "4", "diagnosis": LOOK}
    third["verdict"] = "fail"
    shown = text_of(report)
    assert shown.index(f"FAIL  {third['id']}") < shown.index(f"also      {second['id']}")
    assert shown.index(f"also      {second['id']}") < shown.index(f"FAIL  {first['id']}")


LOOK = "your output equals a conv2d without its bias"


def test_the_text_says_first_what_a_failure_looks_like(report: dict[str, Any]) -> None:
    report["requirements"][0]["failure"]["diagnosis"] = LOOK
    assert f"  looks like  {LOOK}\n  got       0 at y[0,0,0,0]" in text_of(report)
    message = "".join(failure.get("message", "") for failure in ET.fromstring(junit({"a": report})).iter("failure"))
    assert f"{LOOK}; got 0 at y[0,0,0,0]" in message


def test_one_fault_behind_many_failures_is_told_once_before_them(report: dict[str, Any]) -> None:
    failing = [entry for entry in report["requirements"] if entry["failure"]]
    assert "look like one fault" not in text_of(report)
    for entry in failing[:2]:
        entry["failure"] = entry["failure"] | {"diagnosis": LOOK}
    before, _, _ = text_of(report).partition("FAIL ")
    assert before.rstrip().endswith(f"2 of 3 failures look like one fault: {LOOK}")
    failing[2]["failure"]["diagnosis"] = LOOK
    assert f"All 3 failures look like one fault: {LOOK}" in text_of(report)
    assert f"All 3 failures look like one fault: {LOOK}" in results_page({"a.json": report})


def test_faults_that_half_of_the_failures_share_are_not_told_before_them(report: dict[str, Any]) -> None:
    failing = [entry for entry in report["requirements"] if entry["failure"]]
    failing[0]["failure"] = failing[0]["failure"] | {"diagnosis": LOOK}
    assert "look like one fault" not in text_of(report)


def test_a_page_prints_no_case_line_twice(report: dict[str, Any]) -> None:
    failure = report["requirements"][0]["failure"]
    failure |= {"after": ["n1c1h1w2 m1k1", "n1c1h1w3 m1k1"], "beside": "n1c1h1w4 m1k1"}
    shown = text_of(report)
    for line in (failure["case"], *failure["after"], failure["beside"]):
        assert shown.count(line) == 1, line
    assert "  after     2 calls, made first\n  beside    another call, from a second thread\n" in shown


def test_a_fingerprint_is_one_line_a_dtype(report: dict[str, Any]) -> None:
    words = "direct; sums in float32, with FMA; one after the other, " + "channel by channel; " * 9
    summary = [{"shapes": ["small"], "words": words}, {"shapes": ["wide"], "words": "by a transform"}]
    report["fingerprint"] = {
        "name": "mine",
        "version": "1.0",
        "dtypes": {name: {"summary": summary, "shapes": {}} for name in ("float32", "bfloat16")},
    }
    told = [line for line in text_of(report).splitlines() if line.startswith("behind it")]
    assert len(told) == 2
    assert all(line.partition(": ")[2].startswith("direct; sums in float32, with FMA; one after") for line in told)
    assert all(60 < len(line) <= 100 for line in told)
    assert "          conv2d-conformance fingerprint 'mine.py:conv2d?fast=1' tells it in full\n" in text_of(report)


def test_a_line_of_the_fingerprint_ends_between_its_parts(report: dict[str, Any]) -> None:
    parts = {"algorithm": "direct", "order": "one; " * 30}
    summary = [{"shapes": ["small"], "words": "; ".join(parts.values()), "parts": parts}]
    dtypes = {"float32": {"summary": summary, "shapes": {}}}
    report["fingerprint"] = {"name": "mine", "version": "1.0", "dtypes": dtypes}
    (told,) = (line for line in text_of(report).splitlines() if line.startswith("behind it"))
    assert told.endswith("float32: direct")


@pytest.mark.parametrize("width", [80, 100])
def test_a_table_keeps_names_whole(width: int) -> None:
    name, other = "float64_through_float32_in_blocks_of_many_channels", "memory.view-channels-last-of-the-weight"
    out = io.StringIO()
    where = console(out)
    where.width = width
    show_table(where, ("mutant", "breaks", "sentence"), [(name, other, "a conv2d that " + "rounds and " * 20)])
    shown = out.getvalue()
    assert name in shown
    assert other in shown
    assert all(len(line) <= width for line in shown.splitlines())
