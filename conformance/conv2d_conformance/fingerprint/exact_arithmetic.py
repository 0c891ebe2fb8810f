"""Exact arithmetic rounded to any number of bits, with which the answers of an implementation are compared.

It is slow, and meant for a few thousand operations: being obviously right matters more here.
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
"""The ways to round a number between two neighbours to one of them, in the order in which they are tried."""


def rounded(value: Number, numbers: Format, rounding: str = "nearest-even") -> Fraction:
    """The value rounded to a format; its largest number is ignored."""
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
    """A format of this many bits with a practically unlimited range."""
    return replace(FORMATS["float64"], precision=bits)


def format_name(bits: int) -> str:
    """The name of the usual format with this many bits, or an empty string."""
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
