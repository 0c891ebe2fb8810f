"""The simplest rule that tells wrong cases from right ones."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.diagnosis.probes import mixture, near
from conv2d_conformance.diagnosis.sizes import Sizes, sizes_of
from conv2d_conformance.diagnosis.trigger import disagreement, rules
from conv2d_conformance.emulation.adapters import EVERYTHING

BASE = parse("n2c6h20w22 m6k3x2 s1x1 p0x0 d1x1 g1 bias")
AROUND = [sizes_of(case) for case in (BASE, *near(BASE), *mixture(BASE, EVERYTHING, 60))]

RULES: list[tuple[str, Callable[[Sizes], bool]]] = [
    ("M >= 17", lambda s: s.numbers["M"] >= 17),
    ("KW <= 2", lambda s: s.numbers["KW"] <= 2),
    ("OW % 4 == 1", lambda s: s.numbers["OW"] % 4 == 1),
    ("there is a stride on both axes", lambda s: min(s.numbers["stride[0]"], s.numbers["stride[1]"]) > 1),
    ("there are groups", lambda s: s.numbers["groups"] > 1),
    ("the input has no batch axis", lambda s: "the input has no batch axis" in s.facts),
    ("there is a dilation and there is a stride", lambda s: {"there is a stride", "there is a dilation"} <= s.facts),
    ("there is a bias and C >= 5", lambda s: "there is a bias" in s.facts and s.numbers["C"] >= 5),
]


@pytest.mark.parametrize(("words", "holds"), RULES, ids=[words for words, _ in RULES])
def test_the_simplest_rule_is_found(words: str, holds: Callable[[Sizes], bool]) -> None:
    wrong, right = [s for s in AROUND if holds(s)], [s for s in AROUND if not holds(s)]
    assert wrong
    found = rules(wrong, right)
    assert words in [rule.words for rule in found if rule.cost <= found[0].cost + 0.5]
    assert all(rule.holds(s) for rule in found for s in wrong)
    assert not any(rule.holds(s) for rule in found for s in right)


def test_where_nothing_is_right_the_rule_is_always() -> None:
    assert [rule.words for rule in rules(AROUND, [])] == [""]


def test_no_rule_separates_what_is_equal() -> None:
    assert rules(AROUND[:1], AROUND[:1]) == []


def test_a_case_is_found_on_which_rules_disagree() -> None:
    found = rules(AROUND[:1], AROUND[1:2])
    place = disagreement(found, AROUND)
    assert place is not None
    assert 0 < sum(rule.holds(AROUND[place]) for rule in found) < len(found)
