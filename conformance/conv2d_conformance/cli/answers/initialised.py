"""The answers of `initialisation`."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.cli.answers.asked import AskedImplementation, SaidOfCase


@dataclass(frozen=True)
class RequirementTested:
    """What the tests of one requirement saw in one dtype; p is None where none ran."""

    requirement: str
    dtype: str
    elements: int
    tests: int
    smallest_p: float | None
    test: str | None


@dataclass(frozen=True)
class LayersTested:
    """The tests of fresh layers, and what is wrong with them, by requirement."""

    implementation: AskedImplementation
    sentence: str
    right: bool
    tested: tuple[RequirementTested, ...]
    failures: tuple[SaidOfCase, ...]


@dataclass(frozen=True)
class CountedAlarms:
    """The alarms of many certificates of one implementation."""

    implementation: str
    dtypes: tuple[str, ...]
    certificates: int
    tests: int
    smallest_p: float
    share_below_one_per_cent: float
    alarms: tuple[str, ...]


@dataclass(frozen=True)
class FoundInitialiser:
    """How many elements it takes to find a wrong initialiser; None where it is not found."""

    mutant: str
    elements: int | None
    p: float | None
    test: str | None


@dataclass(frozen=True)
class PowerOfTests:
    """How soon the built-in wrong initialisers are found, by the worst of some seeds."""

    sentence: str
    missed: int
    found: tuple[FoundInitialiser, ...]
