"""The checks of a run as tasks for processes elsewhere, which need no word from each other.

A process of a cluster connects once to the implementation, and examines it by one check after the other, as one of
`--workers` does. Where it dies, another one makes its check again, with the same cases.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, as_completed
from dataclasses import dataclass, replace

from conv2d_conformance.cases.shape_sets import shapes_of
from conv2d_conformance.checks import every_check
from conv2d_conformance.checks.costs import cost
from conv2d_conformance.checks.order import place_of
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.hinted import Hinted
from conv2d_conformance.implementation.host import connect, incidents_of
from conv2d_conformance.pool import pool
from conv2d_conformance.pool.cluster import ClusterExecutor
from conv2d_conformance.report.header import Introduction
from conv2d_conformance.running.examine import examination_of
from conv2d_conformance.running.garbage import seldom_collecting
from conv2d_conformance.running.header import packages
from conv2d_conformance.running.hypothesis_draws import drawing
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.subject import ExaminedImplementation, ended_of_check, ends_of
from conv2d_conformance.verdict.history import Remembering
from conv2d_conformance.verdict.record import Ended


class AnotherImplementation(Hinted):
    """What a process elsewhere reaches by the target, or judges it with, is not what this one has."""

    is_of_the_environment = True


class ClusterLost(Hinted):
    """The cluster ended before the run did, or a task kills every worker that takes it."""

    is_of_the_environment = True


@dataclass(frozen=True)
class CheckTask:
    """A check of the run with this key, of the implementation that introduces itself so, drawn by these packages."""

    run: str
    options: Options
    introduction: Introduction
    packages: dict[str, str]
    check: str


@dataclass
class _Connected:
    """The implementation of the run whose tasks this process has."""

    run: str = ""
    subject: ExaminedImplementation | None = None

    def to(self, task: CheckTask) -> ExaminedImplementation:
        if self.subject is None or self.run != task.run:
            self.close()
            options = task.options
            implementation = Remembering(connect(options.target, timeout=options.timeout, memory=options.memory))
            self.run, self.subject = task.run, ExaminedImplementation(implementation, options)
        if (here := Introduction.of(self.subject.implementation.hello)) != task.introduction:
            raise AnotherImplementation(
                f"a worker reaches {here.name} {here.version} by {task.options.target}, in another environment or with "
                "other claims",
                "give all workers the same target in the same environment",
            )
        return self.subject

    def close(self) -> None:
        if self.subject is not None:
            self.subject.implementation.close()
        self.run, self.subject = "", None


_CONNECTED = _Connected()


def examined(task: CheckTask) -> Ended | None:
    """How a check ended, in this process; None where this process has given up."""
    here = packages()
    if others := [name for name, version in task.packages.items() if here.get(name) != version]:
        name = others[0]
        raise AnotherImplementation(
            f"a worker has {name} {here.get(name, 'of no version')}, and this process {task.packages[name]}",
            "install the same versions everywhere",
        )
    subject = _CONNECTED.to(task)
    if subject.hope.gave_up:
        return None
    check, options = every_check()[task.check], subject.options
    examination = examination_of(
        check,
        subject.implementation,
        EFFORTS[options.effort],
        options.seed,
        simplifier=subject.simplifier,
        shapes=shapes_of(options.shapes),
    )
    before, error = ends_of(subject.implementation), None
    try:
        with seldom_collecting(), drawing(check.function, examination.effort, examination.seed):
            check.function(iut=examination)
    except Exception as raised:
        error = raised
    return ended_of_check(subject, check, examination, before, error)


def leave(run: str) -> list[str]:
    """Close the implementation of a run, if this process has it; the incidents that belong to no check."""
    if _CONNECTED.subject is None or _CONNECTED.run != run:
        return []
    implementation = _CONNECTED.subject.implementation
    _CONNECTED.close()
    return incidents_of(implementation)


def _result(future: Future[Ended | None]) -> Ended | None:
    """The result of a task. ClusterLost where there will be none."""
    try:
        return future.result()
    except CancelledError:
        reason = "its scheduler does not answer any more"
    except Exception as error:
        if not type(error).__module__.startswith("distributed"):
            raise
        reason = str(error).partition("\n")[0]
    raise ClusterLost(f"the cluster is lost: {reason}", "what was found is kept: `run --resume` goes on from it")


def examine_elsewhere(
    options: Options, introduction: Introduction, names: Iterable[str], take: Callable[[Ended], None]
) -> None:
    """Let a cluster make these checks, and take how each ended, in whatever order. The dearest begin.

    Whatever `take` raises ends all of it.
    """
    key = os.urandom(8).hex()
    plain = replace(options, scheduler="", deviations=(), output=None)
    checks = [every_check()[name] for name in names]
    if options.stop == "first":
        checks.sort(key=place_of)
    else:
        checks.sort(key=lambda check: -cost(check.name, options.effort))
    with pool(options.workers, options.scheduler) as executor:
        try:
            tasks = [CheckTask(key, plain, introduction, packages(), check.name) for check in checks]
            futures = [executor.submit(examined, task) for task in tasks]
            for future in as_completed(futures):
                if (ended := _result(future)) is not None:
                    take(ended)
        finally:
            if isinstance(executor, ClusterExecutor):
                executor.everywhere(leave, key)
