"""Objects that a script or a notebook handed over as they are, since no other process finds them by a name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class HandedOver:
    """A function or an adapter, where it comes from, and what is `told` of how it runs."""

    value: object
    module: str
    name: str
    told: str


OBJECTS: dict[str, HandedOver] = {}
"""By their target. A forked process has those that its parent had."""


@contextmanager
def handed_over(text: str, given: HandedOver) -> Iterator[None]:
    """Let a target denote the object."""
    OBJECTS[text] = given
    try:
        yield
    finally:
        del OBJECTS[text]
