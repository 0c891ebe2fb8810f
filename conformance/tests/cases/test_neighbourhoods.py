"""The neighbourhoods of a defect: legal, and together every pair of levels of any two factors."""

from collections.abc import Mapping
from itertools import combinations, product

import pytest

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.geometry import is_legal
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.cases.illegal_calls import illegal_calls
from conv2d_conformance.cases.illegal_kinds import KINDS
from conv2d_conformance.cases.neighbourhoods import BLOCKS, FACTORS, LEVELS, legal_calls, rows
from conv2d_conformance.effort import EFFORTS


def has(case: Case, fields: Mapping[str, object]) -> bool:
    return all(getattr(case, field) == value for field, value in fields.items())


@pytest.mark.parametrize("block", range(len(BLOCKS)))
def test_a_block_has_every_level_of_every_factor(block: int) -> None:
    for name, levels in FACTORS.items():
        assert len(levels) == len(LEVELS)
        assert {row[name] for row in rows(block)} == set(LEVELS)


def test_all_blocks_have_every_pair_of_levels() -> None:
    found = [row for block in range(len(BLOCKS)) for row in rows(block)]
    for one, other in combinations(FACTORS, 2):
        assert {(row[one], row[other]) for row in found} == set(product(LEVELS, LEVELS)), (one, other)


@pytest.mark.parametrize("name", KINDS)
def test_the_calls_are_legal_and_keep_to_the_levels_that_are_left(name: str) -> None:
    only = KINDS[name].only
    for block in range(len(BLOCKS)):
        for case in legal_calls(block, only):
            assert is_legal(case), format_case(case)
            for factor, levels in only.items():
                assert any(has(case, FACTORS[factor][level]) for level in levels)


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.anywhere])
def test_at_every_effort_a_kind_meets_every_level_that_is_left_to_it(name: str) -> None:
    kind = KINDS[name]
    for effort in EFFORTS.values():
        calls = [illegal.legal for illegal in illegal_calls(name, effort.tiles) if illegal.case is not None]
        is_same = kind.only.get("padding") == (3,)  # then there is no stride
        for factor, levels in FACTORS.items():
            for level in (0,) if is_same and factor == "stride" else kind.only.get(factor, LEVELS):
                assert any(has(case, levels[level]) for case in calls), (effort.name, levels[level])


def test_at_the_least_effort_the_kinds_together_meet_every_pair_of_levels() -> None:
    tiles = EFFORTS["quick"].tiles
    calls = {illegal.legal for name in KINDS for illegal in illegal_calls(name, tiles) if illegal.case is not None}
    for one, other in combinations(FACTORS, 2):
        for first, second in product(FACTORS[one], FACTORS[other]):
            fields = first | second
            if fields.get("padding") == "same" and fields.get("stride", (1, 1)) != (1, 1):
                continue  # illegal for another reason
            assert any(has(case, fields) for case in calls), fields
