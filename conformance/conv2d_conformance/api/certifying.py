"""`certify`: examine an implementation, as the command `run` does."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from conv2d_conformance.api.reaching import reached
from conv2d_conformance.cases.shape_sets import named
from conv2d_conformance.cli.deviations import read_deviations
from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.cli.progress import progress as shown_progress
from conv2d_conformance.cli.requirement_glob import require_match
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.implementation.patience import USUAL_TIMEOUT
from conv2d_conformance.implementation.resident_memory import USUAL_LIMIT
from conv2d_conformance.report.kind import Kind
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.writing import ReportElsewhere
from conv2d_conformance.running.options import Options, described
from conv2d_conformance.running.run import run

_RUNNING = threading.Lock()

OF_PYTEST = "PYTEST_CURRENT_TEST"
LAST = ("last_type", "last_value", "last_traceback", "last_exc")
"""What Python keeps of the last exception that nobody caught; pytest keeps there what a check raised."""


def certify(
    implementation: str | Adapter | Callable[..., Any],
    *,
    profile: str = Kind.profile,
    effort: str = Kind.effort,
    seed: int = Kind.seed,
    only: str = Kind.only,
    shapes: str | Iterable[str] = Kind.shapes,
    only_shapes: bool = Kind.only_shapes,
    deviations: str | Path | None = None,
    output: str | Path | None = None,
    progress: bool = False,
    workers: int = 1,
    timeout: float = USUAL_TIMEOUT,
    memory: float = USUAL_LIMIT,
    isolation: str = Kind.isolation,
    keep_going: bool = False,
    stop: str = Kind.stop,
    accept_limits: bool = False,
) -> Report:
    """Examine an implementation and return the report.

    `implementation` is a TARGET of the command line, a function conv2d(input, weight, bias=None, *, stride=1, ...), or
    an Adapter. A function in a module is imported anew, by its name, in a process of its own. What no other process
    can import (of a notebook, a closure, an Adapter) runs in forks of this one; where there can be none, in this very
    process, and then there is a result and no certificate. The report says which it was. Of what is handed over so
    cannot be seen whether it calls the suite's own reference, which no adapter may do.

    The options are those of `conv2d-conformance run`. Nothing is printed, but with `progress`; no file is written, but
    the report to `output`.

    TargetError or LoadError where the implementation cannot be reached, ValueError where an option has no such value,
    UnwritableOutput, Lacking where the environment lacks what a verdict needs, HarnessFailure where the suite itself
    failed. RuntimeError where another run goes on in this process.
    """
    if not _RUNNING.acquire(blocking=False):
        raise RuntimeError("another certify runs in this process: one at a time, or each in a process of its own")
    try:
        with reached(implementation, isolation) as found, _place(output) as written, _left_as_it_was():
            if found.target.startswith("callable:") and workers > 1:
                raise ValueError("what is handed over is known to this process alone: workers must be 1")
            options = Options(
                target=found.target,
                profile=profile,
                effort=effort,
                seed=seed,
                only=only,
                shapes=named(shapes),
                only_shapes=only_shapes,
                output=written,
                workers=workers,
                timeout=timeout,
                memory=memory,
                isolation=found.isolation,
                keep_going=keep_going,
                stop=stop,
                accept_limits=accept_limits,
                deviations=() if deviations is None else _checked(read_deviations, Path(deviations)),
            )
            _require_possible(options)
            return _carried_out(options, progress)
    finally:
        _RUNNING.release()


def _carried_out(options: Options, progress: bool) -> Report:
    try:
        with shown_progress(f"connecting to {options.target}") if progress else nullcontext() as advance:
            report = run(options) if advance is None else run(options, advance)
    except ReportElsewhere as elsewhere:
        raise elsewhere.reason from None
    if report.is_interrupted:
        raise KeyboardInterrupt
    return report


def _require_possible(options: Options) -> None:
    """ValueError, in the words of the command line, where an option has a value that it cannot have."""
    for one, said in described():
        value = getattr(options, one.name)
        if said.choices and value not in said.choices:
            raise ValueError(f"{one.name} must be one of {', '.join(map(repr, said.choices))}, got {value!r}")
        if said.least is not None and (type(value) is not int or value < said.least):
            raise ValueError(f"{one.name} must be an int of at least {said.least}, got {value!r}")
    if options.only_shapes and not options.shapes:
        raise ValueError("only_shapes needs shapes")
    _checked(require_match, options.only, options.profile)


def _checked(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except Problem as problem:
        raise ValueError(problem.format_message()) from None


@contextmanager
def _place(output: str | Path | None) -> Iterator[str]:
    """Where the report is kept while the run lasts, and after it, if that is wanted."""
    if output is not None:
        yield str(output)
        return
    with tempfile.TemporaryDirectory(prefix="conv2d-conformance-") as folder:
        yield str(Path(folder, "report.json"))


@contextmanager
def _left_as_it_was() -> Iterator[None]:
    """Give back what pytest takes for its own: a run within a test is a pytest within a pytest."""
    path = list(sys.path)
    test = os.environ.get(OF_PYTEST)
    last = {name: getattr(sys, name) for name in LAST if hasattr(sys, name)}
    try:
        yield
    finally:
        sys.path[:] = path
        os.environ.pop(OF_PYTEST, None)
        if test is not None:
            os.environ[OF_PYTEST] = test
        for name in LAST:
            if hasattr(sys, name):
                delattr(sys, name)
        for name, value in last.items():
            setattr(sys, name, value)
