"""Two calls at once: in a process of its own, and in this one."""

# ruff: noqa: ARG001  (the calls take what every conv2d takes)

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance import Adapter
from conv2d_conformance.contract.answers import Answer, Broken, Rejected, Request, Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.implementation.concurrent_calls import ROUNDS
from conv2d_conformance.implementation.host import Worker
from conv2d_conformance.implementation.inprocess import InProcess


def result(answer: Answer) -> Result:
    assert isinstance(answer, Result)
    return answer


def told(answer: Answer) -> Result | Rejected:
    assert not isinstance(answer, Broken)
    return answer


def first_elements(answer: Answer) -> list[float]:
    return [array.flat[0] for array in result(answer).arrays if array is not None]


def both(request_for: Callable[..., Request], one: float = 1.0, other: float = 2.0) -> Request:
    return replace(request_for(one), beside=request_for(other))


def answered(conv2d: Callable[..., Any], request: Request) -> Answer:
    return InProcess(Adapter(name="x", version="1", conv2d=conv2d)).ask(request)


def alone() -> bool:
    return threading.current_thread() is threading.main_thread()


def test_a_worker_answers_both(worker: Callable[..., Worker], request_for: Callable[..., Request]) -> None:
    answer = worker("echoes_the_input").ask(both(request_for))
    assert first_elements(answer) == [1, 2]
    assert told(answer).observed == ()


def test_after_two_calls_a_worker_answers_single_ones(
    worker: Callable[..., Worker], request_for: Callable[..., Request]
) -> None:
    asked = worker("echoes_the_input")
    asked.ask(both(request_for))
    assert first_elements(asked.ask(request_for(3))) == [3]


def test_each_is_made_alone_first_and_then_they_are_made_at_once(request_for: Callable[..., Request]) -> None:
    calls, at_once, meeting = [], [], threading.Barrier(2, timeout=10)

    def conv2d(input: Array, weight: Array, bias: Array | None = None) -> Array:
        calls.append((alone(), float(input.flat[0])))
        if not alone():
            at_once.append(meeting.wait())  # which ends only because the other call is being made
        return input.copy()

    assert isinstance(answered(conv2d, both(request_for)), Result)
    assert calls[:2] == [(True, 1.0), (True, 2.0)]
    assert sorted(at_once) == [0] * ROUNDS + [1] * ROUNDS


def test_one_answer_that_is_not_the_one_alone_is_the_answer(request_for: Callable[..., Request]) -> None:
    """Of both calls, in whichever round."""
    rounds = {1.0: 0, 2.0: 0}

    def conv2d(input: Array, weight: Array, bias: Array | None = None) -> Array:
        if alone():
            return input.copy()
        value = float(input.flat[0])
        rounds[value] += 1
        return input + (rounds[value] == {1.0: ROUNDS, 2.0: 3}[value])

    answer = answered(conv2d, both(request_for))
    assert first_elements(answer) == [2, 3]


def test_the_results_are_looked_at_when_both_calls_have_ended(request_for: Callable[..., Request]) -> None:
    """A result in memory that all threads share has been overwritten by then."""
    shared = np.zeros((1, 1, 2, 2), np.float32)
    order, turn = threading.Barrier(2, timeout=10), threading.Lock()

    def conv2d(input: Array, weight: Array, bias: Array | None = None) -> Array:
        if not alone():
            order.wait()
        with turn:
            shared[...] = input
        return shared

    answer = answered(conv2d, both(request_for))
    assert first_elements(answer) != [1, 2]  # whichever call was the last one in each round


def test_who_refuses_when_not_alone_has_refused(request_for: Callable[..., Request]) -> None:
    def conv2d(input: Array, weight: Array, bias: Array | None = None) -> Array:
        if not alone() and input.flat[0] == 2:
            raise RuntimeError("not re-entrant")
        return input.copy()

    assert answered(conv2d, both(request_for)) == Rejected("RuntimeError", "not re-entrant")


@pytest.mark.parametrize(("error", "kind"), [(MemoryError(), "memory"), (SystemExit(), "exit"), (None, "not-an-array")])
def test_no_answer_of_one_is_no_answer(
    request_for: Callable[..., Request], error: BaseException | None, kind: str
) -> None:
    def conv2d(input: Array, weight: Array, bias: Array | None = None) -> Array | None:
        if not alone() and input.flat[0] == 1:
            if error is not None:
                raise error
            return None
        return input.copy()

    answer = answered(conv2d, both(request_for))
    assert isinstance(answer, Broken)
    assert answer.kind == kind


def test_what_a_call_writes_into_the_arrays_of_the_other_is_seen(request_for: Callable[..., Request]) -> None:
    arrays = []

    def conv2d(input: Array, weight: Array, bias: Array | None = None) -> Array:
        arrays.append(input)
        if not alone() and input.flat[0] == 1:
            arrays[1][0, 0, 0, 1] = 9
        return np.zeros((1, 1, 2, 2), np.float32)

    (seen,) = told(answered(conv2d, both(request_for))).observed
    assert (seen.kind, seen.sentence) == ("input-changed", "the call changed its input, first at index (0, 0, 0, 1)")
