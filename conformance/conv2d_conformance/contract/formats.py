"""The floating-point formats, described by numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A binary format: `precision` bits of significand, and the numbers that follow.

    Every integer up to 2^precision is exact in it.
    unit: half the distance from 1 to the next number. normal: the smallest normal number. tiny: the smallest
    subnormal. largest: the largest finite number.
    """

    name: str
    precision: int
    min_exponent: int
    max_exponent: int

    @property
    def unit(self) -> float:
        return 2.0**-self.precision

    @property
    def normal(self) -> float:
        return 2.0**self.min_exponent

    @property
    def tiny(self) -> float:
        return 2.0 ** (self.min_exponent - self.precision + 1)

    @property
    def largest(self) -> float:
        return (2.0 - 2.0 ** (1 - self.precision)) * 2.0**self.max_exponent


FORMATS = {
    "float32": Format("float32", 24, -126, 127),
    "float64": Format("float64", 53, -1022, 1023),
    "float16": Format("float16", 11, -14, 15),
    "bfloat16": Format("bfloat16", 8, -126, 127),
}
"""The formats of arrays, by the name of their dtype."""

DTYPES = tuple(FORMATS)

TF32 = Format("tf32", 11, -126, 127)
"""What NVIDIA's matrix engines keep of a float32 input: its exponent, and the significand of float16."""
