"""The checks of a run as tasks for processes elsewhere, which need no word from each other.

A process elsewhere belongs to one run. It connects once to the implementation, and examines it by one check after the
other, as one of `--workers` does. Where it dies, another one makes its check again, with the same cases.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, as_completed
from dataclasses import dataclass, replace
from functools import cache

from conv2d_conformance.cases.shape_sets import shapes_of
from conv2d_conformance.checks import every_check
from conv2d_conformance.checks.costs import cost
from conv2d_conformance.checks.order import place_of
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.hinted import Hinted
from conv2d_conformance.implementation.host import connect
from conv2d_conformance.pool import pool
from conv2d_conformance.pool.children import TaskKills
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
    """A check of a run with these options, of the implementation that introduces itself so, drawn by these packages."""

    options: Options
    introduction: Introduction
    packages: dict[str, str]
    check: str


@cache
def _connected(options: Options) -> ExaminedImplementation:
    """The implementation, until the end of this process."""
    implementation = Remembering(connect(options.target, timeout=options.timeout, memory=options.memory))
    atexit.register(implementation.close)
    return ExaminedImplementation(implementation, options)


def examined(task: CheckTask) -> Ended | None:
    """How a check ended, in this process; None where this process has given up."""
    here = packages()
    if others := [name for name, version in task.packages.items() if here.get(name) != version]:
        name = others[0]
        raise AnotherImplementation(
            f"a worker has {name} {here.get(name, 'of no version')}, and this process {task.packages[name]}",
            "install the same versions everywhere",
        )
    subject = _connected(task.options)
    if (reached := Introduction.of(subject.implementation.hello)) != task.introduction:
        raise AnotherImplementation(
            f"a worker reaches {reached.name} {reached.version} by {task.options.target}, in another environment or "
            "with other claims",
            "give all workers the same target in the same environment",
        )
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


def _result(future: Future[Ended | None]) -> Ended | None:
    """The result of a task. ClusterLost where there will be none."""
    try:
        return future.result()
    except CancelledError:
        reason = "its scheduler does not answer any more"
    except TaskKills as error:
        reason = error.sentence
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
    plain = replace(options, scheduler="", deviations=(), output=None)
    checks = [every_check()[name] for name in names]
    if options.stop == "first":
        checks.sort(key=place_of)
    else:
        checks.sort(key=lambda check: -cost(check.name, options.effort))
    with pool(options.workers, options.scheduler) as executor:
        tasks = [CheckTask(plain, introduction, packages(), check.name) for check in checks]
        futures = [executor.submit(examined, task) for task in tasks]
        for future in as_completed(futures):
            if (ended := _result(future)) is not None:
                take(ended)
