"""As much of JAX as its arrays need here, on NumPy: without x64, and read-only."""

from __future__ import annotations

from typing import Any

import numpy as np

__version__ = "stand-in"


class Array:
    def __init__(self, held: Any) -> None:
        held.flags.writeable = False
        self.held = held

    dtype = property(lambda self: self.held.dtype)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.held

    def delete(self) -> Any:
        self.held = None


Array.__module__ = "jax"


def device_put(array: Any, device: Any) -> Any:
    assert device in devices()
    return Array(array.astype(np.float32) if array.dtype == np.float64 else array)


def block_until_ready(value: Any) -> Any:
    if isinstance(value, Array) and value.held is None:
        raise RuntimeError("Array has been deleted")
    return value


def devices(platform: Any = None) -> Any:
    if platform not in (None, "cpu"):
        raise RuntimeError(f"Unknown backend {platform}")
    return ["TFRT_CPU_0"]
