"""Implementations that are right, each in another way: every check must let them pass, with every seed.

A suite that rejects one of them gives a false alarm. Their arithmetic comes from `mutants.emulated`; here it is claimed
for what it is.
"""

from __future__ import annotations

from functools import cache

from conv2d_conformance.adapter import Adapter


@cache
def catalogue() -> dict[str, Adapter]:
    """All variants by name."""
    from conv2d_conformance.variants import formats, manners, orders

    found = (*orders.VARIANTS, *formats.VARIANTS, *manners.VARIANTS)
    return {adapter.name: adapter for adapter in found}
