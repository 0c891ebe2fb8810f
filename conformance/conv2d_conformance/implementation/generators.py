"""The random generators that all of a process shares: whether they are where they were.

To copy the state of one, and to compare it, takes longer than a small call. So each has a twin that is at the same
place of the same sequence, and both are drawn from. The proof: 624 numbers of 32 bits in a row are all that a Mersenne
twister consists of, and what follows is made of them. So two that give the same ones are at the same place. A number of
the normal law comes first: where one of them had kept one for the next time, it takes nothing from the sequence, and
the other does; and what both had kept is that number.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

WORDS = 624
"""Of the state of a Mersenne twister."""


class OfPython:
    """The generator behind the functions of `random`."""

    def __init__(self) -> None:
        self._twin = random.Random(0)

    def look(self) -> None:
        """Let the twin follow. Both go on: who sets the same seed in every call changes something in every call."""
        if not self._in_step():
            self._twin.setstate(random.getstate())

    def is_kept(self, before: None) -> bool:  # noqa: ARG002  # the twin knows what was before
        return self._in_step()

    def put_back(self, before: None) -> None:  # noqa: ARG002
        random.setstate(self._twin.getstate())

    def _in_step(self) -> bool:
        twin = self._twin
        kept = random.gauss(0.0, 1.0) == twin.gauss(0.0, 1.0)
        return (random.getrandbits(32 * WORDS) == twin.getrandbits(32 * WORDS)) and kept


class OfNumPy:
    """The generator behind the functions of `numpy.random`, which can be another object, and of another kind.

    Another kind is copied and compared. `look` returns the object, and the copy if there is one.
    """

    def __init__(self) -> None:
        self._bits = np.random.MT19937(0)
        self._twin = np.random.RandomState(self._bits)

    def look(self) -> tuple[Any, Any]:
        """Let the twin follow, as for Python's generator."""
        generator = _generator()
        if type(generator) is not np.random.MT19937:
            np.random.random_sample()
            return generator, np.random.get_state(legacy=False)
        if not self._in_step(generator):
            self._twin.set_state(np.random.get_state(legacy=False))
        return generator, None

    def is_kept(self, before: tuple[Any, Any]) -> bool:
        generator, state = before
        if _generator() is not generator:
            return False
        return self._in_step(generator) if state is None else _is_same(state, np.random.get_state(legacy=False))

    def put_back(self, before: tuple[Any, Any]) -> None:
        generator, state = before
        np.random.set_bit_generator(generator)  # type: ignore[attr-defined]  # NumPy's stubs lack it
        np.random.set_state(self._twin.get_state(legacy=False) if state is None else state)

    def _in_step(self, generator: Any) -> bool:
        kept = np.random.standard_normal() == self._twin.standard_normal()
        drawn, expected = generator.random_raw(WORDS), self._bits.random_raw(WORDS)
        return bool(kept and drawn.tobytes() == expected.tobytes())


def _generator() -> Any:
    return np.random.get_bit_generator()  # type: ignore[attr-defined]  # NumPy's stubs lack it


def _is_same(before: Any, after: Any) -> bool:
    """Whether two states are equal, which are numbers, texts, arrays, and dictionaries of these."""
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_is_same(before[key], after[key]) for key in before)
    return bool(np.array_equal(before, after)) if isinstance(before, np.ndarray) else bool(before == after)
