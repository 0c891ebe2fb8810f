"""`run` of many targets: side by side in some processes, each of which draws its cases and judges them once for all."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli.one_target import carried_out
from conv2d_conformance.cli.problems import HARNESS, INTERRUPTED, Problem, problem_of
from conv2d_conformance.cli.signals import handle_signals
from conv2d_conformance.cli.target_list import device_among, on_device, whole_target
from conv2d_conformance.implementation.target import TargetError
from conv2d_conformance.running.options import Options, kind_of

if TYPE_CHECKING:
    from conv2d_conformance.report.target_outcome import TargetOutcome
    from conv2d_conformance.running.sharing import SharedWork

ANOTHER_NAME = 8
"""The digits of a target's digest that tell its report from one of the same name."""


@dataclass(frozen=True)
class TargetTask:
    """A run in one of the processes, and whether the name of its report must be told from another one's."""

    options: Options
    folder: Path
    is_ambiguous: bool

    def on(self, device: str | None) -> TargetTask:
        return replace(self, options=replace(self.options, target=on_device(self.options.target, device)))

    @property
    def place(self) -> Path:
        name = kind_of(self.options).default_name()
        if self.is_ambiguous:
            digest = hashlib.sha256(self.options.target.encode()).hexdigest()[:ANOTHER_NAME]
            name = f"{name.removesuffix('.json')}-{digest}.json"
        return self.folder / name


def outcomes(
    targets: Sequence[str],
    options: Options,
    folder: Path,
    devices: Sequence[str],
    on_end: Callable[[TargetOutcome], None],
) -> list[TargetOutcome]:
    """What became of each target, in the order of the targets; `on_end` is told as each of them ends.

    Problem where it was interrupted: the reports of those that ended stay.
    """
    from conv2d_conformance.report.target_outcome import without_verdict
    from conv2d_conformance.running.slots import Died, Slots

    found: dict[int, TargetOutcome] = {}

    def ends(number: int, outcome: TargetOutcome) -> None:
        found[number] = outcome
        on_end(outcome)

    wholes: dict[int, Options] = {}
    for number, target in enumerate(targets):
        try:
            wholes[number] = replace(options, target=whole_target(target), workers=1)
            device_among(wholes[number].target, devices)
        except TargetError as error:
            wholes.pop(number, None)
            problem = problem_of(error)
            ends(number, without_verdict(target, problem.message, problem.hint, status=problem.exit_code, seconds=0.0))
    names = Counter(kind_of(whole).default_name() for whole in wholes.values())
    tasks = [TargetTask(whole, folder, names[kind_of(whole).default_name()] > 1) for whole in wholes.values()]
    slots: Slots[TargetTask, TargetOutcome] = Slots(options.workers, partial(opened, tuple(devices)))
    with closing(slots.results(tasks)) as results:
        for place, outcome in results:
            if isinstance(outcome, Died):
                hint = "please report it, if the system did not end it for want of memory"
                target = tasks[place].options.target
                outcome = without_verdict(target, str(outcome), hint, status=HARNESS, seconds=0.0)
            ends(list(wholes)[place], outcome)
            if outcome.exit_status == INTERRUPTED:
                raise KeyboardInterrupt
    return [found[number] for number in sorted(found)]


@contextmanager
def opened(devices: Sequence[str], place: int) -> Iterator[Callable[[TargetTask], TargetOutcome]]:
    """One of the processes: what the program does at its start, and what its runs share."""
    from conv2d_conformance.descriptors import occupy_standard_descriptors
    from conv2d_conformance.implementation.strays import adopting_orphans
    from conv2d_conformance.implementation.threads import use_one_thread

    occupy_standard_descriptors()
    use_one_thread()
    handle_signals()
    device = devices[place % len(devices)] if devices else None
    with adopting_orphans():
        from conv2d_conformance.running.sharing import SharedWork

        yield partial(_examined, SharedWork(), device)


def _examined(shared: SharedWork, device: str | None, task: TargetTask) -> TargetOutcome:
    """What became of one target. Whatever goes wrong is part of that."""
    from conv2d_conformance.output.destination import find
    from conv2d_conformance.report.target_outcome import outcome_of, without_verdict
    from conv2d_conformance.report.writing import ReportElsewhere, ReportFile

    started = time.monotonic()
    task = task.on(device)
    try:
        destination = find(str(task.place))
        options = replace(task.options, output=destination.name)
        with ReportFile(destination, kind_of(options), resume=options.resume) as report_file:
            report, place = carried_out(options, lambda *_: None, report_file, shared)
        return outcome_of(report, place=str(place), seconds=time.monotonic() - started)
    except click.ClickException as error:
        problem = error if isinstance(error, Problem) else Problem(error.format_message())
    except ReportElsewhere as elsewhere:
        problem = problem_of(elsewhere.reason)
    except KeyboardInterrupt:
        problem = Problem("interrupted", status=INTERRUPTED)
    except Exception as error:
        problem = problem_of(error)
    target, seconds = task.options.target, time.monotonic() - started
    return without_verdict(target, problem.message, problem.hint, status=problem.exit_code, seconds=seconds)
