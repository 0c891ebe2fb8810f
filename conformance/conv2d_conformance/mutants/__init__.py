"""Implementations that are wrong on purpose, to certify the certifier.

Each mutant is a few lines on top of one right implementation, and right except where its trigger holds. It names the
requirement that it breaks and, if there is one, the published bug that it replays. On the command line a mutant is the
target `conv2d_conformance.mutants.MODULE:NAME`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from conv2d_conformance import spec
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.emulation.adapters import EVERYTHING, as_conv2d, as_gradients, as_initialize
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.gradients_call import Derived
from conv2d_conformance.emulation.layer import LayerArrays, LayerCall


@dataclass(frozen=True, slots=True)
class Mutant:
    """A wrong implementation. `replays` is the published bug, as owner/repository#number, or empty.

    `sentence` completes "your output equals ...". `effort` is the smallest effort that finds it.
    """

    name: str
    breaks: str
    replays: str
    sentence: str
    adapter: Adapter
    effort: str = "quick"


def breaks(
    requirement: str,
    *,
    replays: str = "",
    grades: Mapping[str, str] | None = None,
    limits: Iterable[str] = (),
    claims: Capabilities = EVERYTHING,
) -> Callable[[Callable[[Call], Any]], Mutant]:
    """Make a mutant of a function from a call to the wrong answer; its docstring says what is wrong.

    `grades` are the accuracy classes that it claims: a right implementation may claim them, but this one misses them.
    `limits` are those that it declares, and `claims` whatever else it claims.
    """
    claimed = replace(claims, grades=grades or {}, limits=tuple(limits))
    return lambda function: _mutant(function, requirement, replays, conv2d=as_conv2d(function), capabilities=claimed)


def divides_wrong(requirement: str, *, claims: Capabilities) -> Callable[[Callable[[Call, int], Any]], Mutant]:
    """Make a mutant of a function from a call and a number of threads to the wrong answer. Its option is `threads`."""

    def make(function: Callable[[Call, int], Any]) -> Mutant:
        def configured(*, threads: str = "1") -> Adapter:
            conv2d = as_conv2d(lambda call: function(call, int(threads)))
            return replace(mutant.adapter, conv2d=conv2d, configure=configured)

        alone = as_conv2d(lambda call: function(call, 1))
        mutant = _mutant(function, requirement, "", conv2d=alone, capabilities=claims, configure=configured)
        return mutant

    return make


def derives_wrong(
    requirement: str, *, replays: str = "", forward: Callable[[Call], Any] = Call.right
) -> Callable[[Callable[[Derived], Any]], Mutant]:
    """Make a mutant of a function from a derived call to wrong gradients; its docstring says what is wrong.

    `forward` answers calls of the convolution, for faults that keep something from one to the other.
    """
    conv2d = as_conv2d(forward)
    return lambda function: _mutant(function, requirement, replays, conv2d=conv2d, gradients=as_gradients(function))


def draws_wrong(
    requirement: str, *, replays: str = "", effort: str = "quick", torch_seed_stream: bool = False
) -> Callable[[Callable[[LayerCall], LayerArrays]], Mutant]:
    """Make a mutant of a function from a call to a wrong layer; its docstring says what is wrong."""
    claims = replace(EVERYTHING, torch_seed_stream=torch_seed_stream)
    conv2d = as_conv2d(Call.right)

    def make(function: Callable[[LayerCall], LayerArrays]) -> Mutant:
        drawn = as_initialize(function)
        return _mutant(function, requirement, replays, effort, conv2d=conv2d, initialize=drawn, capabilities=claims)

    return make


def _mutant(
    function: Callable[..., Any],
    requirement: str,
    replays: str,
    effort: str = "quick",
    *,
    capabilities: Capabilities = EVERYTHING,
    **operations: Any,
) -> Mutant:
    """The mutant of a function. UnknownRequirement where the specification lacks the requirement."""
    spec.get(requirement)
    name, sentence = function.__name__, (function.__doc__ or "").strip()
    adapter = Adapter(name=name, version="mutant", capabilities=capabilities, description=sentence, **operations)
    return Mutant(name, requirement, replays, sentence, adapter, effort)


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
