"""The known effects: the mutants, and those that a small grammar composes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from conv2d_conformance import spec
from conv2d_conformance.contract.signatures import MAIN
from conv2d_conformance.diagnosis import composed_effects
from conv2d_conformance.diagnosis.effects import Effect
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import catalogue

UNSAFE = ("memory", "determinism")
"""Chapters whose mutants write where they must not, or keep state."""


@cache
def mutants() -> tuple[Effect, ...]:
    """The mutants of conv2d whose fault shows in the output."""
    return tuple(
        Effect(mutant.name, mutant.sentence, mutant.adapter.conv2d, is_mutant=True)
        for mutant in catalogue().values()
        if spec.operation_of(mutant.breaks) == MAIN and mutant.breaks.partition(".")[0] not in UNSAFE
    )


def known_effects(call: Call) -> Iterator[Effect]:
    """All effects that could be behind a wrong answer to this legal call, the mutants first."""
    yield from mutants()
    yield from composed_effects.effects(call)
