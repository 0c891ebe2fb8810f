"""Calls of a function of tensors with the arrays of NumPy, and what may be said of where and how they are made."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import tensorflow as tf

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.forms.form_error import FormError

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)

COMPILED = 1024
"""Functions that are kept. What XLA compiles, in some 50 ms, goes by shapes, dtypes and arguments, never by data."""


class Calls:
    """Calls of a function of input, weight, bias and of other arguments, which can be compared with each other."""

    def __init__(self, function: Callable[..., Any], device: str, jit: bool) -> None:
        self._function, self._device, self._jit = function, device, jit
        self._compiled = lru_cache(COMPILED)(_compiled)

    def conv2d(self, input: Array, weight: Array, bias: Array | None = None, **attributes: Any) -> Any:
        return self._computed(self._function, (input, weight, bias), attributes).numpy()

    def gradients(self, input: Array, weight: Array, bias: Array | None, grad_output: Array, **attributes: Any) -> Any:
        found = self._computed(self._differentiate, (input, weight, bias, grad_output), attributes)
        return [None if value is None else value.numpy() for value in found]

    def _differentiate(self, x: Any, w: Any, b: Any, by_output: Any, **attributes: Any) -> Any:
        sources = [x, w] if b is None else [x, w, b]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            y = self._function(x, w, b, **attributes)
        found = tape.gradient(y, sources, by_output, tf.UnconnectedGradients.ZERO)
        return found if b is not None else [*found, None]

    def _computed(self, function: Callable[..., Any], given: tuple[Array | None, ...], attributes: Any) -> Any:
        with tf.device(self._device):
            handed = [None if array is None else tf.convert_to_tensor(array) for array in given]
            if self._jit:
                return self._compiled(function, tuple(attributes.items()))(*handed)
            return function(*handed, **attributes)


def _compiled(function: Callable[..., Any], attributes: tuple[tuple[str, Any], ...]) -> Any:
    return tf.function(lambda *arrays: function(*arrays, **dict(attributes)), jit_compile=True)


def require_options(device: str, **switches: str) -> None:
    """FormError where there is no such device, or a switch is neither on nor off."""
    devices = [found.name.removeprefix("/device:") for found in tf.config.list_logical_devices()]
    allowed = {"device": devices, **{name: ["on", "off"] for name in switches}}
    for name, value in {"device": device, **switches}.items():
        if value not in allowed[name]:
            told = f"{name} is {' or '.join(allowed[name])} here, not {value!r}"
            raise FormError(told, f"leave {name} out for the default")
