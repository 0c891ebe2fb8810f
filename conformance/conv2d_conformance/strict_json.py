"""JSON as the standard defines it: no key occurs twice in an object, and NaN and the infinities are not numbers."""

from __future__ import annotations

import json
from typing import Any


def loads(text: str) -> Any:
    """The value of a JSON text; ValueError where it is not JSON."""
    return _DECODER.decode(text)


class NameTwice(ValueError):
    """A key occurs twice in one object: readers would disagree about its value."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the key {name!r:.80} occurs twice in one object")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise NameTwice(next(name for name in made if sum(name == other for other, _ in pairs) > 1))
    return made


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_number)
