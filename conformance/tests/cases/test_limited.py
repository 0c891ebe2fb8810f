"""A case moved inside limits, and just outside them."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.cost import elements
from conv2d_conformance.cases.features import features_of
from conv2d_conformance.cases.geometry import is_legal, multiply_adds
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.cases.layer_case import format_case as format_layer
from conv2d_conformance.cases.limited import is_inside
from conv2d_conformance.cases.strategies import sample
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.emulation.adapters import EVERYTHING
from conv2d_conformance.initialisation.limited_layers import keeps
from conv2d_conformance.initialisation.plan import PLAN, trials
from conv2d_conformance.verdict.claims import (
    AT_MOST,
    LimitsOfNothing,
    outside_limits,
    require_calls_inside,
    within_claims,
)

LIMITS = (
    "KH == KW",
    "KH in {1, 3, 5} and KW in {1, 3, 5}",
    "C % 8 == 0",
    "M % 4 == 0",
    "SH == SW",
    "SH == 1 or DH == 1",
    "N*M*OH*OW < 2**31",
    "N == 1",
    "padding_mode == zeros or padding == same",
    "padding != same or (DH == 1 and DW == 1)",
    "dtype != float64 or groups == 1",
    "groups == 1 or groups == C",
    "KH <= 3 and KW <= 3",
    "H == W",
    "C == M",
    "padding == explicit",
    "C // groups >= 4",
    "stride == pair",
    "OW % 2 == 0",
    "1 <= top <= 2",
)
CASES = sample(24, 7)
THREES = [*combinations(LIMITS, 3)][::57]


@pytest.mark.parametrize("limits", [*((limit,) for limit in LIMITS), *THREES], ids=", ".join)
def test_what_is_moved_inside_is_inside_legal_claimed_and_stays_there(limits: tuple[str, ...]) -> None:
    claims = replace(EVERYTHING, limits=limits, views=frozenset(), non_finite=False)
    found: set[str] = set()
    for case in CASES:
        moved = within_claims(case, claims)
        assert moved == within_claims(case, claims)
        if moved is None:
            continue
        assert is_legal(moved)
        assert is_inside(moved, limits)
        assert features_of(moved) <= claims.features
        assert multiply_adds(moved) <= max(AT_MOST, multiply_adds(case))
        assert parse(format_case(moved)) == moved
        assert within_claims(moved, claims) is moved
        found.add(format_case(moved))
    assert 2 * len(found) >= len({format_case(case) for case in CASES})


@pytest.mark.parametrize("limit", LIMITS)
def test_what_lies_beyond_a_limit_is_outside_legal_and_claimed(limit: str) -> None:
    claims = replace(EVERYTHING, limits=(limit,))
    beyond = [found for case in CASES for found in outside_limits(case, claims)]
    assert all(is_legal(case) and not is_inside(case, [limit]) for case in beyond)
    assert all(features_of(case) <= claims.features for case in beyond)
    assert beyond or "2**31" in limit


def test_named_elements_keep_a_place_inside() -> None:
    moved = within_claims(parse("n1c3h2w9 m1k1x5 x[0,2,1,8]=3 w[0,2,0,4]=2"), Capabilities(limits=("KH == KW",)))
    assert moved is not None
    assert (moved.KH, moved.KW) == (5, 5)
    assert format_case(moved).endswith("x[0,2,1,8]=3 w[0,2,0,4]=2")


def test_a_long_kernel_becomes_short_and_not_square() -> None:
    moved = within_claims(parse("n1c1h600w2500 m1k600x1"), Capabilities(limits=("KH == KW",)))
    assert moved is not None
    assert (moved.KH, moved.KW) == (1, 1)


def test_no_call_is_moved_to_a_padding_that_takes_more_memory_than_there_is() -> None:
    """Such a padding may be refused, and the call that is moved has none."""
    case = parse(f"n1c1h4w5 m1k1x2 s1x1 same d{2**40}x1 g1 nobias float32 integers:0")
    moved = within_claims(case, replace(EVERYTHING, limits=("KH == KW",)))
    assert moved is not None
    assert elements(moved, dense=True) <= AT_MOST


def test_limits_that_no_call_keeps_are_told_in_a_sentence() -> None:
    with pytest.raises(LimitsOfNothing, match="no call was found that keeps the limits KH == 2, KH == 3"):
        require_calls_inside(Capabilities(limits=("KH == 2", "KH == 3")))


@pytest.mark.parametrize("limits", [(), *((limit,) for limit in LIMITS), *THREES], ids=", ".join)
def test_limits_that_some_call_keeps_are_no_error(limits: tuple[str, ...]) -> None:
    require_calls_inside(replace(EVERYTHING, limits=limits))


@pytest.mark.parametrize(
    "unclaimed",
    [
        {"padding": {"valid"}},
        {"padding": {"same"}},
        {"padding": ()},
        {"padding_modes": {"reflect"}},
        {"arguments": {"pair"}},
        {"bias": False, "stride": False, "dilation": False, "groups": False},
    ],
    ids=str,
)
def test_calls_are_moved_inside_whatever_is_not_claimed(unclaimed: dict[str, Any]) -> None:
    claims = replace(EVERYTHING, **unclaimed)
    limited = replace(claims, limits=("C % 16 == 0", "N == 1"))
    require_calls_inside(limited)
    for case in CASES:
        simplest = within_claims(case, claims)
        assert simplest is not None
        assert within_claims(simplest, claims) == simplest
        assert (within_claims(case, limited) is None) <= (
            within_claims(case, replace(EVERYTHING, limits=limited.limits)) is None
        )


@pytest.mark.parametrize(
    "limits",
    [
        ("KH == KW", "C % 8 == 0"),
        ("kernel_size == pair",),
        ("operation != initialize or dtype == float32", "groups == 1"),
        ("M <= 64", "SH == 1"),
    ],
    ids=", ".join,
)
def test_layers_are_moved_inside_too(limits: tuple[str, ...]) -> None:
    claims = replace(EVERYTHING, limits=limits)
    asked = [trial.case for name in PLAN for trial in trials(name, claims, effort="quick")]
    assert asked
    assert all(keeps(case, limits) for case in asked)
    assert len({format_layer(case) for case in asked}) > 20


def test_a_limit_on_what_a_layer_lacks_says_nothing_of_layers() -> None:
    free, limited = (replace(EVERYTHING, limits=limits) for limits in ((), ("SH == SW", "N == 1")))
    assert [*trials("fan-in", free)] == [*trials("fan-in", limited)]


def test_an_illegal_call_is_nowhere() -> None:
    illegal: Case = parse("n1c1h5w6 m1k2x3 stride=(0,1)")
    assert within_claims(illegal, Capabilities(limits=("KH == KW",))) == illegal


@pytest.mark.parametrize(("word", "has_bias"), [("given", True), ("none", False)])
def test_a_bias_comes_and_goes(word: str, has_bias: bool) -> None:
    claims = replace(EVERYTHING, limits=(f"bias == {word}",))
    moved = [within_claims(case, claims) for case in CASES]
    assert {case.bias for case in moved if case is not None} == {has_bias}
    elements = within_claims(parse("n1c1h3w3 m1k1x1 bias x[0,0,0,0]=3 b[0]=2"), claims)
    assert elements is not None
    assert format_case(elements).endswith("b[0]=2") is has_bias
    asked = [trial.case for name in PLAN for trial in trials(name, claims, effort="quick")]
    assert {case.bias for case in asked} == {has_bias}
