"""Frozen dataclasses as JSON and back.

A value that a file lacks because an older version wrote it is ABSENT, so that reading and writing the file keeps it as
it is.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import UNSET as ABSENT
from msgspec import UnsetType as Absent

__all__ = ["ABSENT", "Absent", "Json", "as_json", "from_json", "known"]

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
T = TypeVar("T")


def from_json(value: object, kind: type[T]) -> T:
    """The dataclass in a JSON value. ValueError, with the place, where it has another form."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:  # which is no ValueError in old versions
        raise ValueError(str(error)) from None


def as_json(value: object) -> Json:
    """A dataclass as a JSON value; the inverse of `from_json`."""
    return _with_lists(msgspec.to_builtins(value))


def _with_lists(value: Any) -> Json:
    """The value with lists for tuples, which msgspec leaves and JSON lacks."""
    if isinstance(value, dict):
        return {name: _with_lists(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_lists(inner) for inner in value]
    plain: Json = value
    return plain


def known(value: T | Absent, otherwise: T) -> T:
    """The value, or `otherwise` if it is absent."""
    return otherwise if value is ABSENT else value
