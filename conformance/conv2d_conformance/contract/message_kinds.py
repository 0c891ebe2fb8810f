"""The kind of a message or a refusal. Two are of one kind where they differ only in numbers and addresses."""

from __future__ import annotations

import re

from conv2d_conformance.contract.answers import Rejected

_NUMBERS = re.compile(r"0x[0-9a-fA-F]+|[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_LISTS = re.compile(r"#(?:\s*[,x*]\s*#)+,?")


def masked(text: str) -> str:
    """The text with a mark in place of each number, and of each list of numbers."""
    return _LISTS.sub("#", _NUMBERS.sub("#", " ".join(text.split())))


def refusal(answer: Rejected) -> str:
    """The kind of a refusal."""
    return f"{answer.type}: {masked(answer.message)}"
