"""The stream of PyTorch's CPU generator, without PyTorch: MT19937, bit for bit.

With x = r 2^-d the value is fma(x, 2t, -t), which is t (2x - 1) rounded once. Since 2x - 1 = (r - 2^(d-1)) 2^(1-d) is
exact in the type, one multiplication does the same as the fused multiply-add.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from conv2d_conformance.cases.layer_case import LayerCase
from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.initialisation.sample import Parameters, PValue


def seed_stream(case: LayerCase, layers: Sequence[Parameters]) -> Iterator[PValue]:
    """A p-value of 0 where an element differs from the stream."""
    for seed, layer in zip(case.seeds, layers, strict=True):
        for name, got, expected in zip(
            ("weight", "bias"), (layer.weight, layer.bias), expected_of(case, seed), strict=True
        ):
            if expected is None or got is None:
                continue
            wrong = got != expected.astype(np.float64)
            words = f"every {name} of the seed {seed} is the one of the stream"
            if wrong.any():
                index = tuple(int(i) for i in np.argwhere(wrong)[0])
                value = float(expected[index])
                words = f"{name}{list(index)} of the seed {seed} is {float(got[index])!r}; the stream has {value!r}"
            yield PValue("stream", 0.0 if wrong.any() else 1.0, words)


def expected_of(case: LayerCase, seed: int) -> tuple[Array, Array | None]:
    """The weight and the bias that PyTorch draws."""
    # NumPy promises that RandomState stays as it is, for ever.
    generator = np.random.RandomState(seed % 2**32)
    gain = math.sqrt(2.0 / (1 + math.sqrt(5.0) ** 2))
    weight_bound = math.sqrt(3.0) * (gain / math.sqrt(case.fan_in))
    weight = _uniform(generator, case.weight_shape, weight_bound, case.dtype)
    bias = _uniform(generator, (case.M,), 1 / math.sqrt(case.fan_in), case.dtype) if case.bias else None
    return weight, bias


def _uniform(generator: np.random.RandomState, shape: tuple[int, ...], bound: float, dtype: str) -> Array:
    n = math.prod(shape)
    if dtype == "float64":
        high, low = _words(generator, 2 * n).astype(np.uint64).reshape(n, 2).T
        r = ((high << np.uint64(32)) | low) & np.uint64(2**53 - 1)
        doubles: Array = bound * ((r.astype(np.int64) - 2**52) * 2.0**-52)
        return doubles.reshape(shape)
    r32 = (_words(generator, n) & np.uint32(2**24 - 1)).astype(np.int64) - 2**23
    values: Any = np.float32(bound) * (r32 * 2.0**-23).astype(np.float32)
    rounded, top = values.astype(dtype_of(dtype)), np.float32(bound).astype(dtype_of(dtype))
    if dtype != "float32":
        rounded[rounded == top] = -top
    stream: Array = rounded.reshape(shape)
    return stream


def _words(generator: np.random.RandomState, n: int) -> Array:
    return generator.randint(0, 2**32, n, dtype=np.uint32)
