"""Whether the random generators of a process are where they were is found out, whatever was done to them."""

import random
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.implementation.generators import OfNumPy, OfPython


@pytest.fixture(autouse=True)
def _the_generators_of_this_process_stay() -> Iterator[None]:
    of_python, of_numpy, generator = random.getstate(), np.random.get_state(), np.random.mtrand.get_bit_generator()
    yield
    random.setstate(of_python)
    np.random.mtrand.set_bit_generator(generator)
    np.random.set_state(of_numpy)


def one_word_further_on() -> None:
    version, (*words, place), kept = random.getstate()
    words[(place + 300) % 624] ^= 1 << 7
    random.setstate((version, (*words, place), kept))


def one_word_further_on_in_numpy() -> None:
    state = np.random.get_state(legacy=False)
    state["state"]["key"][(state["state"]["pos"] + 300) % 624] ^= 1 << 7
    np.random.set_state(state)


def keeps_a_number_of_the_normal_law() -> None:
    version, words, _ = random.getstate()
    random.gauss(0, 1)
    random.setstate((version, words, random.getstate()[2]))


def keeps_a_number_of_the_normal_law_in_numpy() -> None:
    generator = np.random.mtrand.get_bit_generator()
    state = generator.state
    np.random.standard_normal()
    generator.state = state


def keeps_another_number_of_the_normal_law() -> None:
    version, words, kept = random.getstate()
    random.setstate((version, words, 0.25 if kept is None else kept + 1))


def keeps_another_number_of_the_normal_law_in_numpy() -> None:
    state = np.random.get_state(legacy=False)
    np.random.set_state(state | {"has_gauss": 1, "gauss": state["gauss"] + 0.25})


def draws_and_puts_back() -> None:
    state = random.getstate()
    random.random(), random.gauss(0, 1)
    random.setstate(state)


def draws_and_puts_back_in_numpy() -> None:
    state = np.random.get_state()
    np.random.random_sample(700), np.random.standard_normal()
    np.random.set_state(state)


CHANGES = {
    OfPython: (
        lambda: random.seed(0),
        random.random,
        one_word_further_on,
        keeps_a_number_of_the_normal_law,
        keeps_another_number_of_the_normal_law,
    ),
    OfNumPy: (
        lambda: np.random.seed(0),
        np.random.random_sample,
        one_word_further_on_in_numpy,
        keeps_a_number_of_the_normal_law_in_numpy,
        keeps_another_number_of_the_normal_law_in_numpy,
        lambda: np.random.mtrand.set_bit_generator(np.random.PCG64(0)),
        lambda: np.random.mtrand.set_bit_generator(np.random.MT19937(0)),
    ),
}


@pytest.mark.parametrize(
    ("kind", "change"), [(kind, change) for kind, changes in CHANGES.items() for change in changes]
)
@pytest.mark.parametrize("drawn", [0, 1, 1000])
def test_every_change_is_seen_and_put_back(kind: type[Any], change: Callable[..., Any], drawn: int) -> None:
    watched = kind()
    for _ in range(drawn):
        random.gauss(0, 1), np.random.standard_normal()
    before = watched.look()
    change()
    assert not watched.is_kept(before)
    watched.put_back(before)
    assert watched.is_kept(watched.look())


@pytest.mark.parametrize(
    ("kind", "call"),
    [
        *((kind, call) for kind in CHANGES for call in (lambda: None, np.random.default_rng)),
        (OfPython, draws_and_puts_back),
        (OfNumPy, draws_and_puts_back_in_numpy),
    ],
)
def test_what_is_as_it_was_is_no_change(kind: type[Any], call: Callable[..., Any] | Any) -> None:
    watched = kind()
    for _ in range(3):
        before = watched.look()
        call()
        assert watched.is_kept(before)


def test_a_generator_of_another_kind_is_watched_too() -> None:
    np.random.mtrand.set_bit_generator(np.random.PCG64(0))
    watched = OfNumPy()
    before = watched.look()
    assert watched.is_kept(before)
    drawn = np.random.random_sample()
    assert not watched.is_kept(before)
    watched.put_back(before)
    assert np.random.random_sample() == drawn
