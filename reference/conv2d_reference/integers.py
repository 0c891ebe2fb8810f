"""What counts as an int, and as a pair of ints, wherever an argument of this package asks for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import SupportsIndex, TypeAlias, TypeGuard

import numpy as np

Pair: TypeAlias = tuple[int, int]
IntOrPair: TypeAlias = SupportsIndex | Sequence[SupportsIndex]


def integer(name: str, value: object, *, least: int) -> int:
    """`value` as an int.

    NumPy's integers are ints. Bools are not, and neither are floats, even integral ones: TypeError. A value below
    `least` is a ValueError.
    """
    if type(value) is int and value >= least:  # the usual case first: test suites call this thousands of times
        return value
    if not _is_integer(value):
        raise TypeError(f"{name} must be an int, got {value!r}")
    number = int(value)
    if number < least:
        raise ValueError(f"{name} must be at least {least}, got {number}")
    return number


def pair(name: str, value: object, *, least: int, accepted: str = "an int or a pair of ints (height, width)") -> Pair:
    """`value` as (height, width).

    From the document: "a single int, in which case the same value is used for the height and width dimension; a tuple
    of two ints, in which case the first int is used for the height dimension, and the second int for the width
    dimension". A list of two is taken for a tuple; any other length is a ValueError, any other type a TypeError.
    """
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"{name} must be {accepted}, got {value!r}, whose length is {len(value)}")
        if type(value[0]) is type(value[1]) is int and value[0] >= least <= value[1]:
            return value[0], value[1]
        return integer(f"{name}[0]", value[0], least=least), integer(f"{name}[1]", value[1], least=least)
    if not _is_integer(value):
        raise TypeError(f"{name} must be {accepted}, got {value!r}")
    both = integer(name, value, least=least)
    return both, both


def _is_integer(value: object) -> TypeGuard[SupportsIndex]:
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)
