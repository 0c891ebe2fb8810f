"""Calls of a function of JAX's arrays with those of NumPy, and what is claimed of the device that they are made on.

JAX compiles what it meets for the first time, in some 50 ms. What it keeps goes by shapes, dtypes and arguments, never
by data; where `JAX_COMPILATION_CACHE_DIR` names a folder, it is kept from run to run. float64 needs the setting
`jax_enable_x64`, which is made here for the whole process.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax

from conv2d_adapters.arrays.jax import Arrays
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.forms.device_arrays import called
from conv2d_conformance.forms.form_error import FormError
from conv2d_conformance.forms.frameworks import open_arrays

jax.config.update("jax_enable_x64", True)

CAPABILITIES = Capabilities(
    padding={"explicit", "same", "valid"},
    empty_batch=True,
    views=frozenset(VIEWS),  # `jax.device_put` takes every array of NumPy
    validation=True,
    non_finite=True,
    thread_safe=True,
)
ARGUMENTS = ("stride", "padding", "dilation", "groups", "padding_mode")
ON_OFF = ("on", "off")
PRECISIONS = ("default", "high", "highest")
GRADES = {
    "gpu": {"default": "R-tf32", "high": "R-tf32"},
    "tpu": {"default": "R-bf16", "high": "R-bf16x3", "highest": "R-bf16x6"},
}
"""How a platform multiplies float32, as `jax.lax.Precision` documents it; others follow IEEE 754."""

FLUSHED = dict.fromkeys(("float32", "float64", "bfloat16"), "flushed")
FLUSHING = ("cpu", "tpu")
"""Where subnormal numbers count as zero, as JAX says among its sharp bits; float16 is computed in float32."""


class Calls:
    """Calls of a function of input, weight, bias, of other arguments, which can be compared, and of a precision.

    With `jit` all that a call computes is compiled as a whole, and otherwise each operation by itself.
    """

    def __init__(self, function: Callable[..., Any], device: str, jit: bool, precision: str) -> None:
        arrays = open_arrays("jax", device)
        assert isinstance(arrays, Arrays)
        self.arrays, self.precision = arrays, precision
        self.place = {"device": device, "device name": arrays.place.device_kind} if device != "cpu" else {}

        def apply(x: Any, w: Any, b: Any, **attributes: Any) -> Any:
            return function(x, w, b, precision=precision, **attributes)

        def differentiate(x: Any, w: Any, b: Any, by_output: Any, **attributes: Any) -> Any:
            return jax.vjp(functools.partial(apply, **attributes), x, w, b)[1](by_output)

        self._apply, self._differentiate = (
            jax.jit(each, static_argnames=ARGUMENTS) if jit else each for each in (apply, differentiate)
        )

    def conv2d(self, input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Any:
        return self._computed(self._apply, (input, weight, bias), attributes)

    def gradients(self, input: Array, weight: Array, bias: Array | None, grad_output: Array, **attributes: Any) -> Any:
        return self._computed(self._differentiate, (input, weight, bias, grad_output), attributes)

    def _computed(self, function: Callable[..., Any], given: tuple[Array | None, ...], attributes: Any) -> Any:
        handed = [None if array is None else jax.device_put(array, self.arrays.place) for array in given]
        found = called(self.arrays, function, *handed, **attributes)
        return jax.tree.map(self.arrays.take, found)

    def claimed(self, capabilities: Capabilities) -> Capabilities:
        """What JAX documents of the device, where `capabilities` are those on the CPU."""
        platform = self.arrays.place.platform
        grade = GRADES.get(platform, {}).get(self.precision)
        return replace(
            capabilities,
            dtypes=self.arrays.dtypes,
            deterministic=platform == "cpu",
            subnormals=FLUSHED if platform in FLUSHING else {},
            grades={"float32": grade, "float32/gradients": grade} if grade else {},
        )


def configured_by(make: Callable[[Calls], Adapter], function: Callable[..., Any]) -> Callable[..., Adapter]:
    """The `configure` of an adapter that is made of the calls of a function."""

    def configure(*, device: str = "cpu", jit: str = "off", precision: str = "default") -> Adapter:
        for name, value, allowed in (("jit", jit, ON_OFF), ("precision", precision, PRECISIONS)):
            if value not in allowed:
                *first, last = allowed
                told = f"{name} is {', '.join(first)} or {last}, not {value!r}"
                raise FormError(told, f"leave {name} out for the default")
        made = make(Calls(function, device, jit == "on", precision))
        told = f"{made.description} on {device}{', compiled by jax.jit' * (jit == 'on')}"
        return replace(made, description=told, configure=configure)

    return configure
