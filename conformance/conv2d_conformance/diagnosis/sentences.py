"""What is found, and the one sentence that says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conv2d_conformance.diagnosis.model import Model

LONGEST_MESSAGE = 160
YOUR_OUTPUT = "your output"
"""How a sentence begins that speaks of an output."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What explains the wrong answers that were seen, and contradicts none of them and none of the right ones.

    `mutant` is the known fault behind it, if it is one; `trigger` the rule for when it shows, empty for always.
    `model` is what the sentence says, to be held against other answers; None where it speaks of the failing case alone.
    """

    sentence: str
    wrong: int
    right: int
    mutant: str | None = None
    trigger: str = ""
    model: Model | None = field(default=None, compare=False)

    @property
    def evidence(self) -> str:
        """How many answers were held against it."""
        return f"no contradiction in {self.wrong} wrong and {self.right} right answers"


def about_effect(effect: str, trigger: str) -> str:
    """An effect, and when it shows."""
    only = f", only where {trigger}" if trigger else ""
    return f"{YOUR_OUTPUT} equals {effect}{only}"


def about_trigger(trigger: str) -> str:
    """When the answer is wrong, where nobody knows what it is."""
    return f"{YOUR_OUTPUT} is wrong only where {trigger}"


def about_refusal(message: str, trigger: str) -> str:
    """When a legal call is refused, and with which words."""
    words = " ".join(message.split())
    short = words if len(words) <= LONGEST_MESSAGE else f"{words[:LONGEST_MESSAGE]} ..."
    return f'it says "{short}": legal calls are refused only where {trigger}'


def about_refused_effect(effect: str, trigger: str) -> str:
    """The effect that other calls show, where the failing one has no output."""
    only = f", only where {trigger}" if trigger else ""
    return f"your answers to other calls equal {effect}{only}"


def about_crash(trigger: str) -> str:
    return f"there is no answer only where {trigger}"


def about_case(structure: str) -> str:
    """What can be said of the failing case alone."""
    return f"in the failing case, {structure}"
