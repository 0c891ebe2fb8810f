"""The state of the process that a call must not change, besides memory, since the rest of a program relies on it."""

from __future__ import annotations

import os
import struct
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from conv2d_conformance.contract.answers import Observation
from conv2d_conformance.implementation.generators import OfNumPy, OfPython

MOST_TOLD = 3
"""As many packages are named that a call imported."""


class _Raised(Warning):
    """A warning that is an error unless a filter for all warnings was added since."""


class _Ignored(Warning):
    """A warning that is ignored unless a filter for all warnings was added since."""


class _Part(Protocol):
    """One part of the state: look at it, compare it with an earlier look, and restore it."""

    def look(self) -> Any: ...

    def is_kept(self, before: Any) -> bool: ...

    def put_back(self, before: Any) -> object: ...


@dataclass(frozen=True)
class _Value:
    """A part that is a value."""

    look: Callable[[], Any]
    put_back: Callable[[Any], object]
    is_same: Callable[[Any, Any], bool] = lambda before, after: bool(before == after)

    def is_kept(self, before: Any) -> bool:
        return self.is_same(before, self.look())


@contextmanager
def watched(*, may_draw: bool = False) -> Iterator[list[Observation]]:
    """Add to the list what has changed meanwhile, and restore it, so that the next call starts in the same state.

    If the call `may_draw`, the random generators are not watched: layers may be drawn from them one after the other.
    All warnings are ignored meanwhile, so that no filter of the user turns one into an exception.
    """
    found: list[Observation] = []
    parts = _PARTS if may_draw else _GENERATORS | _PARTS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", _Raised)
        before, modules = {name: part.look() for name, part in parts.items()}, len(sys.modules)
        yield found
        changed = [name for name, part in parts.items() if not part.is_kept(before[name])]
        for name in changed:
            parts[name].put_back(before[name])
    if changed:
        found.append(Observation("state-changed", f"the call changed {' and '.join(changed)}{_by_import(modules)}"))


def _by_import(modules: int) -> str:
    """Which packages the call imported, after the first so many modules: nobody can tell their doing from its own."""
    names = dict.fromkeys(name.partition(".")[0] for name in list(sys.modules)[modules:])
    if not names:
        return ""
    told = ", ".join(list(names)[:MOST_TOLD]) + (" and others" if len(names) > MOST_TOLD else "")
    return f"; it also imported {told}: what a library sets up is not meant where it is imported before the first call"


def _look_at_folder() -> str | None:
    try:
        return os.getcwd()
    except FileNotFoundError:  # it was removed
        return None


def _put_back_folder(before: str | None) -> None:
    if before is not None:
        os.chdir(before)


def _look_at_variables() -> dict[bytes, bytes]:
    # `os.environ` itself decodes every variable, which takes longer than everything else here.
    return dict(os.environ._data)  # type: ignore[attr-defined]  # as on every POSIX system


def _put_back_variables(before: dict[bytes, bytes]) -> None:
    os.environ.update({os.fsdecode(name): os.fsdecode(value) for name, value in before.items()})


def _has_all_of(before: dict[bytes, bytes], after: dict[bytes, bytes]) -> bool:
    # New variables are allowed: libraries use them to note where their caches are.
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
    """How the processor rounds and whether it keeps subnormals, as bytes, whose comparison no mode affects."""
    return struct.pack("3d", _ONE + _ROUNDED, _ONE - _ROUNDED, _SUBNORMAL * _ONE)


def _cannot_be_put_back(before: Any) -> None:
    """Nothing: Python cannot restore this."""


def _is_put_back_anyway(before: Any) -> None:
    """Nothing: the end of `catch_warnings` restores it."""


_GENERATORS: dict[str, _Part] = {
    "the random generator of Python": OfPython(),
    "the random generator of NumPy": OfNumPy(),
}
_PARTS: dict[str, _Part] = {
    "how NumPy handles floating-point errors": _Value(np.geterr, lambda before: np.seterr(**before)),
    "how the processor rounds and what it flushes": _Value(_look_at_arithmetic, _cannot_be_put_back),
    "the working directory": _Value(_look_at_folder, _put_back_folder),
    "the environment variables": _Value(_look_at_variables, _put_back_variables, _has_all_of),
    "what becomes of warnings": _Value(_look_at_warnings, _is_put_back_anyway),
}
