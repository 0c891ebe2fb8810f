"""Implementations that are right, each in another way: every check must let them pass, with every seed.

A suite that rejects one of them gives a false alarm. Their arithmetic comes from `emulation`; here it is claimed for
what it is. As a target of the command line a variant is `conv2d_conformance.variants.MODULE:NAME`.
"""

from __future__ import annotations

import importlib
from functools import cache

from conv2d_conformance.contract.adapter import Adapter

MODULES = ("orders", "compensated", "formats", "engines", "directed", "pieces", "transforms", "flushing", "manners")


@cache
def catalogue() -> dict[str, Adapter]:
    """All variants by name."""
    found = (adapter for module in MODULES for adapter in importlib.import_module(f"{__name__}.{module}").VARIANTS)
    return {adapter.name: adapter for adapter in found}


@cache
def targets() -> dict[str, str]:
    """How the command line is told which variant is meant, by its name."""
    modules = [importlib.import_module(f"{__name__}.{module}") for module in MODULES]
    return {
        value.name: f"{module.__name__}:{attribute}"
        for module in modules
        for attribute, value in vars(module).items()
        if isinstance(value, Adapter)
    }
