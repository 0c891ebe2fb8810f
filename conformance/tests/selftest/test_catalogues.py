"""Requirements, checks and mutants fit together: none is without the others."""

import pytest

from conv2d_conformance import spec
from conv2d_conformance.checks import Check, catalogue, covers
from conv2d_conformance.mutants import Mutant
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.spec import UnknownRequirement

CHECKS = list(catalogue().values())
MUTANTS = list(mutants().values())


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_every_check_says_in_one_sentence_what_holds(check: Check) -> None:
    assert check.sentence.endswith(".")
    assert check.sentence[0].isupper() or check.sentence[0] == '"'
    assert "\n" not in check.sentence
    assert " should " not in check.sentence


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_the_requirements_of_a_check_need_the_same_features(check: Check) -> None:
    # Otherwise one that is claimed would go unjudged because of another that is not.
    assert {spec.get(requirement).features for requirement in check.requirements} == {check.features}


def test_every_requirement_has_a_check() -> None:
    checked = {requirement for check in CHECKS for requirement in check.requirements}
    assert set(spec.load().requirements) - checked == set()


def test_every_checked_requirement_has_a_mutant() -> None:
    checked = {requirement for check in CHECKS for requirement in check.requirements}
    assert checked - {mutant.breaks for mutant in MUTANTS} == set()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_says_what_it_is_and_breaks_what_a_check_covers(mutant: Mutant) -> None:
    assert mutant.sentence
    assert not mutant.sentence.endswith(".")
    assert any(mutant.breaks in check.requirements for check in CHECKS)
    assert mutant.replays == "" or mutant.replays.count("#") == mutant.replays.count("/") == 1


def test_a_check_of_an_unknown_requirement_is_refused() -> None:
    with pytest.raises(UnknownRequirement, match=r"stride\.step"):
        covers("stride.step")
