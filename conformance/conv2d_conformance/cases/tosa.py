"""The six data sets of TOSA's conformance tests for dot products, from their formulas.

Every element depends on its place k among the KS taps of the kernel. An input pixel stands for the tap that it would
meet if windows did not overlap, so the intended sums occur where a window begins at a multiple of the kernel.
The random numbers are Philox's, and e^x is replaced by 2^floor(y) (1 + y - floor(y)), y = x / ln 2, which is the same
on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.philox import MAX_EXPONENTS, fitted, places, size_of, symmetric_of, words
from conv2d_conformance.contract.arrays import Floats

LOG2_E = 1.4426950408889634

SETS = {
    0: "Products of which one factor is zero: their sum is zero.",
    1: "Large exponents: the sums of magnitudes come near the largest number, and do not reach it.",
    2: "Small products onto a large one, all small ones alike.",
    3: "Small products onto a large one, of magnitudes that differ.",
    4: "Large factors that meet zeros, and one small product among them.",
    5: "Both signs and a large range.",
}


def _set(number: int, case: Case, array: str, shape: tuple[int, ...], bits: int) -> Floats:
    size = size_of(shape)
    drawn = words(case, array, 2 * size)
    s, other = symmetric_of(drawn[:size]), symmetric_of(drawn[size:])
    taps = max(1, case.C // case.groups) * case.KH * case.KW
    largest = 2.0 ** ((MAX_EXPONENTS[bits] + 1) // 2) * (1 - 2.0**-bits)  # its square is finite
    if array == "bias":
        bias = largest / (taps + 1) * largest * (0.75 + 0.25 * s) * np.sign(other) if number == 1 else np.zeros(size)
        return fitted(bias, bits)
    k = _tap(case, shape)
    side = 0 if array == "input" else 1
    keeps = (words(case, "shared", taps)[k] & 1) == side  # input and weight never both do
    match number:
        case 0:
            values = np.where(keeps, s, 0.0)
        case 1:
            values = largest / math.sqrt(taps + 1) * (0.75 + 0.25 * s) * np.sign(other)
        case 2:
            values = np.where(k == 0, 1.0, s / math.sqrt(taps))
        case 3:
            values = np.where(k == 0, 16.0 * np.sign(s), _exponential(2 * s) * other)
        case 4:
            values = np.where(k == taps // 2, 0.5 - side, np.where(keeps, largest / math.sqrt(taps) * s, 0.0))
        case _:
            values = largest / math.sqrt(taps + 1) * s
    return fitted(values, bits)


def _tap(case: Case, shape: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """K: channels innermost, as TOSA stores them."""
    _, channel, row, column = places(shape)
    channels = max(1, case.C // case.groups)
    found: npt.NDArray[np.int64] = (row % case.KH * case.KW + column % case.KW) * channels + channel % channels
    return found


def _exponential(x: Floats) -> Floats:
    y = x * LOG2_E
    whole = np.floor(y)
    grown: Floats = np.ldexp(1 + (y - whole), whole.astype(np.int64))
    return grown


RECIPES: dict[str, Callable[[Case, str, tuple[int, ...], int], Floats]] = {
    f"tosa{number}": partial(_set, number) for number in SETS
}
