"""An effect: a wrong conv2d, and a description of its output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.mutants.call import Call


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

    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return function(Call(input, weight, bias, **attributes, given=frozenset(attributes)))

    return Effect(sentence, sentence, conv2d, cost)
