"""The different rejections of a run, for a person to read, since a mistake in an adapter looks like a rejection.

An adapter with a mistake raises, so an illegal call seems rejected as it must be. No verdict follows from the message,
since nobody knows all messages of languages and libraries; but a reader sees the mistake at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from conv2d_conformance.contract.answers import Rejected
from conv2d_conformance.contract.message_kinds import refusal
from conv2d_conformance.verdict.record import JudgedRejections, RejectedCalls

_TYPES = re.compile(
    r"\b(Name|Attribute|UnboundLocal|Import|ModuleNotFound|Reference|UndefVar|UndefinedFunction|NoMethod|NullPointer)"
    r"(Error|Exception)\b"
)
_WORDS = re.compile(
    r"object '[^']+' not found|could not find function|undefined (local )?variable|undefined (method|function|symbol)"
    r"|is not defined\b|has no attribute|is not a function\b|cannot read propert|null pointer|nil pointer"
    r"|attempt to (call|index) a nil",
    re.IGNORECASE,
)
"""Messages of R, Python, JavaScript, Julia, Ruby, Java, Go, Lua and linkers about a missing name or value."""

HINT = "it names something that does not exist: is it a fault of the adapter, and no rejection?"


def looks_like_a_mistake(type: str, message: str) -> bool:
    """Whether the message names something that does not exist. No verdict depends on it."""
    return bool(_TYPES.search(type) or _WORDS.search(message))


class Rejections:
    """The rejections of one check by kind, which ignores numbers; the first of each kind stands for all."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, bool], RejectedCalls] = {}

    def take(self, answer: Rejected, line: str, *, legal: bool) -> None:
        """Note that the call of this line was rejected."""
        kind = refusal(answer), legal
        first = RejectedCalls(type=answer.type, message=answer.message, legal=legal, case=line, times=0)
        known = self._found.setdefault(kind, first)
        self._found[kind] = replace(known, times=known.times + 1)

    def recorded(self) -> tuple[RejectedCalls, ...]:
        return tuple(self._found.values())


def merged(parts: Iterable[Iterable[RejectedCalls]]) -> tuple[JudgedRejections, ...]:
    """The rejections of several checks, each kind once, in order."""
    found: dict[tuple[str, bool], JudgedRejections] = {}
    for one in chain.from_iterable(parts):
        kind = refusal(Rejected(one.type, one.message)), one.legal
        if kind in found:
            found[kind] = replace(found[kind], times=found[kind].times + one.times)
        else:
            suspicious = looks_like_a_mistake(one.type, one.message)
            found[kind] = JudgedRejections(
                type=one.type,
                message=one.message,
                legal=one.legal,
                case=one.case,
                times=one.times,
                suspicious=suspicious,
            )
    return tuple(found.values())


def sentence(rejections: Iterable[JudgedRejections]) -> str:
    """The number of rejections, and which to read first; empty where there are none."""
    told = list(rejections)
    if not told:
        return ""
    number = f"{len(told)} different rejection{'' if len(told) == 1 else 's'}, which the report lists"
    strange = [one for one in told if one.suspicious]
    if not strange:
        return number
    first = f"{strange[0].type}: {strange[0].message}"
    words = "looks" if len(strange) == 1 else "look"
    return f"{number}; {len(strange)} of them {words} like a fault of the adapter itself: {first}"
