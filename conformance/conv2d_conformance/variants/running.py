"""Every check against every variant, with many seeds: what fails is a false alarm."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context

from conv2d_conformance.checks import Check
from conv2d_conformance.checks import catalogue as checks
from conv2d_conformance.drawing import seed, seed_of, use_settings
from conv2d_conformance.effort import EFFORTS, Effort
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.variants import catalogue as variants
from conv2d_conformance.variants import targets
from conv2d_conformance.verdict.examination import Examination, Nonconforming

LARGE = 4
EVERY = 10
"""A check that asks more than `LARGE` times as many cases as the effort says is run with every tenth seed alone."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A check that failed, or judged nothing, though the variant is right. `case` is empty where nothing was judged."""

    variant: str
    check: str
    seed: int
    required: str
    got: str
    case: str

    @property
    def again(self) -> str:
        """The command that shows it again: the case alone, or the seed where no case could be judged."""
        if self.case:
            return f"conv2d-conformance replay {shlex.quote(self.case)} {targets()[self.variant]}"
        return f"conv2d-conformance variants --only {self.variant} --first-seed {self.seed} --seeds 1"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of some runs, a run being one variant with one seed.

    checks, cases: so many were run and asked. elements: of the answers that were judged. evidence: those of them that
    could have shown a fault.
    """

    runs: int = 0
    checks: int = 0
    cases: int = 0
    elements: int = 0
    evidence: int = 0
    alarms: tuple[Alarm, ...] = ()

    def __add__(self, other: Result) -> Result:
        return Result(
            self.runs + other.runs,
            self.checks + other.checks,
            self.cases + other.cases,
            self.elements + other.elements,
            self.evidence + other.evidence,
            self.alarms + other.alarms,
        )


def run(
    seeds: Iterable[int],
    *,
    effort: Effort = EFFORTS["quick"],
    workers: int = 1,
    names: Iterable[str] | None = None,
    on_result: Callable[[str, Result], None] = lambda *_: None,
) -> dict[str, Result]:
    """All checks against the variants, once for each seed. `on_result` is called as each variant is done."""
    chosen = list(variants()) if names is None else list(names)
    numbers = tuple(seeds)
    found: dict[str, Result] = {}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(runs, name, numbers, effort): name for name in chosen}
        for future in as_completed(futures):
            name = futures[future]
            found[name] = future.result()
            on_result(name, found[name])
    return {name: found[name] for name in chosen}


def runs(name: str, seeds: Sequence[int], effort: Effort) -> Result:
    """One variant, every check of what it claims, once for each seed.

    A check that asked the same cases with two seeds has only those, and is not run again.
    """
    total = Result(runs=len(seeds))
    remove_files = use_settings(effort)
    try:
        with InProcess(variants()[name]) as implementation:
            for check in _applicable(implementation):
                total += _runs_of(check, implementation, seeds, effort)
    finally:
        remove_files()
    return total


def _runs_of(check: Check, implementation: InProcess, seeds: Sequence[int], effort: Effort) -> Result:
    total = Result()
    asked: list[set[int]] = []
    is_large = False
    for index, number in enumerate(seeds):
        if is_large and index % EVERY:
            continue
        if len(asked) > 1 and asked[0] == asked[1]:
            break
        result, digests = _examine(implementation, check, number, effort)
        total += result
        is_large = is_large or result.cases > LARGE * effort.drawn
        asked.append(digests)
    return total


def _applicable(implementation: InProcess) -> Iterator[Check]:
    hello = implementation.hello
    claimed = hello.capabilities.features | frozenset(hello.operations)
    return (check for check in checks().values() if check.features | {check.operation} <= claimed)


def _examine(implementation: InProcess, check: Check, run_seed: int, effort: Effort) -> tuple[Result, set[int]]:
    examination = Examination(implementation, effort, check.requirements, seed=seed_of(check.name, run_seed))
    seed(check.function, check.name, run_seed)
    tally, variant = examination.tally, implementation.hello.name
    alarms: tuple[Alarm, ...] = ()
    try:
        check.function(iut=examination)
    except Nonconforming as found:
        failure = found.failure
        alarms = (Alarm(variant, check.name, run_seed, failure.required, failure.got, failure.case),)
    else:
        if tally.outcome != "pass":
            alarms = (Alarm(variant, check.name, run_seed, "evidence", "no case that could be judged", ""),)
    return Result(0, 1, tally.asked, tally.elements, tally.evidence, alarms), tally.digests
