"""A function on the arrays of a framework as an adapter.

What it is given is what the contract has, on the device; what it returns is waited for and then taken back. Where what
is handed over is a copy, the suite looks for what the process would otherwise show: changed inputs, writes around them,
and results of earlier calls that are no longer what they were.
"""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from conv2d_conformance.contract.adapter import UNVERSIONED, Adapter
from conv2d_conformance.contract.answers import Observation
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import VIEWS
from conv2d_conformance.contract.delivered import FORM, Delivered, DeviceLost
from conv2d_conformance.forms import claims, frameworks
from conv2d_conformance.forms.claims import claims_of
from conv2d_conformance.forms.fault import FormError
from conv2d_conformance.forms.frameworks import Arrays, open_arrays
from conv2d_conformance.forms.guarded import Guarded
from conv2d_conformance.forms.reading import Reading, read
from conv2d_conformance.forms.sizes import output_shape

OPTIONS = {
    "arrays": "the framework whose arrays it takes, where its annotations do not say so",
    "device": "where the arrays lie, in the words of the framework",
    "out": "the parameter that it writes its result to, where that has a default",
    **claims.OPTIONS,
}

KEPT_RESULTS = 4
KEPT_BYTES = 1 << 20

DENSE = "what is handed over is a dense copy on the device"
NO_DIFFERENTIATION = "a function has its result alone; a layer class has gradients and initial values"
WRITTEN_TO = "the caller makes the memory for the result, and an illegal call has none"


def of_function(function: Callable[..., Any], options: Mapping[str, str]) -> Adapter:
    """The adapter of a function. FormError says what is missing; its name and its version are the caller's matter."""
    require_known(options, OPTIONS)
    reading = read(function, options.get("out"))
    arrays = open_arrays(options.get("arrays") or framework_of(function) or "numpy", options.get("device"))
    if reading.takes("output") and not arrays.writable:
        raise FormError(f"nobody can write to a {arrays.array_type}", "return the result instead")
    excluded = dict.fromkeys(("gradients", "initialize"), NO_DIFFERENTIATION)
    excluded |= dict.fromkeys((f"views.{name}" for name in VIEWS), DENSE) if arrays.copies else {}
    excluded |= {"validation": WRITTEN_TO} if reading.takes("output") else {}
    shown = reading.features | {f"dtype.{name}" for name in arrays.dtypes}
    calling = _Calling(function, reading, arrays)
    return Adapter(
        name=getattr(function, "__name__", type(function).__name__),
        version=UNVERSIONED,
        conv2d=calling.conv2d,
        capabilities=claims_of(shown, options, excluded=excluded).capabilities,
        description=f"a function on arrays of {arrays.framework} on {arrays.device}, called with {reading.text}",
        environment=environment_of("function", arrays),
    )


def framework_of(function: Callable[..., Any]) -> str | None:
    """The framework that its annotations name, if they do."""
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        return None
    return frameworks.guess(signature, getattr(inspect.unwrap(function), "__globals__", {}))


def environment_of(form: str, arrays: Arrays) -> dict[str, str]:
    """What a report says of a form."""
    return {FORM: form, "arrays": f"{arrays.framework} {arrays.version}", "device": arrays.device}


def require_known(options: Mapping[str, str], known: Mapping[str, str]) -> None:
    """FormError for an option that the form does not have."""
    for name in options:
        if name not in known:
            told = "; ".join(f"{key}: {what}" for key, what in known.items())
            raise FormError(f"{name} is no option of such a target", f"its options are {told}")


class _Calling:
    """Makes the calls of a function, and keeps its last results to see that they stay what they were."""

    def __init__(self, function: Callable[..., Any], reading: Reading, arrays: Arrays) -> None:
        self._function, self._reading, self._arrays = function, reading, arrays
        self._kept: deque[tuple[Any, bytes]] = deque(maxlen=KEPT_RESULTS)

    def conv2d(self, input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Delivered:
        handed = Handed(self._arrays, {"input": input, "weight": weight, "bias": bias})
        values = {**handed.values, **attributes}
        output = None
        if self._reading.takes("output"):
            shape = output_shape(input.shape, weight.shape, attributes)
            output = Guarded(self._arrays, "output", shape, input.dtype)
            values["output"] = output.value
        positional, named = self._reading.arguments(values)
        value = called(self._arrays, self._function, *positional, **named)
        if output is not None:
            return self._written(output, value, handed)
        if not self._arrays.owns(value):
            return Delivered(None, wrong=f"{kind_of(value)}, not a {self._arrays.array_type}")
        observed = handed.changes()
        taken = self._arrays.take(value)
        if self._arrays.copies:
            observed += self._keep(value, taken)
        return Delivered(taken, tuple(observed))

    def _written(self, output: Guarded, value: Any, handed: Handed) -> Delivered:
        if value is not None and value is not output.value:
            return Delivered(None, wrong=f"{kind_of(value)}, though it was given the memory for its result")
        written, observed = output.read()
        return Delivered(written, (*handed.changes(), *observed))

    def _keep(self, value: Any, taken: Array) -> list[Observation]:
        """Compare earlier results with what they were, then keep this one."""
        changed = any(self._arrays.take(earlier).tobytes() != before for earlier, before in self._kept)
        if changed:
            self._kept.clear()
        if taken.nbytes <= KEPT_BYTES:
            self._kept.append((value, taken.tobytes()))
        return [Observation("output-changed", "the call changed the result of an earlier call")] if changed else []


class Handed:
    """The arrays of one call on the device: copies lie within guard bands there, where that can be."""

    def __init__(self, arrays: Arrays, given: Mapping[str, Array | None]) -> None:
        self._guarded: list[Guarded] = []
        self.values: dict[str, Any] = {}
        for name, array in given.items():
            if array is None:
                self.values[name] = None
            elif arrays.copies and arrays.writable:
                self._guarded.append(Guarded(arrays, name, array.shape, array.dtype, array))
                self.values[name] = self._guarded[-1].value
            else:
                self.values[name] = arrays.hand(array)

    def changes(self) -> list[Observation]:
        """What the call did to its copies. What it did to the memory of the process is seen there."""
        return [observation for guarded in self._guarded for observation in guarded.change()]


def called(arrays: Arrays, function: Callable[..., Any], *positional: Any, **named: Any) -> Any:
    """What a function returns, once it is there. What goes wrong later belongs to this call, too.

    DeviceLost where nothing can be computed on the device any more.
    """
    try:
        value = function(*positional, **named)
        arrays.wait(value)
    except Exception as error:
        try:
            arrays.wait()
        except Exception:
            raise DeviceLost(f"{type(error).__name__}: {error}") from error
        raise
    return value


def kind_of(value: Any) -> str:
    """What a person calls a value that is no array."""
    if value is None:
        return "None"
    kind = type(value)
    return f"a value of type {kind.__module__}.{kind.__qualname__}".replace("builtins.", "")
