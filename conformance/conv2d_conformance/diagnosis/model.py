"""A diagnosis as a model that can be compared with any further answer."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.contract.answers import Broken, Rejected
from conv2d_conformance.contract.message_kinds import refusal
from conv2d_conformance.diagnosis.effect_matching import explains, spoils
from conv2d_conformance.diagnosis.effects import Effect
from conv2d_conformance.diagnosis.evidence import SeenAnswer
from conv2d_conformance.diagnosis.sizes import sizes_of
from conv2d_conformance.diagnosis.trigger import ALWAYS, Rule


@dataclass(frozen=True, eq=False)
class Model:
    """A conv2d that is right except where a rule holds: there it shows an effect, refuses, or is wrong in some way.

    `refuses` is the kind of the refusal; `crashes` says that there is no answer.
    """

    effect: Effect | None
    rule: Rule = ALWAYS
    refuses: str | None = None
    crashes: bool = False

    @property
    def says_how(self) -> bool:
        """Whether the model says how answers are wrong, not only when."""
        return self.effect is not None or self.refuses is not None or self.crashes

    def shows(self, seen: SeenAnswer) -> bool | None:
        """Whether the rule holds for a case. It never holds for illegal calls; None where a limit is unknown."""
        if self.rule is ALWAYS:
            return True
        if seen.question.illegal_because is not None:
            return False
        sizes = sizes_of(seen.case)
        return None if self.rule.is_silent(sizes) else self.rule.holds(sizes)

    def contradicts(self, seen: SeenAnswer) -> bool:
        """Whether an answer differs from the model's."""
        shows = self.shows(seen)
        if shows is None:
            return False
        if self.effect is not None:
            if seen.wrong:
                return not shows or explains(self.effect, seen) is False
            return shows and spoils(self.effect, seen)
        return not shows and self.is_like(seen)

    def spares(self, seen: SeenAnswer) -> bool:
        """Whether an answer is right where the model says that it may be wrong, without saying how."""
        return self.effect is None and self.shows(seen) is True and not self.is_like(seen)

    def explains(self, seen: SeenAnswer) -> bool:
        """Whether a wrong answer is the one that the model predicts."""
        if not seen.wrong or not self.shows(seen):
            return False
        return self.is_like(seen) if self.effect is None else explains(self.effect, seen) is True

    def is_like(self, seen: SeenAnswer) -> bool:
        """Whether an answer is wrong in the way of a model without an effect."""
        if self.refuses is not None:
            return isinstance(seen.answer, Rejected) and seen.wrong and refusal(seen.answer) == self.refuses
        return seen.wrong and isinstance(seen.answer, Broken) == self.crashes
