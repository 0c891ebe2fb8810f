"""A failing case, as reports tell it."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.typed_json import ABSENT, Absent
from conv2d_conformance.verdict.judgement import Aspect, Fault
from conv2d_conformance.verdict.simplest_case import REPETITIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failing case in its simplest form, the calls that must come before, and how often it fails when asked again.

    `beside` is the call that must be made at the same time, by another thread. `aspect` is the respect in which the
    case fails. `explained_by` is the narrowest requirement that is about what the case cannot do without, where that
    was asked; `explained_too` are others.
    """

    case: str
    got: str
    required: str
    first_case: str
    after: tuple[str, ...] = ()
    beside: str | Absent | None = ABSENT
    failed_repetitions: int
    repetitions: int
    diagnosis: str | None = None
    explained_by: str | Absent | None = ABSENT
    explained_too: tuple[str, ...] | Absent = ABSENT
    aspect: Aspect | Absent = ABSENT


def as_it_is(line: str, fault: Fault) -> Failure:
    """A failure that was neither reduced nor asked again."""
    return failure_of(line, fault, first_case=line, failed=1, repetitions=1)


def as_always(line: str, fault: Fault) -> Failure:
    """A failure that was seen once and is assumed to occur every time."""
    return failure_of(line, fault, first_case=line, failed=REPETITIONS, repetitions=REPETITIONS)


def failure_of(line: str, fault: Fault, *, first_case: str, failed: int, repetitions: int) -> Failure:
    """The failure of a case that was reduced from `first_case`, with how often it failed when asked again."""
    return Failure(
        case=line,
        got=fault.got,
        required=fault.required,
        first_case=first_case,
        beside=None,
        failed_repetitions=failed,
        repetitions=repetitions,
        aspect=fault.aspect,
    )
