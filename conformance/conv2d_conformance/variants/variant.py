"""Make a variant from a function that answers a call, and from its claims."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.adapters import EVERYTHING, as_conv2d
from conv2d_conformance.emulation.call import Call


def variant(**claims: Any) -> Callable[[Callable[[Call], Array]], Adapter]:
    """An adapter that claims everything, with some claims replaced; its docstring is its description."""
    capabilities = replace(EVERYTHING, **claims)

    def make(function: Callable[[Call], Array]) -> Adapter:
        return Adapter(
            name=function.__name__.replace("_", "-"),
            version="variant",
            conv2d=as_conv2d(function),
            capabilities=capabilities,
            description=(function.__doc__ or "").strip(),
        )

    return make
