"""A right initialiser: every value is exactly uniform, then rounded once. It realises the null hypothesis."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_reference.lowered import conv2d


def initialize(
    in_channels: int,
    out_channels: int,
    kernel_size: int | tuple[int, int],
    *,
    groups: int = 1,
    bias: bool = True,
    dtype: str = "float32",
    seed: int = 0,
) -> tuple[Array, Array | None]:
    """The weight and the bias, from 53 bits of Philox each."""
    KH, KW = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    shape = (out_channels, in_channels // groups, KH, KW)
    stream = np.random.Philox(key=seed)
    bound = 1 / math.sqrt(math.prod(shape[1:]))
    return _uniform(stream, shape, bound, dtype), _uniform(stream, shape[:1], bound, dtype) if bias else None


def _uniform(stream: np.random.Philox, shape: tuple[int, ...], bound: float, dtype: str) -> Array:
    words: Any = stream.random_raw(math.prod(shape)) >> np.uint64(11)
    values: Array = ((words * 2.0**-52 - 1) * bound).reshape(shape)
    return values.astype(dtype_of(dtype))


adapter = Adapter(
    name="ideal",
    version="1",
    conv2d=conv2d,
    initialize=initialize,
    capabilities=Capabilities(dtypes=frozenset(DTYPES), arguments={"pair", "scalar", "defaults"}),
)
