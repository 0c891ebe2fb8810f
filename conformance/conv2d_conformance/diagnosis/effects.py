"""An effect: a wrong conv2d, and a description of its output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.adapters import as_conv2d
from conv2d_conformance.emulation.call import Call


@dataclass(frozen=True, eq=False)
class Effect:
    """A wrong conv2d. `sentence` completes "your output equals ..."; of two that fit, the cheaper one is named."""

    name: str
    sentence: str
    conv2d: Callable[..., Any]
    cost: float = 2.0
    is_mutant: bool = False


def effect(sentence: str, function: Callable[[Call], Array], cost: float = 2.0) -> Effect:
    """An effect made of a function from a call to its wrong answer."""
    return Effect(sentence, sentence, as_conv2d(function), cost)
