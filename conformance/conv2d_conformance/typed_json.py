"""Frozen dataclasses as JSON and back.

A value that a file lacks because an older version wrote it is ABSENT, so that reading and writing the file keeps it as
it is.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET as ABSENT
from msgspec import UnsetType as Absent

__all__ = ["ABSENT", "Absent", "Json", "as_json", "from_json", "known"]

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
T = TypeVar("T")

TYPES = {
    "int": "a whole number",
    "float": "a number with a point",
    "str": "text",
    "bool": "true or false",
    "null": "null",
    "array": "a list",
    "object": "an object",
}
"""The types of JSON, by their names in the messages of msgspec."""

_MESSAGE = re.compile(r"(?P<fault>.*?)(?: - at `\$\.?(?P<place>.+)`)?", re.DOTALL)
_OTHER_TYPE = re.compile(r"Expected `(.+)`, got `(.+)`")
_MISSING = re.compile(r"Object missing required field `(.+)`")


def from_json(value: object, kind: type[T]) -> T:
    """The dataclass in a JSON value. ValueError, with the place, where it has another form."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:  # which is no ValueError in old versions
        raise ValueError(_in_words(str(error))) from None


def _in_words(message: str) -> str:
    """A message of msgspec as a clause, its place first. A fault of an unforeseen kind keeps its words."""
    parts = _MESSAGE.fullmatch(message)
    assert parts, message
    fault, place = parts["fault"], parts["place"] or "the whole"
    if types := _OTHER_TYPE.fullmatch(fault):
        fault = f"must be {_types(types[1])}, and is {_types(types[2])}"
    elif missing := _MISSING.fullmatch(fault):
        fault = f"{missing[1]} is missing"
    return f"{place}: {fault}"


def _types(names: str) -> str:
    return " or ".join(TYPES.get(name, name) for name in names.split(" | "))


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
