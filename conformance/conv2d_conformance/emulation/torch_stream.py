"""The layers that PyTorch draws for a seed, made step by step as PyTorch makes them.

The generator is MT19937, written out here. A number is `x (to - from) + from` with `x` in [0, 1) from the low bits of a
word, as `uniform_` computes it: in floating point, with one rounding or with two.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.emulation.layer import LayerArrays, LayerCall

WORDS, MIDDLE = 624, 397
UPPER, LOWER = 0x80000000, 0x7FFFFFFF


def words(seed: int) -> Iterator[int]:
    """The 32-bit words of MT19937 (Matsumoto and Nishimura, 1998)."""
    state = [seed % 2**32]
    for i in range(1, WORDS):
        state.append((1812433253 * (state[-1] ^ (state[-1] >> 30)) + i) % 2**32)
    while True:
        for i in range(WORDS):
            joined = (state[i] & UPPER) | (state[(i + 1) % WORDS] & LOWER)
            state[i] = state[(i + MIDDLE) % WORDS] ^ (joined >> 1) ^ (0x9908B0DF if joined % 2 else 0)
        yield from map(_tempered, state)


def _tempered(word: int) -> int:
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C5680
    word ^= (word << 15) & 0xEFC60000
    return word ^ (word >> 18)


def torch_layer(asked: LayerCall, seed: int, *, fused: bool = True) -> LayerArrays:
    """The weight, drawn by `kaiming_uniform_(a=sqrt(5))`, and then the bias.

    fused: whether product and sum of a float32 weight are rounded together.
    """
    stream = words(seed)
    # Leaky ReLU has the gain sqrt(2 / (1 + a^2)); a uniform law reaches sqrt(3) standard deviations.
    reach = math.sqrt(3.0) * (math.sqrt(2.0 / (1 + math.sqrt(5.0) ** 2)) / math.sqrt(asked.fan_in))
    weight = _uniform(stream, math.prod(asked.shape), reach, asked.dtype, fused=fused).reshape(asked.shape)
    if not asked.bias:
        return weight, None
    return weight, _uniform(stream, asked.out_channels, 1 / math.sqrt(asked.fan_in), asked.dtype)


def _uniform(stream: Iterator[int], number: int, reach: float, dtype: str, *, fused: bool = True) -> Array:
    """Numbers from -reach to reach; the end above, which only rounding reaches, becomes the end below."""
    if dtype == "float64":
        return np.array([_double(next(stream), next(stream), reach) for _ in range(number)])
    end = np.float32(reach)
    x = np.array([next(stream) % 2**24 for _ in range(number)], np.float32) / np.float32(2**24)
    if fused:
        # 2 end x has at most 48 bits, and the sum is a multiple of its last place: exact in float64.
        singles: Any = (np.float64(end) * 2 * x.astype(np.float64) - np.float64(end)).astype(np.float32)
    else:
        singles = x * (2 * end) - end
    drawn: Array = singles.astype(dtype_of(dtype))
    if dtype != "float32":
        drawn[drawn == end.astype(dtype_of(dtype))] = (-end).astype(dtype_of(dtype))
    return drawn


def _double(high: int, low: int, reach: float) -> float:
    """From the low 53 bits of two words. Integers are divided with one rounding, as product and sum are when fused."""
    bits = (high * 2**32 + low) % 2**53
    top, bottom = reach.as_integer_ratio()
    return top * (2 * bits - 2**53) / (bottom * 2**53)
