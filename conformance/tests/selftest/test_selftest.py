"""Every mutant is killed, every check kills one, and the self-test notices where that is not so."""

import pytest

from conv2d_conformance.checks import Check, catalogue
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import Mutant, breaks
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.selftest import kills
from conv2d_conformance.selftest.distinct import alike, part_by_case
from conv2d_conformance.selftest.kills import Encounter, Summary
from conv2d_conformance.selftest.markdown import matrix_page

QUICK = EFFORTS["quick"]


def test_all_mutants_are_killed_and_distinct_and_no_check_can_be_removed_unnoticed() -> None:
    names, checks = list(mutants()), catalogue()
    found = kills.run(effort="quick", workers=1, names=names)
    summary = Summary.of(found, names)
    assert (summary.survivors, summary.idle, summary.replaceable) == ((), (), ())
    assert {encounter.check for encounter in found} == set(checks)
    for check in checks:
        without = Summary.of([encounter for encounter in found if encounter.check != check], names)
        assert not without.is_good, f"nobody would notice that {check} is gone"
    assert alike(found) == []


def encounter(mutant: str, check: str, killed: bool) -> Encounter:
    return Encounter(mutant, "bias.added", check, killed, cases=1, seconds=0.1, case="")


def test_a_survivor_and_an_idle_check_are_named() -> None:
    found = [encounter("a", "one", True), encounter("a", "two", False), encounter("b", "one", False)]
    summary = Summary.of(found, ["a", "b"])
    assert (summary.survivors, summary.idle, summary.replaceable) == (("b",), ("two",), ())
    assert not summary.is_good
    assert summary.sentence.startswith("1 of 2 mutants killed (50 %), in 0.10 s in the median")
    assert Summary.of([encounter("a", "one", True)], ["a"]).is_good
    assert not Summary.of([], []).is_good


def test_a_mutant_that_meets_no_check_survives() -> None:
    summary = Summary.of([encounter("a", "one", True)], ["a", "b"])
    assert summary.survivors == ("b",)
    assert not summary.kills_all


def test_a_check_without_a_mutant_of_its_own_can_be_replaced() -> None:
    found = [encounter("a", "one", True), encounter("a", "two", True), encounter("b", "one", True)]
    summary = Summary.of(found, ["a", "b"])
    assert summary.replaceable == ("two",)
    assert summary.kills_all
    assert not summary.is_good


def test_the_matrix_tells_the_checks_of_the_requirement_from_others() -> None:
    met = kills.encounters("bias_dropped", "quick", 0, matrix=True)
    assert {found.check for found in met} > {"test_bias::test_added", "test_values::test_definition"}
    assert not any("gradients" in found.check for found in met)
    page = matrix_page(met, {"bias_dropped": mutants()["bias_dropped"]}, "quick")
    assert "\n1 of 1 mutants killed (100 %)" in page
    (row,) = [line for line in page.splitlines() if line.startswith("| bias_dropped ")]
    assert row.startswith("| bias_dropped | bias.added |  | 1 | added, added_once_for_any_number_of_channels | ")
    killers = [found.check for found in met if found.killed]
    assert len(killers) > 20
    assert f" | {len(killers)} | " in row
    count = sum(check.startswith("test_groups::") for check in killers)
    assert f", groups {count}, " in row
    assert f"| test_bias::test_added | 1 | 0 | {killers.count('test_bias::test_added')} |" in page


def test_mutants_are_parted_by_what_they_answer() -> None:
    adapters = {"a": right_after_all().adapter, "b": right_after_all().adapter, "c": mutants()["bias_dropped"].adapter}
    asked = {name: InProcess(adapter) for name, adapter in adapters.items()}
    assert part_by_case(["a", "b", "c"], "n1c1h3w3 m1k2 bias", asked) == [["a", "b"], ["c"]]
    assert part_by_case(["a", "b", "c"], "n1c1h3w3 m1k2", asked) == [["a", "b", "c"]]
    assert part_by_case(["a", "b"], "init c1m1k2 seed:1", asked) == [["a", "b"]]


def right_after_all() -> Mutant:
    """A mutant that is none."""

    def answer(call: Call) -> object:
        return call.right()

    return breaks("bias.added")(answer)


@pytest.mark.parametrize("name", ["test_bias::test_added", "test_stride::test_steps"])
def test_a_right_implementation_survives(name: str) -> None:
    check: Check = catalogue()[name]
    found = kills.meet(right_after_all(), check, QUICK, 0)
    assert (found.killed, found.case) == (False, "")
    assert found.cases > 20


def test_the_same_seed_gives_the_same_encounter_and_another_seed_other_cases() -> None:
    name = "bias_dropped"
    first, again, other = (kills.encounters(name, "quick", seed) for seed in (1, 1, 2))
    assert [found.case for found in first] == [found.case for found in again]
    assert [found.cases for found in first] == [found.cases for found in again]
    assert all(found.killed for found in (*first, *other))
