"""The answers of the commands that measure the suite, and of `initialisation`."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.selftest.kills import Encounter
from conv2d_conformance.variants.alarms import VariantResult


@dataclass(frozen=True)
class SelftestOutcome:
    """What the self-test saw; `alike` are groups of mutants that nothing tells apart."""

    sentence: str
    good: bool
    mutants: int
    survivors: tuple[str, ...]
    idle_checks: tuple[str, ...]
    replaceable_checks: tuple[str, ...]
    alike: tuple[tuple[str, ...], ...]
    encounters: tuple[Encounter, ...]


@dataclass(frozen=True)
class VariantsOutcome:
    """What right implementations met, by their names; `replays` are the commands that repeat the alarms."""

    sentence: str
    false_alarms: int
    replays: tuple[str, ...]
    variants: dict[str, VariantResult]


@dataclass(frozen=True)
class SuitePower:
    """What one suite sees. `doubtful`: seen by a case that rejects a right implementation, too."""

    suite: str
    cases: int
    mutants_seen: tuple[str, ...]
    doubtful: tuple[str, ...]
    right_ones_rejected: tuple[str, ...]
    right_ones_with_less_accuracy_rejected: tuple[str, ...]


@dataclass(frozen=True)
class PowerAnswer:
    """What all suites see of the same implementations; `missed` are the mutants that only others see, with these."""

    sentence: str
    good: bool
    mutants: tuple[str, ...]
    missed: dict[str, tuple[str, ...]]
    suites: tuple[SuitePower, ...]


@dataclass(frozen=True)
class SharpnessAt:
    """What is seen at one dtype and depth of sums.

    seen: of a rule and a kind of error, the largest k such that an error of 2^-k is refused; -1 where none is.
    refused: how many right answers each rule refuses.
    """

    effort: str
    dtype: str
    depth: int
    cases: int
    right_answers: int
    seen: dict[str, dict[str, int]]
    refused: dict[str, int]


@dataclass(frozen=True)
class SharpnessOutcome:
    """How small an error is seen, and how many right answers their class refused."""

    sentence: str
    false_refusals: int
    places: tuple[SharpnessAt, ...]
