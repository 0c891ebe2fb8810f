"""What a faulty output may look like: the mutants, and a small grammar of effects beyond them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.mutants.call import Call

UNSAFE = ("memory", "determinism", "gradients", "initialisation")
"""Chapters whose mutants write where they must not, remember, or do something else than conv2d."""


@dataclass(frozen=True, eq=False)
class Effect:
    """A wrong conv2d. `sentence` completes "your output equals ..."; of two that fit, the less costly is named."""

    name: str
    sentence: str
    conv2d: Callable[..., Any]
    cost: float = 2.0
    is_mutant: bool = False


def effect(sentence: str, function: Callable[[Call], Array], cost: float = 2.0) -> Effect:
    """An effect as a function from a call to its wrong answer."""

    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return function(Call(input, weight, bias, **attributes, given=frozenset(attributes)))

    return Effect(sentence, sentence, conv2d, cost)


@cache
def mutants() -> tuple[Effect, ...]:
    """The catalogue, as far as it can be told from an output."""
    from conv2d_conformance.mutants import catalogue

    return tuple(
        Effect(mutant.name, mutant.sentence, mutant.adapter.conv2d, is_mutant=True)
        for mutant in catalogue().values()
        if mutant.breaks.partition(".")[0] not in UNSAFE
    )


def known_effects(call: Call) -> Iterator[Effect]:
    """All effects that could be behind a wrong answer to this legal call, the mutants first."""
    from conv2d_conformance.diagnosis import grammar

    yield from mutants()
    yield from grammar.effects(call)
