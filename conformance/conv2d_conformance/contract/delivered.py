"""What a call comes to where the suite stands between a function and the contract, and sees more than its result.

It is returned by the functions that `forms` makes, and by an adapter whose library computes on another device; others
return their arrays as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from conv2d_conformance.contract.answers import Observation

FORM = "form"
"""The word in the environment of an implementation by which it says that the suite made it an adapter, and of what."""


@dataclass(frozen=True)
class Delivered:
    """The value that was returned, and what was observed besides; `wrong` says what came that is no array."""

    value: Any
    observed: tuple[Observation, ...] = ()
    wrong: str = ""


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with the value alone of what it delivers."""

    @wraps(function)
    def call(*positional: Any, **named: Any) -> Any:
        returned = function(*positional, **named)
        return returned.value if isinstance(returned, Delivered) else returned

    return call


class DeviceLost(BaseException):
    """The device does nothing any more since a call on it: the process is of no further use."""
