"""Exact arithmetic, and roundings of it to any number of bits: what the answers of an implementation are held against.

Slow, and meant for a few thousand operations: here it matters more that it is obviously right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

from conv2d_conformance.contract.formats import FORMATS, Format

Number = Fraction | float

ROUNDINGS: dict[str, Callable[[Fraction], int]] = {
    "nearest-even": round,
    "toward zero": math.trunc,
    "up": math.ceil,
    "down": math.floor,
    "nearest-away": lambda value: math.floor(abs(value) + Fraction(1, 2)) * (1 if value > 0 else -1),
}
"""How a number that lies between two neighbours becomes one of them. In this order they are tried."""


def rounded(value: Number, numbers: Format, rounding: str = "nearest-even") -> Fraction:
    """The value rounded to a format, whose largest number is not looked at."""
    exact = Fraction(value)
    if exact == 0:
        return exact
    quantum = Fraction(2) ** (max(_exponent(exact), numbers.min_exponent) - numbers.precision + 1)
    return ROUNDINGS[rounding](exact / quantum) * quantum


def _exponent(value: Fraction) -> int:
    """The e for which 2^e <= |value| < 2^(e+1)."""
    size = abs(value)
    guess = size.numerator.bit_length() - size.denominator.bit_length()
    return guess if size >= Fraction(2) ** guess else guess - 1


def of_precision(bits: int) -> Format:
    """A format of so many bits, and of a range that is never in the way."""
    return replace(FORMATS["float64"], precision=bits)


def format_name(bits: int) -> str:
    """The usual format with so many bits, or an empty string."""
    return next((name for name, numbers in FORMATS.items() if numbers.precision == bits), "")


def which_rounding(exact: Sequence[Fraction], got: Sequence[float], numbers: Format) -> str | None:
    """The first rounding that explains all of the answers."""
    for rounding in ROUNDINGS:
        if all(
            math.isfinite(answer) and Fraction(answer) == rounded(value, numbers, rounding)
            for value, answer in zip(exact, got, strict=True)
        ):
            return rounding
    return None
