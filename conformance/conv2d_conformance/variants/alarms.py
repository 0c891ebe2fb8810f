"""Run every check on every variant with many seeds: any failure is a false alarm."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass

from conv2d_conformance.checks import Check
from conv2d_conformance.checks import catalogue as checks
from conv2d_conformance.effort import EFFORTS, Effort
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.pool import pool
from conv2d_conformance.running.examine import examination_of, run_check
from conv2d_conformance.variants import catalogue as variants
from conv2d_conformance.variants import targets
from conv2d_conformance.variants.panel import Panel
from conv2d_conformance.verdict.examination import Examination
from conv2d_conformance.verdict.kept_questions import Questions

LARGE = 4
EVERY = 10
"""A check that asks more than `LARGE` times as many cases as the effort says runs only with every tenth seed."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A check that failed, or judged nothing, although the variant is right. `case` is empty if it judged nothing.

    That no call within the limits is about it is no alarm: a run takes it for what is not claimed.
    """

    variant: str
    check: str
    seed: int
    required: str
    got: str
    case: str

    @property
    def again(self) -> str:
        """The command that reproduces it: a replay of the case, or a run with the seed where no case was judged."""
        if self.case:
            return f"conv2d-conformance replay {shlex.quote(self.case)} {targets()[self.variant]}"
        return f"conv2d-conformance variants --only {self.variant} --first-seed {self.seed} --seeds 1"


@dataclass(frozen=True, slots=True)
class VariantResult:
    """The results of some runs, a run being one variant with one seed.

    checks: those that ran. cases: those asked. elements: those of the judged answers. evidence: the elements that could
    have shown a fault.
    """

    runs: int = 0
    checks: int = 0
    cases: int = 0
    elements: int = 0
    evidence: int = 0
    alarms: tuple[Alarm, ...] = ()

    def __add__(self, other: VariantResult) -> VariantResult:
        return VariantResult(
            self.runs + other.runs,
            self.checks + other.checks,
            self.cases + other.cases,
            self.elements + other.elements,
            self.evidence + other.evidence,
            self.alarms + other.alarms,
        )


def run(
    seeds: Iterable[int],
    on_result: Callable[[str, dict[str, VariantResult], int, int], None],
    *,
    effort: Effort = EFFORTS["quick"],
    workers: int = 1,
    scheduler: str = "",
    names: Iterable[str] | None = None,
    done: Collection[str] = (),
) -> None:
    """Run all checks on the variants, once for each seed, except the checks that are `done`.

    `on_result` is called when a check is finished, with its name, its result for each variant that it asked, the number
    of finished checks, and the number of all.
    """
    chosen = tuple(variants() if names is None else names)
    numbers = tuple(seeds)
    with pool(workers, scheduler) as executor:
        left = [name for name in checks() if name not in done]
        futures = {executor.submit(runs, name, chosen, numbers, effort): name for name in left}
        for number, future in enumerate(as_completed(futures), len(checks()) - len(left) + 1):
            on_result(futures[future], future.result(), number, len(checks()))


def runs(name: str, names: Iterable[str], seeds: Sequence[int], effort: Effort) -> dict[str, VariantResult]:
    """Run one check on the variants that claim its features, once for each seed.

    A check that asked the same cases with two seeds draws none, and does not run again.
    """
    check = checks()[name]
    panels: dict[tuple[frozenset[str], tuple[str, ...]], list[InProcess]] = {}
    for variant in names:
        implementation = InProcess(variants()[variant])
        if _applies(check, implementation):
            claims = implementation.hello.capabilities
            panels.setdefault((frozenset(claims.dtypes), claims.limits), []).append(implementation)
    results: dict[str, VariantResult] = {}
    for panel in panels.values():
        results |= _runs_of(check, panel, seeds, effort)
    return results


def _applies(check: Check, implementation: InProcess) -> bool:
    return check.needs <= implementation.hello.claimed


def _runs_of(
    check: Check, panel: Sequence[InProcess], seeds: Sequence[int], effort: Effort
) -> dict[str, VariantResult]:
    """The results by variant. All claim the same dtypes and limits, so a check asks all of them the same."""
    total = {implementation.hello.name: VariantResult() for implementation in panel}
    asked: list[set[int]] = []
    is_large = False
    for index, number in enumerate(seeds):
        if is_large and index % EVERY:
            continue
        if len(asked) > 1 and asked[0] == asked[1]:
            break
        examinations = _examine(panel, check, number, effort)
        for examination in examinations:
            total[examination.implementation.hello.name] += _result(examination, check, number)
        is_large = is_large or max(found.tally.asked for found in examinations) > LARGE * effort.drawn
        asked.append(set().union(*(found.tally.digests for found in examinations)))
    return total


def _examine(panel: Sequence[InProcess], check: Check, run_seed: int, effort: Effort) -> list[Examination]:
    questions = Questions()
    examinations = [
        examination_of(check, implementation, effort, run_seed, prepare=questions) for implementation in panel
    ]
    run_check(check, Panel(examinations))
    return examinations


def _result(examination: Examination, check: Check, run_seed: int) -> VariantResult:
    tally, variant = examination.tally, examination.implementation.hello.name
    alarms: tuple[Alarm, ...] = ()
    if tally.failure is not None:
        failure = tally.failure
        alarms = (Alarm(variant, check.name, run_seed, failure.required, failure.got, failure.case),)
    elif tally.outcome != "pass" and (tally.asked or not examination.implementation.hello.capabilities.limits):
        alarms = (Alarm(variant, check.name, run_seed, "evidence", "no case that could be judged", ""),)
    return VariantResult(0, 1, tally.asked, tally.elements, tally.evidence, alarms)
