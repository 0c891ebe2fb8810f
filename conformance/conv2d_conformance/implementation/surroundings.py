"""What a call must leave as it was, besides memory: the state of the process, on which the rest of a program relies."""

from __future__ import annotations

import os
import random
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from conv2d_conformance.implementation.answers import Observation


class _Raised(Warning):
    """A warning that is an error unless a filter for all warnings has come since."""


class _Ignored(Warning):
    """A warning that is ignored unless a filter for all warnings has come since."""


class _Part(NamedTuple):
    """One part of the state: how it is now, how it is made again what it was, and whether it is what it was."""

    look: Callable[[], Any]
    put_back: Callable[[Any], object]
    is_kept: Callable[[Any, Any], bool] = lambda before, after: bool(before == after)


@contextmanager
def watched(*, may_draw: bool = False) -> Iterator[list[Observation]]:
    """Add to the list what has changed meanwhile, and put it back, so that the next call is made in the same state.

    Where it `may_draw`, the random generators are left alone: somebody may draw one layer after the other from them.
    All warnings are ignored meanwhile, so that no filter of the user's turns one into an exception.
    """
    found: list[Observation] = []
    parts = _PARTS if may_draw else _GENERATORS | _PARTS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", _Raised)
        if not may_draw:
            _draw()
        before = {name: part.look() for name, part in parts.items()}
        yield found
        changed = [name for name, part in parts.items() if not part.is_kept(before[name], part.look())]
        for name in changed:
            parts[name].put_back(before[name])
    if changed:
        found.append(Observation("state-changed", f"the call changed {' and '.join(changed)}"))


def _draw() -> None:
    """So that who sets the same seed in every call changes something in every call."""
    random.random()
    np.random.random_sample()


def _look_at_random_of_numpy() -> tuple[Any, Any]:
    generator: Any = np.random.get_bit_generator()  # type: ignore[attr-defined]  # NumPy's stubs lack it
    return generator, np.random.get_state(legacy=False)


def _put_back_random_of_numpy(before: tuple[Any, Any]) -> None:
    np.random.set_bit_generator(before[0])  # type: ignore[attr-defined]
    np.random.set_state(before[1])


def _is_same_generator(before: tuple[Any, Any], after: tuple[Any, Any]) -> bool:
    return before[0] is after[0] and _is_same_state(before[1], after[1])


def _is_same_state(before: Any, after: Any) -> bool:
    """Whether two states are equal, which are numbers, texts, arrays, and dictionaries of these."""
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_is_same_state(before[key], after[key]) for key in before)
    return bool(np.array_equal(before, after)) if isinstance(before, np.ndarray) else bool(before == after)


def _look_at_folder() -> str | None:
    try:
        return os.getcwd()
    except FileNotFoundError:  # it was removed
        return None


def _put_back_folder(before: str | None) -> None:
    if before is not None:
        os.chdir(before)


def _look_at_variables() -> dict[bytes, bytes]:
    # The mapping around this one decodes every variable, which takes longer than all else here.
    return dict(os.environ._data)  # type: ignore[attr-defined]  # as on every POSIX system


def _put_back_variables(before: dict[bytes, bytes]) -> None:
    os.environ.update({os.fsdecode(name): os.fsdecode(value) for name, value in before.items()})


def _has_all_of(before: dict[bytes, bytes], after: dict[bytes, bytes]) -> bool:
    # A variable that was not set is nobody's: libraries note there where their caches are.
    return before.items() <= after.items()


def _look_at_warnings() -> bool:
    with warnings.catch_warnings(record=True):  # so that none is printed
        return _raises(_Raised) and not _raises(_Ignored)


def _raises(category: type[Warning]) -> bool:
    try:
        warnings.warn_explicit("", category, "", 1)
    except Warning:
        return True
    return False


_ONE, _ROUNDED, _SUBNORMAL = 1.0, 2.0**-60, 5e-324


def _look_at_arithmetic() -> bytes:
    """Which way the processor rounds, and whether it keeps subnormals; in bytes, which compare alike in every mode."""
    return struct.pack("3d", _ONE + _ROUNDED, _ONE - _ROUNDED, _SUBNORMAL * _ONE)


def _cannot_be_put_back(before: Any) -> None:
    """Python has no way to do so."""


def _is_put_back_anyway(before: Any) -> None:
    """By the end of `catch_warnings`."""


_GENERATORS = {
    "the random generator of Python": _Part(random.getstate, random.setstate),
    "the random generator of NumPy": _Part(_look_at_random_of_numpy, _put_back_random_of_numpy, _is_same_generator),
}
_PARTS = {
    "how NumPy handles floating-point errors": _Part(np.geterr, lambda before: np.seterr(**before)),
    "how the processor rounds and what it flushes": _Part(_look_at_arithmetic, _cannot_be_put_back),
    "the working directory": _Part(_look_at_folder, _put_back_folder),
    "the environment variables": _Part(_look_at_variables, _put_back_variables, _has_all_of),
    "what becomes of warnings": _Part(_look_at_warnings, _is_put_back_anyway),
}
