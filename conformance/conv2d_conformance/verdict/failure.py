"""A failing case, as it is told."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.typed_json import ABSENT, Absent
from conv2d_conformance.verdict.judgement import Aspect, Fault
from conv2d_conformance.verdict.simplifying import REPETITIONS


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
    """What stands as it is: nothing was made simpler, and nothing asked again."""
    return failure_of(line, fault, first_case=line, failed=1, repetitions=1)


def as_always(line: str, fault: Fault) -> Failure:
    """What was seen once and is taken to be so each time."""
    return failure_of(line, fault, first_case=line, failed=REPETITIONS, repetitions=REPETITIONS)


def failure_of(line: str, fault: Fault, *, first_case: str, failed: int, repetitions: int) -> Failure:
    """A fault that a case has, which was another at first, and how often it failed when it was asked again."""
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
