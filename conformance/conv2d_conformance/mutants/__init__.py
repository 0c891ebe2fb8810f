"""Implementations that are wrong on purpose, to certify the certifier.

Each mutant is a few lines on top of one right implementation, and right everywhere but on its trigger. It names the
requirement that it breaks and, where there is one, the published bug that it replays. As a target of the command
line a mutant is `conv2d_conformance.mutants.MODULE:NAME`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from conv2d_conformance import spec
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import ARGUMENTS, PADDING_MODES, PADDINGS, VIEWS, Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.mutants.call import Call

CAPABILITIES = Capabilities(
    dtypes=frozenset(DTYPES),
    padding=frozenset(PADDINGS),
    padding_modes=frozenset(PADDING_MODES),
    arguments=frozenset(ARGUMENTS),
    unbatched=True,
    empty_batch=True,
    views=frozenset(VIEWS),
    validation=True,
    non_finite=True,
    deterministic=True,
    thread_safe=True,
)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong implementation. `replays` is the published bug, as owner/repository#number, or empty.

    `sentence` completes "your output equals ...". `effort` is the least that finds it.
    """

    name: str
    breaks: str
    replays: str
    sentence: str
    adapter: Adapter
    effort: str = "quick"


def breaks(
    requirement: str, *, replays: str = "", grades: Mapping[str, str] | None = None
) -> Callable[[Callable[[Call], Any]], Mutant]:
    """Make a mutant of a function from a Call to the wrong answer; its docstring says what is wrong.

    `grades` are the accuracy classes that it claims, for what a right implementation may claim and this one does not
    reach.
    """
    spec.get(requirement)
    claims = replace(CAPABILITIES, grades=grades or {})

    def make(function: Callable[[Call], Any]) -> Mutant:
        def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
            return function(Call(input, weight, bias, **attributes, given=frozenset(attributes)))

        name = function.__name__
        sentence = (function.__doc__ or "").strip()
        adapter = Adapter(name=name, version="mutant", conv2d=conv2d, capabilities=claims, description=sentence)
        return Mutant(name, requirement, replays, sentence, adapter)

    return make


@cache
def catalogue() -> dict[str, Mutant]:
    """All mutants by name."""
    found: dict[str, Mutant] = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        for value in vars(module).values():
            if isinstance(value, Mutant) and found.setdefault(value.name, value) is not value:
                raise ValueError(f"two mutants are called {value.name}")
    return found
