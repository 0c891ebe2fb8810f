"""The cases that the checks of state, of padding modes and of views make are what the checks say."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis.strategies import SearchStrategy

from conv2d_conformance.cases.case import Case, Elements
from conv2d_conformance.cases.data import arrays
from conv2d_conformance.cases.features import features_of
from conv2d_conformance.cases.geometry import geometry, is_legal
from conv2d_conformance.cases.strategies import sample
from conv2d_conformance.checks import test_padding_mode as padding_mode
from conv2d_conformance.checks import test_state as state
from conv2d_conformance.contract.capabilities import PADDING_MODES, Capabilities
from conv2d_conformance.emulation.adapters import EVERYTHING
from conv2d_conformance.verdict.claims import within_claims

MODES = PADDING_MODES[1:]
DRAWN = sample(150, 7, vary=state.ARGUMENTS)

quietly = settings(
    max_examples=60, derandomize=True, database=None, deadline=None, suppress_health_check=[*HealthCheck]
)


def test_cases_that_resemble_each_other_are_legal() -> None:
    for case in DRAWN:
        assert all(is_legal(like) for like in state._with_its_like(case))


def test_the_case_itself_comes_after_every_kind_of_like() -> None:
    for case in DRAWN:
        asked = list(state._with_its_like(case))
        assert asked[:2] == [case, case]
        assert asked.count(case) >= 6
        assert len({like.dtype for like in asked}) == 4


def test_an_element_is_changed_to_what_no_recipe_makes() -> None:
    for case in DRAWN[:20]:
        for letter, name in (("x", "input"), ("w", "weight")):
            before, after = arrays(case)[name], arrays(state._other_element(case, letter))[name]
            assert before is not None
            assert after is not None
            assert (before != after).sum() == 1


def test_illegal_calls_are_illegal_and_in_turn_with_legal_ones() -> None:
    for case in DRAWN:
        asked = list(state._among_illegal_calls(case, EVERYTHING))
        assert [is_legal(like) for like in asked] == [True, *[False, True] * (len(asked) // 2)]
        assert all(bool(like.overrides) != is_legal(like) for like in asked)
        assert len(asked) >= 13


def test_illegal_calls_need_nothing_that_is_not_claimed() -> None:
    bare = Capabilities(bias=False, stride=False, groups=False, multi_channel=False, padding=set())
    for case in DRAWN:
        asked = list(state._among_illegal_calls(case, bare))[1:]
        assert all(features_of(like) - {"validation"} <= bare.features for like in asked)
        assert [is_legal(like) for like in asked] == [False, True] * (len(asked) // 2)
        assert len(asked) >= 8


Strategy = SearchStrategy[Case]


def holds(cases: Strategy, region: Any) -> None:
    @quietly
    @given(case=cases)
    def check(case: Case) -> None:
        assert region(case, geometry(case))

    check()


@pytest.mark.parametrize("mode", MODES)
def test_the_region_of_a_mode(mode: str) -> None:
    holds(padding_mode._padded(mode), lambda case, g: case.padding_mode == mode and any(map(any, g.pads)))
    holds(padding_mode._same(mode), lambda case, _: (case.padding_mode, case.padding) == (mode, "same"))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("axis", [0, 1])
def test_each_axis_has_padding_of_its_own(mode: str, axis: int) -> None:
    find(padding_mode._padded(mode), lambda case: geometry(case).pads[axis] == (0, 0), settings=quietly)
    find(padding_mode._same(mode), lambda case: len(set(geometry(case).pads[axis])) == 2, settings=quietly)


@pytest.mark.parametrize(("mode", "beyond"), [("reflect", -1), ("replicate", 0), ("circular", 0)])
def test_the_limit_is_reached_on_each_axis(mode: str, beyond: int) -> None:
    cases = padding_mode._at_the_limit(mode, beyond)
    holds(cases, lambda case, g: g.pads[0][0] >= case.H + beyond or g.pads[1][0] >= case.W + beyond)
    for axis, name in enumerate("HW"):

        def is_reached(case: Case, axis: int = axis, name: str = name) -> bool:
            return bool(geometry(case).pads[axis][0] == getattr(case, name) + beyond)

        find(cases, is_reached, settings=quietly)


@pytest.mark.parametrize("mode", MODES)
def test_a_special_pixel_is_copied_into_the_padding(mode: str) -> None:
    def specials(case: Case) -> tuple[float, ...]:
        assert isinstance(case.data, Elements)
        return tuple(value for _, _, value in case.data.entries)

    cases = padding_mode._non_finite(mode)
    holds(cases, lambda case, _: len(specials(case)) == 1 and not math.isfinite(specials(case)[0]))
    for special in (math.inf, -math.inf):

        def has_it(case: Case, special: float = special) -> bool:
            return specials(case) == (special,)

        find(cases, has_it, settings=quietly)


def test_less_is_asked_of_an_implementation_that_claims_less() -> None:
    bare = Capabilities(bias=False, stride=False, dilation=False, groups=False, multi_channel=False, padding=set())
    for case in DRAWN:
        for like in state._with_its_like(case):
            asked = within_claims(replace(like, view="offset"), bare)
            assert asked is not None
            assert is_legal(asked)
            assert asked.view is None
