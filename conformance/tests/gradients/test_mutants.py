"""Every requirement of this chapter has a check and a mutant, and the reference passes its checks."""

from conv2d_conformance.checks import catalogue
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.target import load
from conv2d_conformance.implementation.target import parse as target
from conv2d_conformance.mutants import Mutant
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.selftest.kills import meet
from conv2d_conformance.spec import load as spec

CHAPTER = [name for name in spec().requirements if name.startswith("gradients.")]
CHECKS = [check for check in catalogue().values() if check.name.startswith("test_gradients")]
QUICK = EFFORTS["quick"]
CHEAP = [check for check in CHECKS if not {"layers", "tails"} & set(check.name.partition("::")[2].split("_"))]


def test_every_requirement_has_a_check_and_a_mutant() -> None:
    checked = {requirement for check in CHECKS for requirement in check.requirements}
    broken = {mutant.breaks for mutant in mutants().values()}
    assert set(CHAPTER) == checked
    assert set(CHAPTER) <= broken


def test_the_reference_passes() -> None:
    right = Mutant("right", "", "", "", load(target("reference-correlate")))
    for check in CHEAP[::3]:
        assert not meet(right, check, QUICK, 1).killed, check.name
