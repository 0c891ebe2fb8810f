"""Every mutant is killed, every check kills one, and the self-test notices where that is not so."""

from types import ModuleType

import pytest

from conv2d_conformance import selftest
from conv2d_conformance.checks import Check, catalogue
from conv2d_conformance.drawing import use_settings
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.mutants import Mutant, breaks, channels, geometry, validation
from conv2d_conformance.mutants.call import Call
from conv2d_conformance.selftest import Encounter, Summary

QUICK = EFFORTS["quick"]


def test_the_mutants_of_geometry_channels_and_validation_are_killed() -> None:
    # All of them take minutes: that is `tox -e selftest`.
    chosen = [name for module in (channels, geometry, validation) for name in _names(module)]
    summary = Summary.of(selftest.run(effort="quick", workers=2, names=chosen))
    assert summary.mutants == len(chosen) > 90
    assert summary.survivors == ()


def _names(module: ModuleType) -> list[str]:
    return [value.name for value in vars(module).values() if isinstance(value, Mutant)]


def encounter(mutant: str, check: str, killed: bool) -> Encounter:
    return Encounter(mutant, "bias.added", check, killed, cases=1, seconds=0.1, case="")


def test_a_survivor_and_an_idle_check_are_named() -> None:
    summary = Summary.of([encounter("a", "one", True), encounter("a", "two", False), encounter("b", "one", False)])
    assert summary.survivors == ("b",)
    assert summary.idle_checks == ("two",)
    assert not summary.is_good
    assert summary.sentence == "1 of 2 mutants killed (50 %)"
    assert Summary.of([encounter("a", "one", True)]).is_good
    assert not Summary.of([]).is_good


def right_after_all() -> Mutant:
    """A mutant that is none."""

    def answer(call: Call) -> object:
        return call.right()

    return breaks("bias.added")(answer)


@pytest.mark.parametrize("name", ["test_bias::test_added", "test_stride::test_steps"])
def test_a_right_implementation_survives(name: str) -> None:
    check: Check = catalogue()[name]
    remove_files = use_settings(QUICK)
    found = selftest.meet(right_after_all(), check, QUICK, 0)
    remove_files()
    assert (found.killed, found.case) == (False, "")
    assert found.cases > 20


def test_the_same_seed_gives_the_same_encounter_and_another_seed_other_cases() -> None:
    name = "bias_dropped"
    first, again, other = (selftest.encounters(name, "quick", seed) for seed in (1, 1, 2))
    assert [found.case for found in first] == [found.case for found in again]
    assert [found.cases for found in first] == [found.cases for found in again]
    assert all(found.killed for found in (*first, *other))
