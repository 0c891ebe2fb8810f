"""What a call changes in the state of its process is seen, and put back."""

import os
import platform
import random
import sys
import warnings
from collections.abc import Callable
from contextlib import closing
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.contract.answers import Answer, Broken, Observation, Rejected, Request, Result
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.implementation.host import Worker, connect

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


def array_of(answer: Answer) -> Array:
    """The first of them."""
    assert isinstance(answer, Result)
    array = answer.arrays[0]
    assert array is not None
    return array


def told(answer: Answer) -> Result | Rejected:
    assert not isinstance(answer, Broken)
    return answer


def seen_of(name: str) -> tuple[Observation]:
    return (Observation("state-changed", f"the call changed {CHANGED[name]}"),)


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_is_seen_in_every_call(
    worker: Callable[..., Worker], request_for: Callable[..., Request], name: str
) -> None:
    changing = worker(name)
    assert [told(changing.ask(request_for())).observed for _ in range(3)] == [seen_of(name)] * 3


def test_an_import_during_the_call_is_told_since_it_may_have_made_the_change(
    worker: Callable[..., Worker], request_for: Callable[..., Request]
) -> None:
    importing = worker("imports_a_module_meanwhile")
    (first,), (second,) = (told(importing.ask(request_for())).observed for _ in range(2))
    assert first.sentence == (
        "the call changed how NumPy handles floating-point errors; it also imported colorsys: "
        "what a library sets up is not meant where it is imported before the first call"
    )
    assert second.sentence == "the call changed how NumPy handles floating-point errors"


@pytest.mark.parametrize("name", CHANGED)
def test_in_this_process_it_is_put_back(
    target: Callable[[str], str], request_for: Callable[..., Request], name: str
) -> None:
    before = state_of_this_process()
    with closing(connect(target(name), isolation="none")) as here:
        assert told(here.ask(request_for())).observed == seen_of(name)
    assert state_of_this_process() == before


def state_of_this_process() -> tuple[Any, ...]:
    return os.getcwd(), dict(os.environ), np.geterr(), np.random.mtrand.get_bit_generator(), list(warnings.filters)


def test_a_sequence_that_is_being_drawn_goes_on(
    target: Callable[[str], str], request_for: Callable[..., Request]
) -> None:
    with closing(connect(target("seeds_the_generator_of_numpy"), isolation="none")) as here:
        drawn = []
        for _ in range(3):
            here.ask(request_for())
            drawn.append((random.random(), np.random.random_sample()))
    assert len(set(drawn)) == 3


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"), reason="the number of a mode is its own"
)
def test_how_the_processor_rounds_is_seen_and_stays(
    worker: Callable[..., Worker], request_for: Callable[..., Request]
) -> None:
    rounding = worker("rounds_up_from_now_on")
    expected = Observation("state-changed", "the call changed how the processor rounds and what it flushes")
    assert [told(rounding.ask(request_for())).observed for _ in range(2)] == [(expected,), ()]


def test_what_concerns_nobody_else_is_no_change(
    worker: Callable[..., Worker], request_for: Callable[..., Request]
) -> None:
    harmless = worker("leaves_everything_as_it_was")
    assert [told(harmless.ask(request_for())).observed for _ in range(3)] == [()] * 3


def test_layers_are_drawn_one_after_the_other(worker: Callable[..., Worker]) -> None:
    drawing = worker("draws_layers")
    request = Request("initialize", {"in_channels": 1, "out_channels": 1, "kernel_size": (1, 1)}, {})
    answers = [drawing.ask(request) for _ in range(3)]
    assert [told(answer).observed for answer in answers] == [()] * 3
    assert len({array_of(answer).item() for answer in answers}) == 3
