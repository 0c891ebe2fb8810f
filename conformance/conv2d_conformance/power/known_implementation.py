"""The implementations that suites examine: every mutant of the forward pass, and every right implementation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from conv2d_conformance import mutants, spec, variants
from conv2d_conformance.contract.adapter import Adapter

WRONG, EXACTING, MODEST = "wrong", "right", "right, with less accuracy"
"""A mutant; a right implementation in IEEE arithmetic, in any order; a right one that claims less accuracy."""


@dataclass(frozen=True, slots=True)
class KnownImplementation:
    """An implementation known to be wrong or right. `breaks` is the requirement that it breaks; empty if right."""

    name: str
    kind: str
    adapter: Adapter
    breaks: str = ""

    @property
    def chapter(self) -> str:
        """The chapter of the requirement that it breaks."""
        return self.breaks.partition(".")[0]


@cache
def subjects() -> dict[str, KnownImplementation]:
    """All known implementations by name, the mutants first."""
    found = [
        KnownImplementation(name, WRONG, mutant.adapter, mutant.breaks)
        for name, mutant in mutants.catalogue().items()
        if spec.is_smallest(spec.get(mutant.breaks).profile)
    ]
    found += [
        KnownImplementation(name, MODEST if _claims_less(adapter) else EXACTING, adapter)
        for name, adapter in variants.catalogue().items()
    ]
    return {subject.name: subject for subject in found}


def _claims_less(adapter: Adapter) -> bool:
    claims = adapter.capabilities
    return bool(claims.subnormals) or any(grade != "A" for grade in claims.grades.values())
