"""When two messages, or two refusals, are of one kind: they differ in numbers and addresses alone."""

from __future__ import annotations

import re

from conv2d_conformance.contract.answers import Rejected

_NUMBERS = re.compile(r"0x[0-9a-fA-F]+|[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_LISTS = re.compile(r"#(?:\s*[,x*]\s*#)+,?")


def masked(text: str) -> str:
    """The text with one mark for each number, and for each list of them."""
    return _LISTS.sub("#", _NUMBERS.sub("#", " ".join(text.split())))


def refusal(answer: Rejected) -> str:
    """The kind of a refusal."""
    return f"{answer.type}: {masked(answer.message)}"
