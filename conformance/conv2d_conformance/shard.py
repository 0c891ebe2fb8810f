"""A part of a run that is divided among machines: number I of N."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

MOST = 10_000
"""More parts than there are checks help nobody."""


@dataclass(frozen=True, order=True)
class Shard:
    """One of `of` parts of a run; the first has the number 1."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The shard that is written I/N. ValueError."""
        found = re.fullmatch(r"([1-9][0-9]{0,4})/([1-9][0-9]{0,4})", text)
        if found is None or not int(found[1]) <= int(found[2]) <= MOST:
            raise ValueError(f"{text!r} is no part of a run: I/N is number I of N, with I from 1 to N")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @property
    def words(self) -> str:
        """As it is told to people."""
        return f"shard {self.number} of {self.of}"


def words_of(text: str) -> str:
    """The words for a shard that a report names, which may have any author; empty for a whole run."""
    try:
        return Shard.parse(text).words if text else ""
    except ValueError:
        return f"shard {text}"
