"""Run one check on an implementation, outside pytest."""

from __future__ import annotations

from contextlib import suppress

from conv2d_conformance.cases.case import Case
from conv2d_conformance.checks import Check
from conv2d_conformance.checks.under_test import ImplementationUnderTest
from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.effort import Effort
from conv2d_conformance.running.hypothesis_draws import drawing, seed_of
from conv2d_conformance.verdict.asker import Prepare
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.simplifier import SIMPLIFIER, Simplifier


def examine(
    check: Check,
    implementation: Implementation,
    effort: Effort,
    run_seed: int,
    *,
    simplifier: Simplifier | None = SIMPLIFIER,
    prepare: Prepare = Question,
    shapes: tuple[Case, ...] = (),
) -> Examination:
    """Examine an implementation by a check to its end; a failure is in the tally."""
    found = examination_of(
        check, implementation, effort, run_seed, simplifier=simplifier, prepare=prepare, shapes=shapes
    )
    run_check(check, found)
    return found


def examination_of(
    check: Check,
    implementation: Implementation,
    effort: Effort,
    run_seed: int,
    *,
    simplifier: Simplifier | None = SIMPLIFIER,
    prepare: Prepare = Question,
    shapes: tuple[Case, ...] = (),
) -> Examination:
    """The examination that a check will run, with the check's own seed."""
    seed = seed_of(check.name, run_seed)
    return Examination(
        implementation, effort, check.requirements, seed=seed, simplifier=simplifier, prepare=prepare, shapes=shapes
    )


def run_check(check: Check, iut: ImplementationUnderTest) -> None:
    """Run a check with its draws. A failure ends it, and is in the tally."""
    with drawing(check.function, iut.effort, iut.seed), suppress(Nonconforming):
        check.function(iut=iut)
