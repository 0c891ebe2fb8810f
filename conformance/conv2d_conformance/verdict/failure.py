"""A failing case, as it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conv2d_conformance.verdict.simplifying import REPETITIONS


@dataclass(frozen=True, slots=True)
class Failure:
    """A failing case in its simplest form, the calls that must come before, and how often it fails when asked again.

    `beside` is the call that must be made at the same time, by another thread.
    """

    case: str
    got: str
    required: str
    first_case: str
    after: tuple[str, ...] = ()
    beside: str | None = None
    failed_repetitions: int = REPETITIONS
    repetitions: int = REPETITIONS
    diagnosis: str | None = None


def as_it_is(line: str, got: str, required: str) -> Failure:
    """What stands as it is: nothing was made simpler, and nothing asked again."""
    return Failure(line, got, required, line, failed_repetitions=1, repetitions=1)


def failure_as_json(failure: Failure) -> dict[str, Any]:
    return {name: getattr(failure, name) for name in Failure.__slots__} | {"after": list(failure.after)}
