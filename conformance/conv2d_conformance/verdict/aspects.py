"""The aspect in which a recorded case fails."""

from __future__ import annotations

from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.fault_sentences import ANY_ANSWER, NO_SUCH_THING, REFUSED, REPEATED
from conv2d_conformance.verdict.judgement import Aspect

SAID: frozenset[Aspect] = frozenset({"accepted", "answered", "observed", "repeated"})
"""The aspects that the words of a failure tell."""

BY_WHAT_IS_REQUIRED: dict[str, Aspect] = {ANY_ANSWER: "answered", NO_SUCH_THING: "observed", REPEATED: "repeated"}


def aspect_of(failure: Failure) -> Aspect:
    """The aspect that was recorded. Old reports have none: it is read off their words.

    What words do not tell apart, no reader does: it is called "values".
    """
    return known(failure.aspect, aspect_by_words(failure))


def aspect_by_words(failure: Failure) -> Aspect:
    """The aspect as the words of a failure say it."""
    return "accepted" if failure.got.startswith(REFUSED) else BY_WHAT_IS_REQUIRED.get(failure.required, "values")


def is_refusal(failure: Failure) -> bool:
    """Whether a legal call was refused."""
    return aspect_of(failure) == "accepted"
