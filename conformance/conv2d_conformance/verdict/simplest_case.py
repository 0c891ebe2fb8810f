"""The simplest form of a case that fails: each time, or only sometimes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.shrink import shrink
from conv2d_conformance.contract.message_kinds import masked
from conv2d_conformance.verdict.judgement import Fault

REPETITIONS = 5
REPETITIONS_OF_A_CRASH = 2
"""Few, since each needs a fresh process, which is slow to start."""

SHRINK_BUDGET = 300
SHRINK_BUDGET_IF_KNOWN = 12
SHRINK_SECONDS = 30.0
"""Many times what a usual implementation's calls take, so that its simplest case does not depend on time."""

MOST_ATTEMPTS = 8
OVERLOOKED = 0.05
"""A case that fails by chance is asked until it is missed with at most this probability, if time allows."""

SPOKEN = ("accepted", "answered")
"""Aspects with many kinds of fault, which their messages tell apart."""

Find = Callable[[Case], Fault | None]
"""Asks a case once more, and returns the fault of the answer, if it has one."""


@dataclass(frozen=True, slots=True)
class Simplest:
    """A failing case with its fault, and how often it failed when asked again."""

    case: Case
    fault: Fault
    failed: int
    repetitions: int


class Allowance(NamedTuple):
    """How much may be asked to find the simplest case of one fault."""

    budget: int = SHRINK_BUDGET
    repetitions: int = REPETITIONS
    seconds: float = SHRINK_SECONDS


USUAL = Allowance()
IF_KNOWN = Allowance(SHRINK_BUDGET_IF_KNOWN)
OF_A_CRASH = Allowance(repetitions=REPETITIONS_OF_A_CRASH)


def same_fault(a: Fault, b: Fault) -> bool:
    """Whether two faults have the same aspect, and the same kind of message where only messages tell them apart."""
    return a.aspect == b.aspect and (a.aspect not in SPOKEN or masked(a.got) == masked(b.got))


def repeated(case: Case, fault: Fault, find: Find, repetitions: int = REPETITIONS) -> Simplest:
    """The case itself, asked again several times."""
    again = [found for _ in range(repetitions) if (found := find(case)) is not None and same_fault(found, fault)]
    return Simplest(case, fault, len(again), repetitions)


def simplest(
    case: Case,
    fault: Fault,
    find: Find,
    allowance: Allowance = USUAL,
    *,
    clock: Callable[[], float] = time.monotonic,
    admits: Callable[[Case], bool] = lambda _: True,
) -> Simplest:
    """The simplest admitted case that fails like `case`, which has the `fault`.

    The search asks each candidate once. If its result does not fail every time, and `case` does fail again, the search
    is repeated in the time that is left, with each candidate asked several times. A case that does not fail again is
    returned only if none is left that does; `case` itself is tried last.
    """
    budget, repetitions, seconds = allowance
    start = clock()
    failed = {case: fault}

    def fails(candidate: Case, attempts: int = 1) -> bool:
        for _ in range(attempts):
            found = find(candidate)
            if found is not None and same_fault(found, fault):
                failed.pop(candidate, None)  # keeps the latest failure last
                failed[candidate] = found
                return True
        return False

    def again(candidate: Case) -> int:
        return sum(fails(candidate) for _ in range(repetitions))

    small = shrink(case, fails, budget=budget, seconds=seconds, clock=clock, admits=admits)
    if (count := again(small)) == repetitions:
        return Simplest(small, failed[small], count, repetitions)
    if share := again(case) / repetitions:
        attempts, left = _attempts(share), seconds - (clock() - start)
        shrink(
            case,
            lambda candidate: fails(candidate, attempts),
            budget=budget,
            seconds=left,
            clock=clock,
            admits=admits,
        )
    for candidate in reversed(list(failed)):
        if candidate != case and (count := again(candidate)):
            return Simplest(candidate, failed[candidate], count, repetitions)
    return Simplest(case, failed[case], again(case), repetitions)


def _attempts(share: float) -> int:
    """How often to ask a case that fails in this share of attempts."""
    if share == 1:
        return MOST_ATTEMPTS
    return min(math.ceil(math.log(OVERLOOKED) / math.log(1 - share)), MOST_ATTEMPTS)
