"""How a variant is made: a function from a call to its answer, and claims."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import VIEWS
from conv2d_conformance.mutants import CAPABILITIES
from conv2d_conformance.mutants.call import Call

EVERYTHING = replace(CAPABILITIES, views=frozenset(VIEWS), deterministic=True)


def variant(**claims: Any) -> Callable[[Callable[[Call], Array]], Adapter]:
    """An adapter that claims everything, with some claims replaced; its docstring is its description."""

    def make(function: Callable[[Call], Array]) -> Adapter:
        def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Array:
            return function(Call(input, weight, bias, **attributes, given=frozenset(attributes)))

        return Adapter(
            name=function.__name__.replace("_", "-"),
            version="variant",
            conv2d=conv2d,
            capabilities=replace(EVERYTHING, **claims),
            description=(function.__doc__ or "").strip(),
        )

    return make
