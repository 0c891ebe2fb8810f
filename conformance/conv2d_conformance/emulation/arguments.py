"""Changes to arguments of a call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def each(value: Any, change: Callable[[Any], Any]) -> Any:
    """Change the value, or each number of a pair; strings stay."""
    if isinstance(value, tuple):
        return tuple(map(change, value))
    return value if isinstance(value, str) else change(value)


def swapped(value: Any) -> Any:
    return value[::-1] if isinstance(value, tuple) else value


def at_least(least: int, value: Any) -> Any:
    """The value with every number below the least raised to it."""
    return each(value, lambda number: max(number, least) if isinstance(number, int) else number)


def in_32_bits(value: Any) -> Any:
    """The value with every number wrapped to a signed 32-bit integer."""
    return each(value, lambda number: (number + 2**31) % 2**32 - 2**31 if isinstance(number, int) else number)
