"""Shapes whose arrays are just larger than an index of 31 bits: one array each, in bytes of float32 or in elements.

The kernel of the convolution addresses its arrays by element or by byte, and the matrix that it lowers them to by
element. Each shape is the smallest of its family that passes the limit, so that everything else in it stays small.
"""

from __future__ import annotations

from collections.abc import Callable

LIMIT = 2**31
FLOAT32 = 4
"""The bytes of an element, for the limits in bytes."""


def _input(elements: int) -> str:
    """Many channels of a wide image, of which a stride reads a part."""
    return f"n3c40h{_least(elements, 3 * 40 * 4099)}w4099 m2k3x3 s3x3 p1x1 bias"


def _output(elements: int) -> str:
    """Many filters over one channel."""
    return f"n2c1h{_least(elements, 2 * 67 * 4099)}w4099 m67k1x1 bias"


def _weight(elements: int) -> str:
    """Many channels and filters of a few pixels."""
    return f"n2c{_least(elements, 16384 * 9)}h3w4 m16384k3x3"


def _lowered(elements: int) -> str:
    """A large kernel, whose windows overlap: arrays of a few megabytes, and a matrix of billions."""
    rows = _least(elements, 48 * 11 * 11 * 1009)
    return f"n1c48h{rows + 10}w1019 m3k11x11 bias"


def _least(elements: int, factor: int) -> int:
    """The least size with which an array of so many elements for each of it has more than `elements`."""
    return elements // factor + 1


_FAMILIES: dict[str, Callable[[int], str]] = {
    "input": _input,
    "output": _output,
    "weight": _weight,
    "lowered matrix": _lowered,
}

LARGE_INDICES = {
    f"{array} of 2^31 {unit}": line(LIMIT // size)
    for array, line in _FAMILIES.items()
    for unit, size in (("bytes", FLOAT32), ("elements", 1))
}
"""The lines, by the array that passes the limit."""
