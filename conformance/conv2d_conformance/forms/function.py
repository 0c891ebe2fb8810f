"""A function on the arrays of a framework as an adapter.

What it is given is what the contract has, on the device; what it returns is waited for and then taken back. Where what
is handed over is a copy, the suite looks for what the process would otherwise show: changed inputs, writes around them,
and results of earlier calls that are no longer what they were.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from conv2d_conformance.contract.adapter import UNVERSIONED, Adapter
from conv2d_conformance.contract.answers import Observation
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import VIEWS
from conv2d_conformance.contract.delivered import FORM, Delivered
from conv2d_conformance.forms import claims, frameworks
from conv2d_conformance.forms.claims import OPERATIONS, claims_of
from conv2d_conformance.forms.device_arrays import DeviceArrays, called
from conv2d_conformance.forms.form_error import FormError
from conv2d_conformance.forms.frameworks import FrameworkArrays, kind_of, open_arrays
from conv2d_conformance.forms.guarded import Guarded
from conv2d_conformance.forms.parameter_meanings import CONV2D, Reading, read
from conv2d_conformance.forms.recent_results import Kept
from conv2d_conformance.forms.sizes import output_shape

OPTIONS = {
    "arrays": "the framework whose arrays it takes, where its annotations do not say so",
    "device": "where the arrays lie, in the words of the framework",
    "out": "the parameter that it writes its result to, where that has a default",
    **claims.OPTIONS,
}

DENSE = "what is handed over is a dense copy on the device"
NO_DIFFERENTIATION = "a function has its result alone; a layer class has gradients and initial values"
WRITTEN_TO = "the caller makes the memory for the result, and an illegal call has none"


def of_function(function: Callable[..., Any], options: Mapping[str, str]) -> Adapter:
    """The adapter of a function. FormError says what is missing; its name and its version are the caller's matter."""
    require_known(options, OPTIONS)
    reading = read(function, CONV2D, options.get("out"))
    arrays = arrays_of(function, reading, options)
    return of_calls(function, FunctionCalls(function, reading, arrays), options)


def arrays_of(function: Callable[..., Any], reading: Reading, options: Mapping[str, str]) -> FrameworkArrays:
    """The arrays that a function takes, on its device. FormError where it cannot write its result to them."""
    arrays = open_arrays(options.get("arrays") or framework_of(function) or "numpy", options.get("device"))
    if reading.takes("output") and not arrays.writable:
        raise FormError(f"nobody can write to a {arrays.array_type}", "return the result instead")
    return arrays


def of_calls(function: Callable[..., Any], calls: FunctionCalls, options: Mapping[str, str]) -> Adapter:
    """The adapter that makes these calls of a function. It claims what the parameters show, and the options say."""
    reading, arrays = calls.reading, calls.arrays
    excluded = dict.fromkeys(OPERATIONS, NO_DIFFERENTIATION)
    excluded |= dict.fromkeys((f"views.{name}" for name in VIEWS), DENSE) if arrays.copies else {}
    excluded |= {"validation": WRITTEN_TO} if reading.takes("output") else {}
    shown = reading.features | {f"dtype.{name}" for name in arrays.dtypes}
    return Adapter(
        name=getattr(function, "__name__", type(function).__name__),
        version=UNVERSIONED,
        conv2d=calls.conv2d,
        capabilities=claims_of(shown, options, excluded=excluded).capabilities,
        description=f"a function on arrays of {arrays.framework} on {arrays.device}, called with {reading.text}",
        environment=environment_of("function", arrays),
    )


def framework_of(function: Callable[..., Any]) -> str | None:
    """The framework that the annotations name, or that the function is part of."""
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):
        signature = inspect.Signature()
    home = str(getattr(function, "__module__", "")).partition(".")[0]
    return frameworks.guess(signature, getattr(inspect.unwrap(function), "__globals__", {}), home)


def environment_of(form: str, arrays: FrameworkArrays) -> dict[str, str]:
    """What a report says of a form."""
    return {FORM: form, "arrays": f"{arrays.framework} {arrays.version}", "device": arrays.device}


def require_known(options: Mapping[str, str], known: Mapping[str, str]) -> None:
    """FormError for an option that the form does not have."""
    for name in options:
        if name not in known:
            told = "; ".join(f"{key}: {what}" for key, what in known.items())
            raise FormError(f"{name} is no option of such a target", f"its options are {told}")


class FunctionCalls:
    """Makes the calls of a function, which may return another array than the one it is given to write to."""

    def __init__(
        self, function: Callable[..., Any], reading: Reading, arrays: FrameworkArrays, *, returns_another: bool = False
    ) -> None:
        self.reading, self.arrays = reading, arrays
        self._function = function
        self._returns_another = returns_another
        self._kept = Kept(arrays)

    def conv2d(self, input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Delivered:
        handed = DeviceArrays(self.arrays, {"input": input, "weight": weight, "bias": bias})
        values = {**handed.values, **attributes}
        if not self.reading.takes("output"):
            return self._delivered(self._call(values), handed)
        shape = output_shape(input.shape, weight.shape, attributes)
        output = Guarded(self.arrays, "output", shape, input.dtype)
        value = self._call({**values, "output": output.value})
        written, beside = output.read()
        if value is output.value or (value is None and not self._returns_another):
            observed = (*handed.changes(), *beside, *self._kept.observe(output.value, written))
            return Delivered(written, observed)
        if self._returns_another:
            return self._delivered(value, handed, beside)
        return Delivered(None, wrong=f"{kind_of(value)}, though it was given the memory for its result")

    def _call(self, values: Mapping[str, Any]) -> Any:
        positional, named = self.reading.arguments(values)
        return called(self.arrays, self._function, *positional, **named)

    def _delivered(self, value: Any, handed: DeviceArrays, beside: Sequence[Observation] = ()) -> Delivered:
        if wrong := self.arrays.fault(value):
            return Delivered(None, wrong=wrong)
        taken = self.arrays.take(value)
        return Delivered(taken, (*handed.changes(), *beside, *self._kept.observe(value, taken)))
