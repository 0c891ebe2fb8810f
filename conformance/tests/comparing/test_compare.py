"""Two implementations on the same cases: which are asked, what is said of them, and what a crash stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner, Result

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.cli import program
from conv2d_conformance.comparing.common import NothingInCommon, common_cases, common_claims
from conv2d_conformance.comparing.comparison import ComparedCase, Nearness, compare
from conv2d_conformance.comparing.conclusion import conclusion, sentences
from conv2d_conformance.comparing.orders import compared_orders
from conv2d_conformance.comparing.picture import svg
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.adapters import as_conv2d
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.orders import backwards, pairwise, sequential
from conv2d_conformance.emulation.terms import Order, summed
from conv2d_conformance.fingerprint import take
from conv2d_conformance.fingerprint.shapes import SHAPES
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.verdict.claims import within_claims

LONG = parse("n2c32h5w6 m2k3 normal:1")
NAMES = ("one", "other")


def summing(order: Order, **more: Any) -> InProcess:
    return answering(lambda call: summed(call, order, **more))


def answering(function: Callable[[Call], Any], **claims: Any) -> InProcess:
    claimed = Capabilities(**claims)
    return InProcess(Adapter(name="x", version="1", conv2d=as_conv2d(function), capabilities=claimed))


def compared(one: InProcess, other: InProcess, case: Case = LONG) -> ComparedCase:
    return compare(one, other, case, Capabilities())


# ---- one case --------------------------------------------------------------------------------------------------------


def test_the_same_order_has_the_same_bits_and_errors() -> None:
    found = compared(summing(sequential), summing(sequential))
    assert (found.elements, found.different, found.nearer, found.unanswered) == (48, 0, (0, 0), "")
    assert found.one == found.other
    assert found.one is not None
    assert 0 < found.one.mean < found.one.largest < 1


def test_other_orders_part_and_the_nearer_one_is_told() -> None:
    found = compared(summing(sequential), summing(pairwise, accumulator=np.float64))
    assert found.different > 10
    assert found.nearer[0] == 0 < found.nearer[1] <= found.different
    assert found.one is not None
    assert found.other is not None
    assert found.other.mean < found.one.mean / 2
    turned = compared(summing(pairwise, accumulator=np.float64), summing(sequential))
    assert turned.nearer == found.nearer[::-1]


def test_errors_are_shares_of_the_bound_of_the_strict_class() -> None:
    def beyond(call: Call) -> Any:
        return summed(call, pairwise, accumulator=np.float64) * np.float32(1.01)

    found = compared(summing(sequential), answering(beyond))
    assert found.other is not None
    assert found.other.largest > 1


def test_exact_data_have_no_nearness_and_signs_of_zeros_do_not_part() -> None:
    exact = compared(summing(sequential), summing(backwards), parse("n2c8h4w4 m2k3 integers:1"))
    assert (exact.different, exact.one, exact.other) == (0, None, None)
    negative = answering(lambda call: np.where((y := summed(call, sequential)) == 0, -y, y))
    assert compared(summing(sequential), negative, parse("n2c8h4w4 m2k3 sparse:1")).different == 0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda _: np.zeros((1, 2, 3), np.float32), "shape (1, 2, 3), where shape (2, 2, 3, 4) is required"),
        (lambda _: "no", "returned a value of type str"),
        (lambda _: (_ for _ in ()).throw(ValueError("not today")), "ValueError: not today"),
    ],
)
def test_who_gives_no_answer_is_told_and_nothing_else(wrong: Callable[[Call], Any], told: str) -> None:
    found = compared(summing(sequential), answering(wrong))
    assert told in found.unanswered
    assert found.unanswered.startswith("the second gave no answer: ")
    assert found == ComparedCase(found.case, unanswered=found.unanswered)


# ---- which cases -----------------------------------------------------------------------------------------------------


def test_cases_are_within_the_claims_and_limits_of_both() -> None:
    one = Capabilities(dtypes={"float32", "float64"}, padding={"explicit", "same"}, limits=("N <= 4", "C % 8 == 0"))
    other = Capabilities(dtypes={"float32", "float16"}, groups=False, limits=("C % 8 == 0", "KH == KW"))
    claims = common_claims(one, other)
    assert (claims.dtypes, claims.padding, claims.groups) == ({"float32"}, {"explicit"}, False)
    assert claims.limits == ("N <= 4", "C % 8 == 0", "KH == KW")
    cases = list(common_cases(claims, EFFORTS["quick"], 1))
    assert len(cases) > 20
    for case in cases:
        assert within_claims(case, one) == case
        assert within_claims(case, other) == case
    assert len({format_case(case) for case in cases}) == len(cases)
    assert cases == list(common_cases(claims, EFFORTS["quick"], 1))
    assert cases != list(common_cases(claims, EFFORTS["quick"], 2))


def test_without_a_common_dtype_there_is_nothing_to_compare() -> None:
    with pytest.raises(NothingInCommon, match="the one has float64, and the other float16") as caught:
        common_claims(Capabilities(dtypes={"float64"}), Capabilities(dtypes={"float16"}))
    assert caught.value.hint


# ---- all in all ------------------------------------------------------------------------------------------------------


def case_of(line: str, different: int, **more: Any) -> ComparedCase:
    nearness = Nearness(0.5, 0.25)
    return ComparedCase(
        format_case(parse(line)), elements=10, different=different, one=nearness, other=nearness, **more
    )


def test_the_shapes_for_which_they_part_are_named() -> None:
    cases = [case_of(f"n{n}c{c}h5w5 m2k3", int(n > 3), nearer=(0, n > 3)) for n in (1, 2, 3, 4, 5, 9) for c in (1, 8)]
    found = conclusion(cases)
    assert (found.compared, found.parted, found.parts_where, found.nearer) == (12, 6, "N >= 4", (0, 6))
    assert not found.same_bits
    first, second = sentences(found, NAMES)
    assert first == "one and other part in 6 of 12 cases, only where N >= 4"
    assert second.startswith("other is nearer to the exact value in 100 % of the elements that part; the errors are on")


def test_equal_bits_are_one_sentence_and_no_answer_is_no_equality() -> None:
    same = conclusion([case_of("c1h5w5 m2k3", 0), ComparedCase("c1h5w5 m2k3", unanswered="it died")])
    assert same.same_bits
    assert (same.compared, same.unanswered) == (1, 1)
    assert sentences(same, NAMES) == ["one and other have the same bits in 1 of 1 cases; 1 more had no answer of both"]
    nothing = conclusion([ComparedCase("c1h5w5 m2k3", unanswered="it died")])
    assert not nothing.same_bits
    assert sentences(nothing, NAMES) == ["nothing was compared: 1 of 1 cases had no answer of both"]


def test_the_order_of_additions_is_compared() -> None:
    prints = [take(summing(order), shapes=SHAPES[:1]) for order in (sequential, backwards)]
    (same,), (apart,) = compared_orders(prints[0], prints[0]), compared_orders(*prints)
    assert (same.same, apart.same) == (True, False)
    assert apart.one == "one after the other, channel by channel"
    assert apart.other == "one after the other, channel by channel, from the last to the first"


def test_the_picture_has_a_point_for_each_case_and_reads_as_xml() -> None:
    cases = [case_of("n1c3h5w5 m2k3", 1), case_of("n2c3h5w5 m2k3", 0), ComparedCase("x", unanswered="no")]
    drawn = svg(cases, ("<one>", "a&b"))
    assert drawn is not None
    tree = ElementTree.fromstring(drawn)
    assert len(tree.findall("{*}circle")) == 2
    assert "mean error of <one>, of the bound of A" in {text.text for text in tree.findall("{*}text")}
    assert svg(cases[2:], NAMES) is None


# ---- the command -----------------------------------------------------------------------------------------------------

TARGETS = """
import os
import numpy as np
from conv2d_conformance.emulation.adapters import as_conv2d
from conv2d_conformance.emulation.orders import backwards, sequential
from conv2d_conformance.emulation.terms import summed

forwards = as_conv2d(lambda call: summed(call, sequential))
turned = as_conv2d(lambda call: summed(call, backwards))


def dies(input, weight, bias=None, **attributes):
    if len(input) > 1:
        os._exit(3)
    return forwards(input, weight, bias, **attributes)
"""


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(TARGETS)
    return lambda *arguments: CliRunner().invoke(program, ["compare", *arguments])


def test_a_crash_of_one_is_one_sentence_and_the_others_go_on(invoke: Callable[..., Result], tmp_path: Path) -> None:
    cases = ("--case", format_case(LONG), "--case", "n1c32h5w6 m2k3 normal:1")
    result = invoke("mine.py:turned", "mine.py:dies", *cases, "--picture", "both.svg")
    assert result.exit_code == 0, result.output
    words = " ".join(result.output.split())
    assert "the second gave no answer: the process ended with exit status 3" in words
    assert "mine.py:turned and mine.py:dies part in 1 of 1 cases" in words
    assert "n1c32h5w6 m2k3x3 normal:1" in words
    assert (tmp_path / "both.svg").read_text().count("<circle") == 1


def test_as_json(invoke: Callable[..., Result]) -> None:
    result = invoke("mine.py:forwards", "mine.py:forwards", "--case", format_case(LONG), "--format", "json")
    assert result.exit_code == 0
    found = json.loads(result.stdout)
    assert found["same_bits"] is True
    assert found["sentences"] == ["mine.py:forwards and mine.py:forwards have the same bits in 1 of 1 cases"]
    assert [case["different"] for case in found["cases"]] == [0]


def test_where_nothing_is_compared_the_exit_status_says_so(invoke: Callable[..., Result]) -> None:
    result = invoke("mine.py:forwards", "mine.py:dies", "--case", format_case(LONG))
    assert result.exit_code == 4
    assert "nothing was compared: 1 of 1 cases had no answer of both" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("n1c3h5w5 m2k3 float64", "is not within what both claim"),
        ("n1c3h5w5 m2k3 stride=0", "is no legal call of conv2d"),
        ("n1c3h5w5 m2k3 grad", "is no legal call of conv2d"),
    ],
)
def test_a_case_that_cannot_be_asked_of_both_is_refused(invoke: Callable[..., Result], line: str, told: str) -> None:
    result = invoke("mine.py:forwards", "mine.py:turned", "--case", line)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())
