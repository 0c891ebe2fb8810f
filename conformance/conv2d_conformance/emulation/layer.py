"""A call for a fresh layer, and a right way to draw its parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array, dtype_of

WEIGHT, BIAS = 0, 1
"""The random streams of the two parameters."""

NAMES = ("in_channels", "out_channels", "kernel_size")
"""The names of the positional arguments."""

LayerArrays = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class LayerCall:
    """The arguments as they were passed, with the documented defaults for those not `given`."""

    in_channels: int
    out_channels: int
    kernel_size: Any
    groups: int = 1
    bias: bool = True
    dtype: str = "float32"
    seed: int = 0
    given: frozenset[str] = frozenset()

    @property
    def kernel(self) -> tuple[int, int]:
        return self.kernel_size if isinstance(self.kernel_size, tuple) else (self.kernel_size, self.kernel_size)

    @property
    def area(self) -> int:
        return self.kernel[0] * self.kernel[1]

    @property
    def channels(self) -> int:
        return self.in_channels // self.groups

    @property
    def fan_in(self) -> int:
        return self.channels * self.area

    @property
    def bound(self) -> float:
        return 1 / math.sqrt(self.fan_in)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        return (self.out_channels, self.channels, *self.kernel)

    def units(self, stream: int = WEIGHT, *, bits: int = 53) -> Array:
        """Uniform numbers from -1 to 1 in the shape of a parameter, each with `bits` bits."""
        shape = self.shape if stream == WEIGHT else self.shape[:1]
        raw = np.random.Philox(key=(self.seed << 64) + stream).random_raw(math.prod(shape))
        words: Any = raw >> np.uint64(64 - bits)
        units: Array = ((words + 0.5) * 2.0 ** (1 - bits) - 1).reshape(shape)
        return units

    def normals(self) -> Array:
        """Standard normal numbers in the shape of the weight."""
        normals: Array = np.random.Generator(np.random.Philox(key=self.seed)).standard_normal(self.shape)
        return normals

    def layer(self, weight: Array | None = None, bias: Array | None = None) -> LayerArrays:
        """The right layer, or one with another weight or bias, given in multiples of the bound."""
        kind = dtype_of(self.dtype)
        weight = self.units(WEIGHT) if weight is None else weight
        bias = self.units(BIAS) if bias is None else bias
        return (weight * self.bound).astype(kind), (bias * self.bound).astype(kind) if self.bias else None

    def with_range(self, bound: float) -> LayerArrays:
        """Both parameters, uniform in another range."""
        ratio = bound / self.bound
        return self.layer(self.units(WEIGHT) * ratio, self.units(BIAS) * ratio)
