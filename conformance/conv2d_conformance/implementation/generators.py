"""Whether a call left the shared random generators of the process where they were.

Copying and comparing the state of a generator takes longer than a small call. So each generator has a twin at the same
place of the same sequence, and both draw the same numbers. Proof: 624 consecutive numbers of 32 bits are the whole
state of a Mersenne twister, and determine all that follow. So two generators that give the same 624 are at the same
place. Before that, both draw a normal number: if one had kept a spare one, it takes nothing from the sequence while the
other does; and if both had, the numbers drawn are the spare ones.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

WORDS = 624
"""The words in the state of a Mersenne twister."""


class OfPython:
    """The generator behind the functions of `random`."""

    def __init__(self) -> None:
        self._twin = random.Random(0)

    def look(self) -> None:
        """Bring both to the same place, and go on: a call that always sets the same seed must show each time."""
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
    """The generator behind the functions of `numpy.random`, which can be replaced, even by another kind.

    The state of another kind is copied and compared. `look` returns the generator, and the copy if there is one.
    """

    def __init__(self) -> None:
        self._bits = np.random.MT19937(0)
        self._twin = np.random.RandomState(self._bits)

    def look(self) -> tuple[Any, Any]:
        """Bring both to the same place, as for Python's generator."""
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
    """Whether two states of numbers, text, arrays and dictionaries are equal."""
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_is_same(before[key], after[key]) for key in before)
    return bool(np.array_equal(before, after)) if isinstance(before, np.ndarray) else bool(before == after)
