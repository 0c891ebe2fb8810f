"""Certify the certifier: run the checks of a requirement on every mutant that breaks it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import as_completed
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np

from conv2d_conformance import spec
from conv2d_conformance.checks import Check, catalogue
from conv2d_conformance.effort import EFFORTS, Effort
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import Mutant
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.pool import pool
from conv2d_conformance.running.examine import examine
from conv2d_conformance.verdict.kept_questions import Questions
from conv2d_conformance.verdict.simplifier import SIMPLIFIER, Simplifier

MATRIX = Effort("matrix", drawn=10, multiply_adds=200_000, tiles=16)
"""The effort of the checks of other requirements: enough to show how faults spread, in minutes."""

LARGE = 1 << 21
"""In bytes: all but a few questions are kept, since many mutants follow each other that are asked the same."""


@dataclass(frozen=True, slots=True)
class Encounter:
    """The result of one check on one mutant.

    `first_case` gave the mutant away, and `case` is the simplest one that does; both are empty where it survived.
    """

    mutant: str
    requirement: str
    check: str
    killed: bool
    cases: int
    seconds: float
    case: str
    first_case: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The conclusions about the suite from all encounters.

    survivors: mutants that no check killed. idle: checks that killed none of their mutants. replaceable: checks whose
    mutants other checks kill as well, so that nobody would notice if they were removed. seconds: the time that the
    quickest check took to kill each mutant.
    """

    mutants: int
    survivors: tuple[str, ...]
    idle: tuple[str, ...]
    replaceable: tuple[str, ...]
    seconds: tuple[float, ...]

    @classmethod
    def of(cls, encounters: Iterable[Encounter], names: Iterable[str]) -> Summary:
        """The summary of the encounters of these mutants; a mutant that met no check survives."""
        killers: dict[str, list[Encounter]] = {name: [] for name in names}
        checks: dict[str, bool] = {}
        for found in encounters:
            checks[found.check] = checks.get(found.check, False) or found.killed
            if found.killed:
                killers[found.mutant].append(found)
        alone = {found[0].check for found in killers.values() if len(found) == 1}
        return cls(
            mutants=len(killers),
            survivors=tuple(name for name, found in killers.items() if not found),
            idle=tuple(check for check, is_busy in checks.items() if not is_busy),
            replaceable=tuple(check for check, is_busy in checks.items() if is_busy and check not in alone),
            seconds=tuple(min(found.seconds for found in by) for by in killers.values() if by),
        )

    @property
    def is_good(self) -> bool:
        """Whether all mutants are killed, and no check could be removed unnoticed."""
        return self.kills_all and not self.idle and not self.replaceable

    @property
    def kills_all(self) -> bool:
        return self.mutants > 0 and not self.survivors

    @property
    def sentence(self) -> str:
        killed = self.mutants - len(self.survivors)
        text = f"{killed} of {self.mutants} mutants killed ({100 * killed / max(self.mutants, 1):.0f} %)"
        if not self.seconds:
            return text
        median, late = np.percentile(self.seconds, (50, 95))
        return f"{text}, in {median:.2f} s in the median and {late:.2f} s at the 95th percentile"


def run(
    *,
    effort: str = "quick",
    run_seed: int = 0,
    workers: int = 1,
    scheduler: str = "",
    names: Iterable[str] | None = None,
    matrix: bool = False,
    done: Mapping[str, list[Encounter]] = MappingProxyType({}),
    on_met: Callable[[str, list[Encounter]], None] = lambda *_: None,
    on_progress: Callable[[int, int, str], None] = lambda *_: None,
) -> list[Encounter]:
    """All encounters, in the order of the catalogue, whatever the number of workers.

    A mutant meets the checks of the requirement that it breaks, and for the `matrix` all others of its operation too.
    What is `done` is not done again; `on_met` is told of each other mutant.
    """
    chosen = list(mutants()) if names is None else list(names)
    found = {name: met for name, met in done.items() if name in chosen}
    with pool(workers, scheduler) as executor:
        left = [name for name in chosen if name not in found]
        futures = {executor.submit(encounters, name, effort, run_seed, matrix=matrix): name for name in left}
        for future in as_completed(futures):
            found[futures[future]] = future.result()
            on_met(futures[future], found[futures[future]])
            on_progress(len(found), len(chosen), futures[future])
    return [encounter for name in chosen for encounter in found[name]]


def encounters(name: str, effort: str, run_seed: int, *, matrix: bool = False) -> list[Encounter]:
    """The encounters of one mutant with every check of its requirement, and for the `matrix` with the others too."""
    mutant = mutants()[name]
    own = EFFORTS[max(effort, mutant.effort, key=list(EFFORTS).index)]
    found = list(_meet_all(mutant, _own(mutant), own, run_seed))
    if matrix:
        found += _meet_all(mutant, _others(mutant), MATRIX, run_seed, simplifier=None)
    return found


def killer(name: str, effort: str, run_seed: int = 0, *, first: str = "") -> str:
    """The first check of its requirement that kills a mutant, or an empty string; the check `first` is tried first."""
    mutant = mutants()[name]
    checks = sorted(_own(mutant), key=lambda check: check.name != first)
    met = _meet_all(mutant, checks, EFFORTS[effort], run_seed, simplifier=None)
    return next((found.check for found in met if found.killed), "")


def _own(mutant: Mutant) -> list[Check]:
    """The checks of the requirement that the mutant breaks."""
    return [check for check in catalogue().values() if mutant.breaks in check.requirements]


def _others(mutant: Mutant) -> list[Check]:
    """The checks of other requirements on the same operation whose features the mutant claims."""
    operation = spec.operation_of(mutant.breaks)
    claimed = mutant.adapter.capabilities.features
    return [
        check
        for check in catalogue().values()
        if mutant.breaks not in check.requirements and operation in check.operations and check.features <= claimed
    ]


def _meet_all(
    mutant: Mutant,
    checks: Iterable[Check],
    effort: Effort,
    run_seed: int,
    *,
    simplifier: Simplifier | None = SIMPLIFIER,
) -> Iterator[Encounter]:
    for check in checks:
        yield meet(mutant, check, effort, run_seed, simplifier=simplifier)


@cache
def _questions() -> Questions:
    """Shared by the mutants of a process: those of one requirement are asked the same, up to where each is killed."""
    return Questions(large=LARGE)


def meet(
    mutant: Mutant, check: Check, effort: Effort, run_seed: int, *, simplifier: Simplifier | None = SIMPLIFIER
) -> Encounter:
    """Let one check examine one mutant, in this process."""
    implementation = InProcess(mutant.adapter)
    started = time.perf_counter()
    tally = examine(check, implementation, effort, run_seed, simplifier=simplifier, prepare=_questions()).tally
    seconds = time.perf_counter() - started
    failure = tally.failure
    cases = ("", "") if failure is None else (failure.case, failure.first_case)
    return Encounter(mutant.name, mutant.breaks, check.name, failure is not None, tally.asked, seconds, *cases)
