"""Arrays of JAX, on any device of `jax.devices()`; float64 where `jax_enable_x64` is set."""

from __future__ import annotations

from typing import Any

import jax
import ml_dtypes
import numpy as np

from conv2d_conformance.forms.frameworks import kind_of

UNFIT: dict[str, str] = {}
DTYPES = {"float32": np.float32, "float64": np.float64, "float16": np.float16, "bfloat16": ml_dtypes.bfloat16}


class Arrays:
    """All are copies, that nobody can write to."""

    framework, version, array_type = "jax", jax.__version__, "jax.Array"
    copies, writable = True, False

    def __init__(self, device: Any) -> None:
        self.place = device
        self.device = str(device)
        # Without x64 a float64 becomes a float32 on the way in.
        self.dtypes = frozenset(
            name for name, dtype in DTYPES.items() if self.hand(np.zeros(1, dtype)).dtype == np.dtype(dtype)
        )

    def hand(self, array: Any) -> Any:
        return jax.device_put(array.copy(), self.place)

    def fault(self, value: Any) -> str:
        return "" if isinstance(value, jax.Array) else f"{kind_of(value)}, not a jax.Array"

    def wait(self, value: Any = None) -> None:
        jax.block_until_ready(value)

    def take(self, value: Any) -> Any:
        return np.asarray(value)


def open_on(device: str | None = None) -> Arrays:
    """The arrays of a device, as in `gpu:1`, by default of the first. Raises where there is no such device."""
    platform, _, number = (device or "").partition(":")
    return Arrays(jax.devices(platform or None)[int(number or 0)])
