"""Run every suite on every known implementation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import as_completed

from conv2d_conformance.pool import pool
from conv2d_conformance.power import suites
from conv2d_conformance.power.known_implementation import subjects
from conv2d_conformance.power.suite import SuiteVerdict

SuiteVerdicts = dict[str, dict[str, SuiteVerdict]]
"""Verdicts by the name of the suite, then of the implementation."""


def run(
    *,
    workers: int = 1,
    scheduler: str = "",
    names: Iterable[str] | None = None,
    on_progress: Callable[[int, int, str], None] = lambda *_: None,
) -> SuiteVerdicts:
    """All verdicts; a suite whose modules are not installed has none."""
    chosen = list(subjects()) if names is None else list(names)
    able = [suite.name for suite in suites().values() if not suite.missing]
    found: SuiteVerdicts = {}
    for suite in able:
        # Some mutants remember earlier calls, so each suite meets them in processes of its own.
        with pool(workers, scheduler) as executor:
            futures = {executor.submit(examine, suite, name): name for name in chosen}
            done: dict[str, SuiteVerdict] = {}
            for future in as_completed(futures):
                done[futures[future]] = future.result()
                on_progress(
                    len(found) * len(chosen) + len(done), len(able) * len(chosen), f"{suite}: {futures[future]}"
                )
        found[suite] = {name: done[name] for name in chosen}
    return found


def examine(suite: str, name: str) -> SuiteVerdict:
    """The verdict of one suite on one implementation, in this process."""
    return suites()[suite].examine(subjects()[name])
