"""What comes next is prepared while an answer is awaited, and is asked as if it were not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.cases.illegal_calls import illegal_calls
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Answer, Request
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.verdict.ahead import Ahead
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.tally import recorded

LINES = tuple(f"n1c2h{size}w{size + 1} m2k2 integers:{size}" for size in range(2, 8))
KIND = "out-channels-divisible"


class Drawing:
    """Some numbers, with a note of those that were drawn, and an error at the end if there is to be one."""

    def __init__(self, count: int, error: Exception | None = None) -> None:
        self.count, self.error = count, error
        self.drawn: list[int] = []

    def __iter__(self) -> Iterator[int]:
        for number in range(self.count):
            self.drawn.append(number)
            yield number
        if self.error is not None:
            raise self.error


def test_the_items_come_in_their_order_however_often_one_looks() -> None:
    prepared: list[int] = []
    source = Drawing(4)
    ahead = Ahead(source, prepared.append)
    ahead.look()
    assert (source.drawn, prepared) == ([], [])
    assert next(ahead) == 0
    assert (source.drawn, prepared) == ([0, 1], [])
    assert next(ahead) == 1
    for _ in range(2):
        ahead.look()
    assert (source.drawn, prepared) == ([0, 1, 2], [2])
    assert [*ahead] == [2, 3]
    ahead.look()
    assert ([*ahead], prepared) == ([], [2])


def test_an_error_in_drawing_is_raised_at_its_turn() -> None:
    prepared: list[int] = []
    ahead = Ahead(Drawing(1, ValueError("no more")), prepared.append)
    assert next(ahead) == 0
    ahead.look()
    for _ in range(2):
        with pytest.raises(ValueError, match="no more"):
            next(ahead)
    assert prepared == []


class Watched(InProcess):
    """Notes what was prepared before each answer, and lets the harness work until then, or does not."""

    def __init__(self, adapter: Adapter, *, works: bool) -> None:
        super().__init__(adapter)
        self.works = works
        self.prepared: list[str] = []
        self.asked: list[str] = []
        self.before: list[tuple[str, ...]] = []

    def ask(self, request: Request) -> Answer:
        if self.works and request.meanwhile is not None:
            request.meanwhile()
        self.asked.append(request.line)
        self.before.append(tuple(self.prepared))
        return super().ask(request)

    def prepare(self, case: Case, claims: Capabilities) -> Question:
        self.prepared.append(format_case(case))
        return Question(case, claims)


def right(*arrays: Any, **arguments: Any) -> Any:
    return Call(*arrays, **arguments).right()


def wrong_in_large_ones(*arrays: Any, **arguments: Any) -> Any:
    call = Call(*arrays, **arguments)
    return call.right() + (call.input.shape[2] >= 5)


def examination(conv2d: Callable[..., Any], *, works: bool) -> tuple[Watched, Examination]:
    claims = Capabilities(dtypes={"float32"}, validation=True)
    watched = Watched(Adapter(name="tested", version="1", conv2d=conv2d, capabilities=claims), works=works)
    return watched, Examination(watched, EFFORTS["quick"], simplifier=None, prepare=watched.prepare)


def in_order(examined: Examination) -> None:
    examined.judge_all([parse(line) for line in LINES])


def in_sequence(examined: Examination) -> None:
    examined.judge_in_sequence([parse(line) for line in LINES])


def illegal(examined: Examination) -> None:
    examined.judge_illegal(illegal_calls(KIND, EFFORTS["quick"].tiles))


@pytest.mark.parametrize("check", [in_order, in_sequence, illegal])
@pytest.mark.parametrize("conv2d", [right, wrong_in_large_ones])
def test_the_same_is_asked_with_the_same_end_as_without_looking_ahead(
    check: Callable[[Examination], None], conv2d: Callable[..., Any]
) -> None:
    found = []
    for works in (False, True):
        watched, examined = examination(conv2d, works=works)
        failure = None
        try:
            check(examined)
        except Nonconforming as error:
            failure = error.failure
        found.append((watched.asked, failure, recorded("the check", examined.tally)))
        assert len(watched.asked) > 3
    assert found[0] == found[1]


@pytest.mark.parametrize("check", [in_order, in_sequence, illegal])
def test_a_question_is_prepared_before_the_answer_to_the_one_before_comes(check: Callable[[Examination], None]) -> None:
    watched, examined = examination(right, works=True)
    check(examined)
    for before, following in zip(watched.before, watched.asked[1:], strict=False):
        assert following in before
    assert {*watched.prepared} == {*watched.asked}


def test_of_what_is_in_excess_of_the_first_failure_nothing_is_asked_or_counted() -> None:
    watched, examined = examination(wrong_in_large_ones, works=True)
    with pytest.raises(Nonconforming) as raised:
        in_order(examined)
    failing = format_case(parse(LINES[3]))
    assert raised.value.failure.case == watched.asked[-1] == failing
    assert (examined.tally.asked, len(watched.prepared)) == (3, 5)
