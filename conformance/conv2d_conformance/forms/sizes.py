"""The shape of the result, for functions that are given the memory to write it to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Pair = tuple[int, int]


def output_shape(input: Sequence[int], weight: Sequence[int], arguments: Mapping[str, Any]) -> tuple[int, ...]:
    """The output shape of a legal call, by the specification; arguments that are left out have its defaults."""
    stride, dilation = pair(arguments.get("stride", 1)), pair(arguments.get("dilation", 1))
    padding = arguments.get("padding", 0)
    sizes = []
    for axis in (0, 1):
        reach = dilation[axis] * (weight[axis + 2] - 1)
        total = {"same": reach, "valid": 0}[padding] if isinstance(padding, str) else 2 * pair(padding)[axis]
        sizes.append((input[len(input) - 2 + axis] + total - reach - 1) // stride[axis] + 1)
    return (*input[:-3], weight[0], *sizes)


def pair(value: Any) -> Pair:
    """One number for both axes, or a number for each."""
    first, second = (value, value) if isinstance(value, int) else value
    return first, second
