"""What is planned: every requirement of the chapter, within the claims, and with one alarm in a billion runs."""

from dataclasses import replace
from typing import Any

import pytest

from conv2d_conformance import spec
from conv2d_conformance.cases.layer_case import LARGEST_SEED, format_case, parse
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.initialisation.ideal import adapter
from conv2d_conformance.initialisation.layer_question import draw
from conv2d_conformance.initialisation.plan import FALSE_ALARMS, PLAN, STAGES, alpha_of, replay_of, trials

EVERYTHING = replace(adapter.capabilities, torch_seed_stream=True)
LEAST = Capabilities(bias=False, groups=False, multi_channel=False)


def lines(name: str, claims: Capabilities = EVERYTHING, **options: Any) -> list[str]:
    return [format_case(trial.case) for trial in trials(name, claims, **options)]


def test_every_requirement_of_the_chapter_is_planned() -> None:
    assert {f"initialisation.{name}" for name in PLAN} == set(spec.load().chapters["initialisation"])


def test_all_tests_of_the_largest_certificate_raise_one_alarm_in_a_billion() -> None:
    """The sum over all tests of the probability that each may raise a false alarm with."""
    implementation = InProcess(adapter)
    total = 0.0
    for name in PLAN:
        if name != "torch-seed-stream":  # which compares bits, and is not claimed here
            for trial in trials(name, adapter.capabilities, effort="thorough"):
                total += trial.alpha * len(draw(trial, implementation).findings)
    assert 0.2 * FALSE_ALARMS < total <= FALSE_ALARMS


def test_a_stage_may_use_half_of_what_the_stage_before_it_may() -> None:
    assert [alpha_of(stage + 1) / alpha_of(stage) for stage in range(STAGES - 1)] == [0.5, 0.5]


@pytest.mark.parametrize("name", PLAN)
def test_the_run_decides_the_seeds_and_nothing_else_does(name: str) -> None:
    assert lines(name, seed=1) == lines(name, seed=1)
    if not PLAN[name].absolute:
        assert set(lines(name, seed=1)).isdisjoint(lines(name, seed=2))
    for line in lines(name, seed=3):
        assert format_case(parse(line)) == line
        assert max(parse(line).seeds) <= LARGEST_SEED


def test_questions_of_a_certificate_are_about_different_layers() -> None:
    asked = [line for name, entry in PLAN.items() if not entry.absolute for line in lines(name)]
    assert len(set(asked)) == len(asked)


def test_quick_ends_at_the_second_stage() -> None:
    stages = {effort: {t.stage for t in trials("weight-uniform", EVERYTHING, effort=effort)} for effort in EFFORTS}
    assert stages == {"quick": {0, 1}, "standard": {0, 1, 2}, "thorough": {0, 1, 2}}


@pytest.mark.parametrize("name", PLAN)
def test_nothing_is_asked_that_is_not_claimed(name: str) -> None:
    if not spec.get(f"initialisation.{name}").features <= LEAST.features | {"arguments.scalar"}:
        return  # the check does not run
    for trial in trials(name, LEAST):
        case = trial.case
        assert (case.C, case.groups, case.bias, case.dtype) == (1, 1, False, "float32")


def test_every_claimed_dtype_is_sampled() -> None:
    assert {trial.case.dtype for trial in trials("weight-uniform", EVERYTHING)} == set(DTYPES)


@pytest.mark.parametrize("name", [name for name in PLAN if name != "torch-seed-stream"])
def test_a_line_is_replayed_with_all_tests_that_it_admits(name: str) -> None:
    implementation = InProcess(adapter)
    claims = replace(adapter.capabilities, dtypes=frozenset({"float32"}))
    for trial in trials(name, claims, effort="quick"):
        again = draw(replay_of(parse(format_case(trial.case))), implementation)
        assert again.fault is None
        assert again.alarm is None
