"""As much of JAX as its arrays need here, on NumPy: without x64, and read-only."""

from __future__ import annotations

import numpy as np

__version__ = "stand-in"


class Array:
    def __init__(self, held):
        held.flags.writeable = False
        self.held = held

    dtype = property(lambda self: self.held.dtype)

    def __array__(self, dtype=None, copy=None):
        return self.held

    def delete(self):
        self.held = None


Array.__module__ = "jax"


def device_put(array, device):
    assert device in devices()
    return Array(array.astype(np.float32) if array.dtype == np.float64 else array)


def block_until_ready(value):
    if isinstance(value, Array) and value.held is None:
        raise RuntimeError("Array has been deleted")
    return value


def devices(platform=None):
    if platform not in (None, "cpu"):
        raise RuntimeError(f"Unknown backend {platform}")
    return ["TFRT_CPU_0"]
