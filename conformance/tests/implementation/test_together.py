"""Two calls at once: in a process of its own, and in this one."""

# ruff: noqa: ARG001  (the calls take what every conv2d takes)

import threading
from dataclasses import replace

import numpy as np
import pytest

from conv2d_conformance import Adapter
from conv2d_conformance.contract.answers import Broken, Rejected, Result
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.implementation.together import ROUNDS


def both(request_for, one=1.0, other=2.0):
    return replace(request_for(one), beside=request_for(other))


def answered(conv2d, request):
    return InProcess(Adapter(name="x", version="1", conv2d=conv2d)).ask(request)


def alone():
    return threading.current_thread() is threading.main_thread()


def test_a_worker_answers_both(worker, request_for):
    answer = worker("echoes_the_input").ask(both(request_for))
    assert [array.flat[0] for array in answer.arrays] == [1, 2]
    assert answer.observed == ()


def test_after_two_calls_a_worker_answers_single_ones(worker, request_for):
    worker = worker("echoes_the_input")
    worker.ask(both(request_for))
    assert [array.flat[0] for array in worker.ask(request_for(3)).arrays] == [3]


def test_each_is_made_alone_first_and_then_they_are_made_at_once(request_for):
    calls, at_once, meeting = [], [], threading.Barrier(2, timeout=10)

    def conv2d(input, weight, bias=None):
        calls.append((alone(), float(input.flat[0])))
        if not alone():
            at_once.append(meeting.wait())  # which ends only because the other call is being made
        return input.copy()

    assert isinstance(answered(conv2d, both(request_for)), Result)
    assert calls[:2] == [(True, 1.0), (True, 2.0)]
    assert sorted(at_once) == [0] * ROUNDS + [1] * ROUNDS


def test_one_answer_that_is_not_the_one_alone_is_the_answer(request_for):
    """Of both calls, in whichever round."""
    rounds = {1.0: 0, 2.0: 0}

    def conv2d(input, weight, bias=None):
        if alone():
            return input.copy()
        value = float(input.flat[0])
        rounds[value] += 1
        return input + (rounds[value] == {1.0: ROUNDS, 2.0: 3}[value])

    answer = answered(conv2d, both(request_for))
    assert [array.flat[0] for array in answer.arrays] == [2, 3]


def test_the_results_are_looked_at_when_both_calls_have_ended(request_for):
    """A result in memory that all threads share has been overwritten by then."""
    shared = np.zeros((1, 1, 2, 2), np.float32)
    order, turn = threading.Barrier(2, timeout=10), threading.Lock()

    def conv2d(input, weight, bias=None):
        if not alone():
            order.wait()
        with turn:
            shared[...] = input
        return shared

    answer = answered(conv2d, both(request_for))
    assert [array.flat[0] for array in answer.arrays] != [1, 2]  # whichever call was the last one in each round


def test_who_refuses_when_not_alone_has_refused(request_for):
    def conv2d(input, weight, bias=None):
        if not alone() and input.flat[0] == 2:
            raise RuntimeError("not re-entrant")
        return input.copy()

    assert answered(conv2d, both(request_for)) == Rejected("RuntimeError", "not re-entrant")


@pytest.mark.parametrize(("error", "kind"), [(MemoryError(), "memory"), (SystemExit(), "exit"), (None, "not-an-array")])
def test_no_answer_of_one_is_no_answer(request_for, error, kind):
    def conv2d(input, weight, bias=None):
        if not alone() and input.flat[0] == 1:
            if error is not None:
                raise error
            return None
        return input.copy()

    answer = answered(conv2d, both(request_for))
    assert isinstance(answer, Broken)
    assert answer.kind == kind


def test_what_a_call_writes_into_the_arrays_of_the_other_is_seen(request_for):
    arrays = []

    def conv2d(input, weight, bias=None):
        arrays.append(input)
        if not alone() and input.flat[0] == 1:
            arrays[1][0, 0, 0, 1] = 9
        return np.zeros((1, 1, 2, 2), np.float32)

    (seen,) = answered(conv2d, both(request_for)).observed
    assert (seen.kind, seen.sentence) == ("input-changed", "the call changed its input, first at index (0, 0, 0, 1)")
