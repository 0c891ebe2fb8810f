"""Implementations that are right, each in its own way: every check must let them pass, with every seed.

Rejecting one of them is a false alarm. Their arithmetic comes from `emulation`; here each claims what it has. On the
command line a variant is the target `conv2d_conformance.variants.MODULE:NAME`.
"""

from __future__ import annotations

import importlib
from functools import cache

from conv2d_conformance.contract.adapter import Adapter

MODULES = (
    "orders",
    "compensated",
    "formats",
    "engines",
    "directed",
    "pieces",
    "transforms",
    "flushing",
    "manners",
    "limited",
)


@cache
def catalogue() -> dict[str, Adapter]:
    """All variants by name."""
    found = (adapter for module in MODULES for adapter in importlib.import_module(f"{__name__}.{module}").VARIANTS)
    return {adapter.name: adapter for adapter in found}


@cache
def targets() -> dict[str, str]:
    """The target of each variant on the command line, by the variant's name."""
    modules = [importlib.import_module(f"{__name__}.{module}") for module in MODULES]
    return {
        value.name: f"{module.__name__}:{attribute}"
        for module in modules
        for attribute, value in vars(module).items()
        if isinstance(value, Adapter)
    }
