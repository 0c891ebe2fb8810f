"""A diagnosis, and the one sentence that states it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conv2d_conformance.diagnosis.model import Model

LONGEST_MESSAGE = 160
YOUR_OUTPUT = "your output"
"""The beginning of a sentence about an output."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """An explanation of the wrong answers that contradicts no answer that was seen.

    `mutant` is the known fault, if it is one; `trigger` the rule for when it shows, empty for always. `model` states
    the sentence in a form that can be compared with other answers; None where it is only about the failing case.
    """

    sentence: str
    wrong: int
    right: int
    mutant: str | None = None
    trigger: str = ""
    model: Model | None = field(default=None, compare=False)

    @property
    def evidence(self) -> str:
        """The number of answers that it was compared with."""
        return f"no contradiction in {self.wrong} wrong and {self.right} right answers"


def about_effect(effect: str, trigger: str) -> str:
    """An effect, and when it shows."""
    only = f", only where {trigger}" if trigger else ""
    return f"{YOUR_OUTPUT} equals {effect}{only}"


def about_trigger(trigger: str) -> str:
    """When the answer is wrong, where the effect is unknown."""
    return f"{YOUR_OUTPUT} is wrong only where {trigger}"


def about_refusal(message: str, trigger: str) -> str:
    """When a legal call is refused, and with which message."""
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
    """A sentence about only the failing case."""
    return f"in the failing case, {structure}"
