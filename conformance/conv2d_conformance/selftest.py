"""Certify the certifier: every mutant against the checks of the requirement that it breaks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

from conv2d_conformance.checks import Check, catalogue
from conv2d_conformance.drawing import seed, seed_of, use_settings
from conv2d_conformance.effort import EFFORTS, Effort
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import Mutant
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.verdict.examination import Examination, Nonconforming


@dataclass(frozen=True, slots=True)
class Encounter:
    """What one check made of one mutant. `case` is the simplest case that gave it away, empty where it survived."""

    mutant: str
    requirement: str
    check: str
    killed: bool
    cases: int
    seconds: float
    case: str


@dataclass(frozen=True, slots=True)
class Summary:
    """What all encounters together say of the suite."""

    mutants: int
    survivors: tuple[str, ...]
    idle_checks: tuple[str, ...]

    @classmethod
    def of(cls, encounters: Iterable[Encounter]) -> Summary:
        killed: dict[str, bool] = {}
        busy: dict[str, bool] = {}
        for found in encounters:
            killed[found.mutant] = killed.get(found.mutant, False) or found.killed
            busy[found.check] = busy.get(found.check, False) or found.killed
        survivors = tuple(name for name, is_killed in killed.items() if not is_killed)
        return cls(len(killed), survivors, tuple(name for name, is_busy in busy.items() if not is_busy))

    @property
    def is_good(self) -> bool:
        return self.mutants > 0 and not self.survivors and not self.idle_checks

    @property
    def sentence(self) -> str:
        killed = self.mutants - len(self.survivors)
        return f"{killed} of {self.mutants} mutants killed ({100 * killed / max(self.mutants, 1):.0f} %)"


def run(
    *,
    effort: str = "quick",
    run_seed: int = 0,
    workers: int = 1,
    names: Iterable[str] | None = None,
    on_progress: Callable[[int, int, str], None] = lambda *_: None,
) -> list[Encounter]:
    """All encounters, in the order of the catalogue, whatever the number of workers."""
    chosen = list(mutants()) if names is None else list(names)
    found: dict[str, list[Encounter]] = {}
    # Mutants write where they must not; a fork would share what they spoil.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(encounters, name, effort, run_seed): name for name in chosen}
        for future in as_completed(futures):
            found[futures[future]] = future.result()
            on_progress(len(found), len(chosen), futures[future])
    return [encounter for name in chosen for encounter in found[name]]


def encounters(name: str, effort: str, run_seed: int) -> list[Encounter]:
    """One mutant against every check of its requirement, with the effort that it needs."""
    mutant = mutants()[name]
    effort = max(effort, mutant.effort, key=list(EFFORTS).index)
    remove_files = use_settings(EFFORTS[effort])
    try:
        checks = [check for check in catalogue().values() if mutant.breaks in check.requirements]
        return [meet(mutant, check, EFFORTS[effort], run_seed) for check in checks]
    finally:
        remove_files()


def meet(mutant: Mutant, check: Check, effort: Effort, run_seed: int) -> Encounter:
    """Let one check examine one mutant, in this process."""
    examination = Examination(InProcess(mutant.adapter), effort, check.requirements, seed=seed_of(check.name, run_seed))
    seed(check.function, check.name, run_seed)
    started = time.perf_counter()
    try:
        check.function(iut=examination)
    except Nonconforming as found:
        killed, case = True, found.failure.case
    else:
        killed, case = False, ""
    seconds = time.perf_counter() - started
    return Encounter(mutant.name, mutant.breaks, check.name, killed, examination.tally.asked, seconds, case)
