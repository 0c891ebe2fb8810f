"""Test the battery itself: it must raise no alarm for a right initialiser, and soon one for a wrong one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.initialisation.layer_question import DrawnLayers, draw
from conv2d_conformance.initialisation.plan import trials
from conv2d_conformance.initialisation.sample import PValue
from conv2d_conformance.spec import get

STATISTICAL = (
    "weight-support",
    "bias-support",
    "weight-uniform",
    "bias-uniform",
    "fan-in",
    "fan-in-groups",
    "elements-independent",
    "bias-independent",
    "different-seeds",
)
"""The requirements whose tests are statistical."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The tests of one run: their number, the alarms, the smallest p-value, and how many are 0.01 or less."""

    tests: int
    alarms: tuple[str, ...]
    smallest: float
    below_one_per_cent: int


def certificate(implementation: Implementation, claims: Capabilities, *, seed: int, effort: str) -> Certificate:
    """Make every test of every requirement, as a run with this seed does, and go on after an alarm."""
    tests, below, smallest = 0, 0, 1.0
    alarms = []
    for name in STATISTICAL:
        for drawn in draws(implementation, claims, name, seed=seed, effort=effort):
            if drawn.fault is not None:
                alarms.append(f"{name}: {drawn.fault.got}")
            for finding in drawn.findings:
                tests += 1
                below += finding.p <= 0.01
                smallest = min(smallest, finding.p)
                if finding.p <= drawn.trial.alpha:
                    alarms.append(f"{name}: {finding.test}: {finding.seen}")
    return Certificate(tests, tuple(alarms), smallest, below)


def draws(
    implementation: Implementation, claims: Capabilities, name: str, *, seed: int, effort: str
) -> Iterator[DrawnLayers]:
    """The answers to the questions of one requirement; none where a feature is missing."""
    if get(f"initialisation.{name}").features <= claims.features:
        for trial in trials(name, claims, seed=seed, effort=effort):
            yield draw(trial, implementation)


@dataclass(frozen=True, slots=True)
class Found:
    """How soon a wrong initialiser was found: the stage, its elements of the parameter, and the test that found it."""

    stage: int
    elements: int
    finding: PValue


def find(implementation: Implementation, claims: Capabilities, name: str, *, seed: int) -> Found | None:
    """The first alarm for one requirement; None where there is none."""
    for drawn in draws(implementation, claims, name, seed=seed, effort="standard"):
        if alarm := drawn.alarm:
            bias = name.startswith("bias")
            shape = drawn.trial.case.weight_shape[: 1 if bias else 4]
            return Found(drawn.trial.stage, math.prod(shape) * len(drawn.layers), alarm)
    return None


def latest(found: Iterable[Found | None]) -> Found | None:
    """The find that took longest; None where one never happened."""
    everything = list(found)
    certain = [one for one in everything if one is not None]
    return max(certain, key=lambda one: one.elements) if len(certain) == len(everything) else None
