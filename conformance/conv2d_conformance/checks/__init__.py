"""The checks: one pytest function each, which tests one or more requirements of the spec.

A check names its requirements with `covers`, draws or lists cases, and hands them to the implementation under test,
`iut`, which judges every answer by the law.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from conv2d_conformance import spec

CheckT = TypeVar("CheckT", bound=Callable[..., Any])


def covers(*requirements: str) -> Callable[[CheckT], CheckT]:
    """Name the requirements that a check tests. UnknownRequirement where the spec lacks an id."""
    for requirement in requirements:
        spec.get(requirement)

    def mark(function: CheckT) -> CheckT:
        function.covers = requirements  # type: ignore[attr-defined]  # a function takes any attribute
        return function

    return mark


@dataclass(frozen=True, slots=True)
class Check:
    """A check, its name (`test_stride::test_steps`) and the requirements that it covers."""

    name: str
    requirements: tuple[str, ...]
    function: Callable[..., None]

    @property
    def of_shapes(self) -> bool:
        """Whether it asks the shapes that somebody names, and nothing where nobody names any."""
        return hasattr(self.function, "of_shapes")

    @property
    def sentence(self) -> str:
        return (self.function.__doc__ or "").strip()

    @property
    def decides(self) -> bool:
        """Whether a requirement of the check is a MUST, on which a certificate depends."""
        return any(spec.get(requirement).level == "MUST" for requirement in self.requirements)

    @property
    def features(self) -> frozenset[str]:
        """The features that must be claimed for the check to run."""
        return frozenset().union(*(spec.get(requirement).features for requirement in self.requirements))

    @property
    def profile(self) -> str:
        """The smallest profile that all of its requirements belong to."""
        return spec.smallest_profile(spec.get(requirement).profile for requirement in self.requirements)

    @property
    def operations(self) -> frozenset[str]:
        """The operations that an adapter must have for the check to run."""
        return frozenset(spec.get(requirement).operation for requirement in self.requirements)

    @property
    def needs(self) -> frozenset[str]:
        """The features and operations that must be claimed for the check to run."""
        return self.features | self.operations


def of_shapes(function: CheckT) -> CheckT:
    """Mark a check that asks the shapes that somebody names: it is no part of a run without any."""
    function.of_shapes = True  # type: ignore[attr-defined]  # a function takes any attribute
    return function


@cache
def catalogue() -> dict[str, Check]:
    """The checks of every run by name, in the order of the files and of their functions."""
    return {name: check for name, check in every_check().items() if not check.of_shapes}


def asked_checks(*, shapes: bool, alone: bool) -> dict[str, Check]:
    """The checks of a run in which `shapes` are named, or not; with these `alone`, only those that ask them."""
    return {
        name: check for name, check in every_check().items() if (shapes if check.of_shapes else not (shapes and alone))
    }


@cache
def every_check() -> dict[str, Check]:
    """All checks by name, those of named shapes too."""
    found = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        for name, value in vars(module).items():
            if name.startswith("test_") and hasattr(value, "covers"):
                check = Check(f"{module_info.name}::{name}", value.covers, value)
                found[check.name] = check
    return found
