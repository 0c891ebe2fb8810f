"""What is measured of the sharpness is so: of errors that are known, of comparators, and of right answers."""

from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from conv2d_conformance.cases import parse
from conv2d_conformance.cli import program
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.grades import class_names
from conv2d_conformance.effort import Effort
from conv2d_conformance.sharpness.injected_errors import (
    KINDS,
    OUTPUT,
    PRODUCT,
    SUM,
    answers,
    in_other_orders,
    smallest_seen,
)
from conv2d_conformance.sharpness.markdown import false_refusals, page
from conv2d_conformance.sharpness.measurement import Sight, deep_cases, depth, measure, sight
from conv2d_conformance.sharpness.rules import ASSERT_CLOSE, COMPARATORS, LOOSE, rules
from conv2d_conformance.verdict.question import Question

FEW = Effort("few", drawn=1, multiply_adds=10_000, tiles=100)


@pytest.mark.parametrize(("dtype", "bits"), [("float32", 24), ("float64", 53), ("float16", 11), ("bfloat16", 8)])
def test_class_a_sees_half_a_unit_of_single_products(dtype: str, bits: int) -> None:
    found = sight(parse(f"n1c64h4w4 m9k3 {dtype} single:1"))
    for kind in (PRODUCT, OUTPUT):
        assert found.seen["A", kind] in (bits - 1, bits)
    assert found.seen["A", SUM] >= bits - 1
    assert found.seen["A-tc", PRODUCT] >= bits - 3
    assert found.refused == dict.fromkeys((*class_names(dtype), *COMPARATORS), 0)


def test_what_is_injected_is_what_is_said() -> None:
    found = answers(parse("n2c4h5w6 m4k3x2 g2 p1 float64 integers:3"))
    assert {kind: effect.shape for kind, effect in found.effects.items()} == dict.fromkeys(KINDS, found.exact.shape)
    assert np.count_nonzero(found.effects[OUTPUT]) == 1
    assert np.abs(found.effects[OUTPUT]).max() == np.abs(found.exact).max()
    assert np.abs(found.effects[PRODUCT]).max() == 49
    assert (found.off_by(OUTPUT, 1.0) - found.exact == found.effects[OUTPUT]).all()
    one = answers(parse("n1c2h1w1 m1k1 float64 x[0,0,0,0]=3 x[0,1,0,0]=5 w[0,0,0,0]=1 w[0,1,0,0]=-1"))
    assert [float(one.effects[kind].item()) for kind in (PRODUCT, SUM, OUTPUT)] == [-5, 3, -2]


def test_an_error_that_is_never_refused_is_not_seen() -> None:
    found = answers(parse("n1c2h3w3 m2k1 single:1"))
    assert smallest_seen(found, PRODUCT, lambda _: False, 30) is None
    assert smallest_seen(found, PRODUCT, lambda answer: bool((answer != found.expected).any()), 40) in (23, 24)


def test_tolerances_refuse_right_answers_where_sums_cancel_and_classes_do_not() -> None:
    found = sight(parse("n1c2048h3w3 m4k1 normal:1"))
    assert found.right == len(in_other_orders(parse("n1c2h2w2 m1k1")))
    assert found.refused["assert_close"] > 0
    assert not any(found.refused[name] for name in class_names("float32"))


@pytest.mark.parametrize("dtype", DTYPES)
def test_assert_close_is_that_of_torch(dtype: str) -> None:
    torch = pytest.importorskip("torch")
    from conv2d_conformance.power.torch_rule import to_torch

    found = answers(parse(f"n1c8h3w3 m4k3 {dtype} normal:1"))
    for k in range(2, 30):
        answer = found.off_by(PRODUCT, 2.0**-k)
        refused = False
        try:
            torch.testing.assert_close(to_torch(answer), to_torch(found.expected))
        except AssertionError:
            refused = True
        assert ASSERT_CLOSE[dtype].refuses(answer, found.expected) is refused


def test_no_comparator_hides_a_number_that_is_not_finite() -> None:
    right = np.ones(3, np.float32)
    for tolerance in (*ASSERT_CLOSE.values(), *LOOSE):
        assert not tolerance.refuses(right, right)
        assert tolerance.refuses(np.array([1, np.nan, 1], np.float32), right)


def test_sights_add_up() -> None:
    one = Sight(1, 4, {("A", SUM): 20, ("C", SUM): -1}, {"A": 0, "rtol 1e-3": 2})
    other = Sight(2, 8, {("A", SUM): 23}, {"A": 1})
    assert one + other == Sight(3, 12, {("A", SUM): 23, ("C", SUM): -1}, {"A": 1, "rtol 1e-3": 2})


def test_the_page_has_every_class_and_comparator_and_the_command() -> None:
    found = measure([FEW], dtypes=["float16"])
    assert {place for places in found.values() for place in places} >= {("float16", 300)}
    text = page(found, "conv2d-conformance sharpness")
    assert text.splitlines()[5] == "conv2d-conformance sharpness"
    rows = [line.split(" | ")[1] for line in text.splitlines() if line.startswith("| float16 ")]
    assert rows == [*class_names("float16"), *COMPARATORS]
    assert false_refusals(found) == 0


def test_a_right_answer_that_a_class_refuses_is_counted() -> None:
    found = {"quick": {("float32", 64): Sight(1, 4, {}, {"A": 1, "B2": 2, "assert_close": 3})}}
    assert false_refusals(found) == 3
    assert "3 of 4 right answers refused by their class" in page(found, "")


def test_the_cases_reach_every_depth_in_every_dtype_and_have_dense_ones() -> None:
    quick = list(deep_cases(Effort("quick", drawn=25, multiply_adds=2_000_000, tiles=4)))
    assert {(case.dtype, depth(case)) for case in quick} >= {(dtype, most) for dtype in DTYPES for most in (300, 20000)}
    names = {case.recipe.name for case in quick if case.recipe is not None}
    assert {"single", "few", "chain", "normal"} <= names
    assert not any(case.bias for case in quick)


def test_rules_are_those_of_the_dtype() -> None:
    case = parse("n1c2h3w3 m2k1 bfloat16 uniform:1")
    assert list(rules(Question(case), answers(case).expected)) == [*class_names("bfloat16"), *COMPARATORS]


def test_a_dtype_that_there_is_not_is_refused() -> None:
    result = CliRunner().invoke(program, ["sharpness", "--only", "int8"])
    assert result.exit_code == 2
    assert "no dtype matches 'int8'" in result.output
