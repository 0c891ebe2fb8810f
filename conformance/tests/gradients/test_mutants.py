"""Every wrong gradient is found by a check of its requirement, and every check of this chapter finds one."""

import hypothesis
import pytest

from conv2d_conformance.checks import catalogue
from conv2d_conformance.drawing import use_settings
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.target import load
from conv2d_conformance.implementation.target import parse as target
from conv2d_conformance.mutants import Mutant
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.selftest import meet
from conv2d_conformance.spec import load as spec

CHAPTER = [name for name in spec().requirements if name.startswith("gradients.")]
CHECKS = [check for check in catalogue().values() if check.name.startswith("test_gradients::")]
QUICK = EFFORTS["quick"]
CHEAP = [check for check in CHECKS if "of_" not in check.name and "layers" not in check.name]


@pytest.fixture(autouse=True)
def draws():
    remove_files = use_settings(QUICK)
    yield
    remove_files()
    hypothesis.settings.load_profile("default")


def test_every_requirement_has_a_check_and_a_mutant():
    checked = {requirement for check in CHECKS for requirement in check.requirements}
    broken = {mutant.breaks for mutant in mutants().values()}
    assert set(CHAPTER) == checked
    assert set(CHAPTER) <= broken


@pytest.mark.parametrize("requirement", CHAPTER)
def test_a_mutant_of_every_requirement_is_killed(requirement):
    found = [mutant for mutant in mutants().values() if mutant.breaks == requirement]
    for mutant in found:
        checks = [check for check in CHEAP if requirement in check.requirements]
        if mutant.name == "weight_of_whole_tiles":  # which takes the larger sizes
            checks = [check for check in CHECKS if check.name.endswith("test_tails_of_tiles")]
        assert any(meet(mutant, check, QUICK, 0).killed for check in checks), mutant.name


def test_the_reference_passes():
    right = Mutant("right", "", "", "", load(target("reference-correlate")))
    for check in CHEAP[::3]:
        assert not meet(right, check, QUICK, 1).killed, check.name
