"""What a call changes in the state of its process is seen, and put back."""

import os
import platform
import random
import sys
import warnings

import numpy as np
import pytest

from conv2d_conformance.contract.answers import Observation, Request
from conv2d_conformance.implementation.host import connect

CHANGED = {
    "seeds_the_generator_of_numpy": "the random generator of NumPy",
    "replaces_the_generator_of_numpy": "the random generator of NumPy",
    "draws_from_the_generator_of_python_and_raises": "the random generator of Python",
    "makes_floating_point_errors_exceptions": "how NumPy handles floating-point errors",
    "goes_to_another_folder": "the working directory",
    "changes_an_environment_variable": "the environment variables",
    "deletes_an_environment_variable": "the environment variables",
    "silences_all_warnings": "what becomes of warnings",
    "makes_all_warnings_exceptions": "what becomes of warnings",
    "forgets_the_filters_of_warnings": "what becomes of warnings",
}


def seen_of(name):
    return (Observation("state-changed", f"the call changed {CHANGED[name]}"),)


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_is_seen_in_every_call(worker, request_for, name):
    changing = worker(name)
    assert [changing.ask(request_for()).observed for _ in range(3)] == [seen_of(name)] * 3


@pytest.mark.parametrize("name", CHANGED)
def test_in_this_process_it_is_put_back(target, request_for, name):
    before = state_of_this_process()
    with connect(target(name), isolation="none") as here:
        assert here.ask(request_for()).observed == seen_of(name)
    assert state_of_this_process() == before


def state_of_this_process():
    return os.getcwd(), dict(os.environ), np.geterr(), np.random.get_bit_generator(), list(warnings.filters)


def test_a_sequence_that_is_being_drawn_goes_on(target, request_for):
    with connect(target("seeds_the_generator_of_numpy"), isolation="none") as here:
        drawn = []
        for _ in range(3):
            here.ask(request_for())
            drawn.append((random.random(), np.random.random_sample()))
    assert len(set(drawn)) == 3


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="the number of a mode is its own"
)
def test_how_the_processor_rounds_is_seen_and_stays(worker, request_for):
    rounding = worker("rounds_up_from_now_on")
    expected = Observation("state-changed", "the call changed how the processor rounds and what it flushes")
    assert [rounding.ask(request_for()).observed for _ in range(2)] == [(expected,), ()]


def test_what_concerns_nobody_else_is_no_change(worker, request_for):
    harmless = worker("leaves_everything_as_it_was")
    assert [harmless.ask(request_for()).observed for _ in range(3)] == [()] * 3


def test_layers_are_drawn_one_after_the_other(worker):
    drawing = worker("draws_layers")
    request = Request("initialize", {"in_channels": 1, "out_channels": 1, "kernel_size": (1, 1)}, {})
    answers = [drawing.ask(request) for _ in range(3)]
    assert [answer.observed for answer in answers] == [()] * 3
    assert len({answer.arrays[0].item() for answer in answers}) == 3
