"""What is drawn depends on the seed alone, and Hypothesis is left as it was."""

from __future__ import annotations

import contextlib
import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, configuration
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from conv2d_conformance.checks import catalogue
from conv2d_conformance.effort import Effort
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.running import hypothesis_draws as private
from conv2d_conformance.running.examine import examine
from conv2d_conformance.running.hypothesis_draws import drawing, settings_of
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.run import run
from conv2d_conformance.typed_json import known

CONSTANT = 7_393_913
MANY, EFFORT = (Effort("any", drawn=number, multiply_adds=0, tiles=1) for number in (500, 50))

DECIDES_NO_CASE = {"verbosity", "stateful_step_count"}
"""Settings that are left to the caller: what is printed, and what a state machine does."""


def made() -> tuple[Callable[[], None], list[int]]:
    """A test that notes what it draws, with a constant of another module in reach."""
    found: list[int] = []

    @hypothesis.given(st.integers(7_000_000, 8_000_000))  # where Hypothesis has no constant of its own
    def take(number: int) -> None:
        found.append(number)

    return take, found


def drawn(seed: int, effort: Effort = EFFORT) -> list[int]:
    take, found = made()
    with drawing(take, effort, seed):
        take()
    return found


@pytest.fixture
def own_profile() -> Iterator[hypothesis.settings]:
    """The caller's own profile, which has another value for everything."""
    usual = hypothesis.settings.get_current_profile_name()
    hypothesis.settings.register_profile(
        "own",
        max_examples=3,
        derandomize=True,
        verbosity=hypothesis.Verbosity.quiet,
        phases=(Phase.generate, Phase.shrink),
        stateful_step_count=7,
        report_multiple_bugs=True,
        suppress_health_check=(HealthCheck.too_slow,),
        deadline=12_345,
        print_blob=True,
        backend="hypothesis-urandom",
    )
    hypothesis.settings.load_profile("own")
    yield hypothesis.settings.get_profile("own")
    hypothesis.settings.load_profile(usual)
    del hypothesis.settings._profiles["own"]


@pytest.fixture
def module_with_a_constant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "somebodys_module.py").write_text(f"BLOCK = {CONSTANT}\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("somebodys_module")


# ---- what is drawn


@pytest.mark.usefixtures("module_with_a_constant")
def test_no_number_comes_from_the_source_of_a_module() -> None:
    take, usual = made()
    hypothesis.seed(0)(hypothesis.settings(max_examples=500, database=None)(take))()
    assert CONSTANT in usual, "Hypothesis as it is would draw it"
    assert CONSTANT not in drawn(0, MANY), f"Hypothesis {hypothesis.__version__} looks for constants in another way"
    again, found = made()
    hypothesis.seed(0)(hypothesis.settings(max_examples=500, database=None)(again))()
    assert found == usual


def test_a_seed_decides_what_is_drawn() -> None:
    first, other, again = drawn(1), drawn(2), drawn(1)
    assert first == again, f"Hypothesis {hypothesis.__version__} takes the seed from elsewhere"
    assert first != other


def test_the_effort_decides_how_much_is_drawn() -> None:
    number = len(drawn(1, Effort("few", drawn=17, multiply_adds=0, tiles=1)))
    assert number == 17, f"Hypothesis {hypothesis.__version__} takes the settings from elsewhere"


def test_the_callers_profile_decides_nothing(request: pytest.FixtureRequest) -> None:
    usual = drawn(3)
    request.getfixturevalue("own_profile")
    assert drawn(3) == usual


def test_every_setting_that_could_decide_is_decided(request: pytest.FixtureRequest) -> None:
    names = set(inspect.signature(hypothesis.settings).parameters) - {"parent"} - DECIDES_NO_CASE
    usual = {name: getattr(settings_of(EFFORT), name) for name in names}
    own = request.getfixturevalue("own_profile")
    same = {name for name in names if getattr(own, name) == usual[name]} - {
        "database"
    }  # none, for what is derandomised
    assert same == set(), f"Hypothesis {hypothesis.__version__} has settings that this test does not know"
    assert {name: getattr(settings_of(EFFORT), name) for name in names} == usual


def test_what_fails_is_not_made_simpler_by_hypothesis() -> None:
    tried: list[int] = []

    @hypothesis.given(st.integers(1000, 9999))
    def fail(number: int) -> None:
        tried.append(number)
        assert number == 1000  # the simplest, which is drawn first

    with drawing(fail, EFFORT, 0), pytest.raises(AssertionError):
        fail()
    assert len(set(tried)) == 2


# ---- what it leaves


def state(function: Any) -> list[Any]:
    """All of Hypothesis that a run could leave changed."""
    cached = providers.CONSTANTS_CACHE
    return [
        hypothesis.settings.get_current_profile_name(),
        hypothesis.settings.default,
        dict(hypothesis.settings._profiles),
        vars(configuration)[private.HOME],
        vars(providers)[private.CONSTANTS],
        (id(cached), dict(cached.cache)),
        [vars(function).get(name) for name in (private.SETTINGS, private.SEED)],
    ]


class Broken(Exception):
    """Of a test that ends by an error."""


@pytest.mark.parametrize("error", [None, Broken, KeyboardInterrupt])
def test_the_callers_hypothesis_is_as_before(
    error: type[BaseException] | None, own_profile: hypothesis.settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(configuration, private.HOME, tmp_path)  # where a user keeps the examples of his own tests
    take, _ = made()
    take()
    before, inside = state(take), []

    def work() -> None:
        with drawing(take, EFFORT, 0):
            take()
            inside.append(vars(configuration)[private.HOME])
            if error is not None:
                raise error

    with contextlib.nullcontext() if error is None else pytest.raises(error):
        work()
    assert state(take) == before
    assert hypothesis.settings.default is own_profile
    assert configuration.storage_directory("examples", intent_to_write=False) != inside[0]
    assert tmp_path not in (inside[0], *inside[0].parents)
    assert not inside[0].exists()


def test_an_examination_leaves_hypothesis_as_before(request: pytest.FixtureRequest) -> None:
    check = catalogue()["test_bias::test_added"]
    request.getfixturevalue("own_profile")
    before = state(check.function)
    implementation = InProcess(mutants()["bias_dropped"].adapter)
    assert examine(check, implementation, Effort("few", 5, 1000, 64), 0, simplifier=None).tally.outcome == "fail"
    assert state(check.function) == before


def test_a_run_leaves_hypothesis_as_before(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    check = catalogue()["test_bias::test_absent"]
    request.getfixturevalue("own_profile")
    before = state(check.function)
    options = Options(
        target="reference-correlate", effort="quick", only="bias.absent", isolation="none", output=tmp_path / "out.json"
    )
    assert known(run(options).checks, {})[check.name].asked > 3  # as many as the caller's profile draws
    assert state(check.function) == before


def test_what_draws_nothing_touches_nothing() -> None:
    def plain() -> None:
        """A check of fixed cases."""

    before = state(plain)
    with drawing(plain, EFFORT, 0):
        assert state(plain) == before
