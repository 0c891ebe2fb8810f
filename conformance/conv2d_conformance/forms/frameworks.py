"""The frameworks whose arrays a function may take, and which of them it asks for by its annotations."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar, get_args

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.forms.form_error import FormError

PACKAGE = "conv2d_adapters.arrays"
"""A module for each, with a function `open_on(device)`."""


def kind_of(value: Any) -> str:
    """What a person calls a value that is no array."""
    if value is None:
        return "None"
    kind = type(value)
    return f"a value of type {kind.__module__}.{kind.__qualname__}".replace("builtins.", "")


class FrameworkArrays(Protocol):
    """The arrays of a framework on one device.

    `copies`: what is handed over is a copy, so that the suite sees a change of it only when it is taken back.
    `writable`: a function can write into them. `array_type` is what a person calls them.
    """

    framework: str
    version: str
    array_type: str
    device: str
    copies: bool
    writable: bool
    dtypes: frozenset[str]

    def hand(self, array: Array) -> Any:
        """The array on the device, with its dtype and its bits."""

    def fault(self, value: Any) -> str:
        """What a value is if it is no array of the framework on the device; empty if it is one."""

    def wait(self, value: Any = None) -> None:
        """Return when all is computed; raise what went wrong meanwhile."""

    def take(self, value: Any) -> Array:
        """An array of the framework as one of NumPy, with its bits."""


def names() -> list[str]:
    """Those that are known, found without importing one."""
    package, _, folder = PACKAGE.partition(".")
    found = importlib.util.find_spec(package)
    folders = [str(Path(place, folder)) for place in (found and found.submodule_search_locations) or ()]
    return sorted(item.name for item in pkgutil.iter_modules(folders))


def open_arrays(name: str, device: str | None) -> FrameworkArrays:
    """The arrays of a framework on a device. FormError says what the environment lacks."""
    if name not in names():
        raise FormError(f"arrays={name} is not known", f"known are: {', '.join(names())}")
    try:
        module = importlib.import_module(f"{PACKAGE}.{name}")
    except ModuleNotFoundError as error:
        raise FormError(f"arrays={name} needs {error.name}, which is not installed", f"pip install {name}") from None
    if reason := module.UNFIT.get((device or "").partition(":")[0]):
        raise FormError(f"the device {device} cannot be examined: {reason}", "name another one, ?device=cpu")
    try:
        found: FrameworkArrays = module.open_on(device)
    except Exception as error:  # each framework has its own
        why = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        where = f"no device {device}" if device else "no device"
        raise FormError(f"there is {where} for {name} here: {why}", "name another one, ?device=cpu") from None
    return found


def guess(signature: inspect.Signature, scope: dict[str, Any], home: str) -> str | None:
    """The framework that the annotations of input and weight name, or the one that is the function's `home`.

    `scope` is where the text of an annotation has a meaning. Who takes arrays of NumPy besides others is given those.
    """
    roots = {root for text in _annotations(signature) for root in _roots(text, scope)} or {home}
    found = roots & {*names()}
    if "numpy" in found:
        return "numpy"
    if len(found) > 1:
        raise FormError(
            f"its annotations name arrays of {' and of '.join(sorted(found))}", "say which they are, ?arrays=NAME"
        )
    return found.pop() if found else None


def _annotations(signature: inspect.Signature) -> Iterator[Any]:
    for parameter in [*signature.parameters.values()][:2]:
        if parameter.annotation is not parameter.empty:
            yield parameter.annotation


def _roots(annotation: Any, scope: dict[str, Any]) -> Iterator[str]:
    """The packages that an annotation names: a type, a union of types, or the text of either."""
    if isinstance(annotation, str):
        for dotted in re.findall(r"[A-Za-z_][\w.]*", annotation):
            root, _, rest = dotted.partition(".")
            named = scope.get(root)
            if isinstance(named, type):
                yield from _roots(named, scope)
            elif named is not None:
                yield str(getattr(named, "__name__", "")).partition(".")[0]
            elif rest:  # imported for the types alone
                yield root
    elif args := get_args(annotation) or getattr(annotation, "__constraints__", ()):
        for item in args:
            yield from _roots(item, scope)
    elif isinstance(annotation, TypeVar):
        yield from _roots(annotation.__bound__, scope)
    else:
        yield str(getattr(annotation, "__module__", "")).partition(".")[0]
