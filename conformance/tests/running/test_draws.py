"""What a check draws before anybody is asked is what it asks."""

from __future__ import annotations

from itertools import islice
from typing import Any

import hypothesis
import pytest
from hypothesis import configuration, core, given, is_hypothesis_test, register_random
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers

from conv2d_conformance.cases.case import Case
from conv2d_conformance.checks import Check, catalogue
from conv2d_conformance.contract.answers import Answer, Request
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS, Effort
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.implementation.target import load, parse
from conv2d_conformance.running.connected import draw_beforehand
from conv2d_conformance.running.draws import Draws
from conv2d_conformance.running.hypothesis_draws import drawing
from conv2d_conformance.running.options import Options
from conv2d_conformance.verdict.examination import Examination
from conv2d_conformance.verdict.question import Question

QUICK = EFFORTS["quick"]
SOME = [check for check in catalogue().values() if is_hypothesis_test(check.function)][::12]


class Listening:
    """Stands for an implementation under test, and notes what it is asked."""

    def __init__(self, effort: Effort = QUICK, seed: int = 7) -> None:
        self.effort, self.seed = effort, seed
        self.asked: list[tuple[Any, ...]] = []

    def in_turn(self, drawn: list[Any]) -> list[Any]:
        return drawn

    def __getattr__(self, name: str) -> Any:
        return lambda *cases: self.asked.append((name, *cases))


def asked(draws: Draws, function: Any) -> list[tuple[Any, ...]]:
    listening: Any = Listening()
    with drawing(function, QUICK, 7):
        draws.run(function, listening)
    return list(listening.asked)


@pytest.mark.parametrize("check", SOME, ids=lambda check: check.name)
@pytest.mark.parametrize("keeps", [False, True], ids=["a run", "runs that share"])
def test_what_is_drawn_beforehand_is_what_is_asked(check: Check, keeps: bool) -> None:
    wanted = asked(Draws(keeps=False), check.function)
    draws = Draws(keeps=keeps)
    draws.draw(check.function, QUICK, 7)
    assert wanted
    assert asked(draws, check.function) == wanted
    assert asked(draws, check.function) == wanted


def test_drawing_beforehand_may_be_left_after_any_check_with_hypothesis_as_it_was() -> None:
    owners: tuple[object, ...] = (configuration, core, providers)
    before = [dict(vars(owner)) for owner in owners]
    drawn = draw_beforehand(
        Options(target="reference-correlate", profile="forward", effort="quick"), Draws(keeps=False)
    )
    for _ in islice(drawn, 3):
        assert [dict(vars(owner)) for owner in owners] == before


class Generator:
    """Stands for a random generator of the process, and counts how often it is seeded."""

    def __init__(self) -> None:
        self.seeded = 0

    def seed(self, number: int) -> None:  # noqa: ARG002  # as Hypothesis calls it
        self.seeded += 1

    def getstate(self) -> None: ...

    def setstate(self, state: None) -> None: ...


def test_where_nobody_is_asked_no_generator_is_seeded() -> None:
    function, (generator,) = SOME[0].function, (held := [Generator()])
    register_random(held[0])  # of which Hypothesis holds no reference
    Draws(keeps=False).draw(function, QUICK, 7)
    assert generator.seeded == 0
    calls = asked(Draws(keeps=False), function)
    assert generator.seeded >= len(calls) > 0, f"Hypothesis {hypothesis.__version__} seeds generators in another way"


def test_the_next_of_what_was_drawn_is_prepared_until_an_answer_comes() -> None:
    prepared: list[Case] = []
    asked_of: list[int] = []

    def prepare(case: Case, claims: Capabilities) -> Question:
        prepared.append(case)
        return Question(case, claims)

    class Working(InProcess):
        def ask(self, request: Request) -> Answer:
            assert request.meanwhile is not None
            request.meanwhile()
            asked_of.append(len(prepared))
            return super().ask(request)

    check = catalogue()["test_values::test_definition"]
    draws = Draws(keeps=False)
    draws.draw(check.function, QUICK, 7)
    found = Examination(Working(load(parse("reference-correlate"))), QUICK, seed=7, prepare=prepare)
    with drawing(check.function, QUICK, 7):
        draws.run(check.function, found)
    calls = len(asked_of)
    assert calls > 20
    assert asked_of == [*range(2, calls + 1), calls]
    assert found.tally.asked == calls


def test_of_another_seed_or_effort_nothing_is_drawn_beforehand() -> None:
    (check, *_) = SOME
    draws = Draws(keeps=False)
    draws.draw(check.function, QUICK, 8)
    assert asked(draws, check.function) == asked(Draws(keeps=False), check.function)


@pytest.mark.parametrize(("effort", "is_drawn"), [("quick", True), ("standard", True), ("thorough", False)])
def test_what_takes_long_is_drawn_when_it_is_asked(effort: str, is_drawn: bool) -> None:
    seen: list[int] = []

    @given(number=st.integers().map(lambda number: seen.append(number) or number))  # type: ignore[func-returns-value]  # None
    def check(iut: object, number: int) -> None:
        raise AssertionError(f"{iut} is asked for {number}")

    Draws(keeps=False).draw(check, EFFORTS[effort], 0)
    assert bool(seen) == is_drawn


def test_a_check_that_does_not_draw_is_not_run_beforehand() -> None:
    def check(iut: object) -> None:
        raise AssertionError(f"{iut} is asked")

    Draws(keeps=False).draw(check, QUICK, 0)
