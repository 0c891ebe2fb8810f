"""One run: connect, let pytest run the checks, write the report."""

from __future__ import annotations

import gc
import inspect
import os
import platform
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from conv2d_conformance import __version__, sources, spec
from conv2d_conformance.checks import catalogue
from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.descriptors import occupy_standard_descriptors
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.environment import Lack, lack_of
from conv2d_conformance.fingerprint import take
from conv2d_conformance.fingerprint.shapes import SHAPES
from conv2d_conformance.foreign import escaped_line
from conv2d_conformance.implementation.host import connect, incidents_of
from conv2d_conformance.implementation.patience import USUAL_TIMEOUT
from conv2d_conformance.implementation.process import Abandoned
from conv2d_conformance.implementation.resident import CAN_BE_TOLD, USUAL_LIMIT
from conv2d_conformance.implementation.strays import end_strays
from conv2d_conformance.implementation.target import LoadError
from conv2d_conformance.output.destination import find
from conv2d_conformance.plugin import INCIDENTS, SUBJECT, Subject
from conv2d_conformance.report.assemble import assemble
from conv2d_conformance.report.deviations import Conditions, Deviation, Surroundings, in_force
from conv2d_conformance.report.kind import Kind
from conv2d_conformance.report.writing import ReportFile
from conv2d_conformance.telling import RECORD
from conv2d_conformance.verdict import gate
from conv2d_conformance.verdict.confirming import amend, explanations_of, fails_alone
from conv2d_conformance.verdict.history import Remembering
from conv2d_conformance.verdict.hope import Hope

PACKAGE = Path(__file__).parent
PACKAGES = ("numpy", "scipy", "ml_dtypes", "hypothesis", "pytest")

OF_THE_RUN_ALONE = frozenset({"before", "explains_others"})
"""What a record says to those who ask its failing case again, and to nobody later."""

SECONDS_TO_STOP = 0.2
"""For the processes of pytest-xdist after Ctrl-C."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What `run` was asked to do."""

    target: str
    profile: str = "forward"
    effort: str = "standard"
    seed: int = 0
    only: str = "*"
    output: str | Path
    workers: int = 1
    timeout: float = USUAL_TIMEOUT
    memory: float = USUAL_LIMIT
    isolation: str = "process"
    deviations: tuple[tuple[Deviation, Conditions], ...] = ()
    keep_going: bool = False


Confirmed = tuple[bool | None, tuple[str, ...]]
"""Whether a case fails alone, and which requirements explain that."""


class Second:
    """Asks what failed once more, of processes of the implementation that were asked nothing yet, beside the run.

    A process is started once for each case and each diagnosis: what a confirmed diagnosis explains may fail in a
    process that was asked something, and only where it does not is it asked of a fresh one.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._executor = ThreadPoolExecutor(1)
        self._abandoned = Event()
        self._implementation: Implementation | None = None
        self._confirmed: dict[tuple[str, ...], Confirmed] = {}
        self._diagnoses: set[str] = set()
        self._asked: list[tuple[dict[str, Any], Future[Confirmed]]] = []

    def ask(self, record: dict[str, Any]) -> None:
        """Begin to ask the failing case of a record."""
        if self._options.isolation == "process":
            self._asked.append((record, self._executor.submit(self._fails_alone, dict(record))))

    def _fails_alone(self, record: dict[str, Any]) -> Confirmed:
        failure = record["failure"]
        key = (record["outcome"], failure["case"], failure["required"], *failure["after"])
        if key not in self._confirmed:
            self._confirmed[key] = self._asked_afresh(record)
        return self._confirmed[key]

    def _asked_afresh(self, record: dict[str, Any]) -> Confirmed:
        is_fresh = self._implementation is None
        o = self._options
        try:
            self._implementation = self._implementation or connect(
                o.target, timeout=o.timeout, memory=o.memory, abandoned=self._abandoned
            )
            diagnosis = record["failure"]["diagnosis"]
            fails = fails_alone(record, self._implementation, is_fresh=is_fresh or diagnosis in self._diagnoses)
            if fails is False and diagnosis in self._diagnoses:
                fails = fails_alone(record, self._implementation)
            if fails and record["explains_others"]:
                self._diagnoses.add(diagnosis)
            return fails, explanations_of(record, self._implementation) if fails else ()
        except (LoadError, Abandoned):  # what was reached once and not again confirms nothing
            return None, ()

    def amend(self) -> None:
        """Note which requirement explains a failure, and find out what those depend on that did not occur again."""
        changed = []
        for record, result in self._asked:
            fails, explained = result.result()
            if fails:
                first, *others = explained or (None,)
                record["failure"] = {**record["failure"], "explained_by": first, "explained_too": others}
            elif fails is False:
                changed.append(record)
        if changed and self._implementation is not None:
            amend(changed, self._implementation)

    def close(self) -> None:
        self._abandoned.set()
        self._executor.shutdown(cancel_futures=True)
        if self._implementation is not None:
            self._implementation.close()

    @property
    def incidents(self) -> list[str]:
        return [] if self._implementation is None else incidents_of(self._implementation)


class HarnessFailure(Exception):
    """The suite itself failed: no verdict follows from this run."""


class Lacking(Exception):
    """The environment lacks something without which no verdict can be given."""

    def __init__(self, lack: Lack) -> None:
        super().__init__(lack.sentence)
        self.lack = lack


@dataclass(eq=False)  # pytest keeps plugins in sets
class Collector:
    """A pytest plugin that takes the records of the checks as they end."""

    report_file: ReportFile
    subject: Subject | None
    second: Second
    on_progress: Callable[[int, int, str], None]
    records: list[dict[str, Any]] = field(default_factory=list)
    harness_failures: list[str] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    lack: Lack | None = None
    interrupted: bool = False
    total: int = 0
    distributor: Any = None

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self.distributor = session.config.pluginmanager.get_plugin("dsession")

    def pytest_configure(self, config: pytest.Config) -> None:
        if self.subject is not None:
            config.stash[SUBJECT] = self.subject

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.total = self.total or len(session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self.total = len(ids)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.incidents += getattr(node, "workeroutput", {}).get(INCIDENTS, [])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        record = next((value for key, value in report.user_properties if key == RECORD), None)
        if report.when == "call" and isinstance(record, dict):
            self._take(record)
        elif report.failed:
            self.harness_failures.append(f"{report.nodeid}: {report.longreprtext.splitlines()[-1]}")

    def _take(self, record: dict[str, Any]) -> None:
        if lack := record.pop("lack", None):
            self.lack = Lack(**lack)
            raise KeyboardInterrupt  # it would be lacking in every check to come
        if harness := record.pop("harness", None):
            self.harness_failures.append(f"{record['check']}: {harness}")
            return
        if record["failure"] is not None:
            self.second.ask(record)
        self.records.append(record)
        self.report_file.append({name: value for name, value in record.items() if name not in OF_THE_RUN_ALONE})
        self.on_progress(len(self.records), self.total, record["check"])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.harness_failures.append(f"{report.nodeid}: {report.longreprtext.splitlines()[-1]}")

    def pytest_internalerror(self, excrepr: Any, excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
        self.lack = self.lack or lack_of(excinfo.value)
        self.harness_failures.append(str(excrepr).splitlines()[-1])
        return True  # told here: pytest need not print it

    def pytest_keyboard_interrupt(self) -> None:
        self.interrupted = True
        if self.distributor is not None:  # else pytest-xdist waits ten seconds for checks that nobody wants any more
            self.distributor.nodemanager.EXIT_TIMEOUT = SECONDS_TO_STOP


def run(
    options: Options,
    on_progress: Callable[[int, int, str], None] = lambda *_: None,
    report_file: ReportFile | None = None,
) -> dict[str, Any]:
    """Examine the target and return the report, which is then in `report_file` too, by default in `options.output`.

    Raises TargetError or LoadError where the target cannot be reached, RefusedAtOnce, UnwritableOutput before the first
    check, ReportElsewhere after the last, HarnessFailure, Lacking.
    """
    occupy_standard_descriptors()
    if report_file is None:
        with ReportFile(find(str(options.output)), kind_of(options)) as own:
            return run(options, on_progress, own)
    abandoned = Event()
    implementation = Remembering(
        connect(
            options.target,
            isolation=options.isolation,
            timeout=options.timeout,
            memory=options.memory,
            abandoned=abandoned,
        )
    )
    second = Second(options)
    try:
        if gate.is_needed(implementation.hello):
            _pass_gate(options)
        return _run(options, report_file, implementation, second, on_progress, abandoned)
    except Exception as error:
        if lack := lack_of(error):
            raise Lacking(lack) from error
        raise
    finally:
        implementation.close()
        second.close()


def _pass_gate(options: Options) -> None:
    """In a process of its own: that of the run has not been asked anything before its first case."""
    asked = connect(options.target, isolation=options.isolation, timeout=options.timeout, memory=options.memory)
    try:
        gate.require_answers(asked)
    finally:
        asked.close()


def _run(
    options: Options,
    report_file: ReportFile,
    implementation: Implementation,
    second: Second,
    on_progress: Callable[[int, int, str], None],
    abandoned: Event,
) -> dict[str, Any]:
    started = time.time()
    report_file.begin(header(options, implementation, started))
    distributed = options.workers > 1
    subject = Subject(
        implementation,
        EFFORTS[options.effort],
        options.seed,
        options.only,
        options.profile,
        hope=Hope(options.keep_going),
    )
    collector = Collector(report_file, None if distributed else subject, second, on_progress)
    with _own_pytest(), _seldom_collecting():
        status = pytest.main(_pytest_arguments(options), plugins=[collector])
    if collector.lack is not None:
        raise Lacking(collector.lack)
    interrupted = collector.interrupted or status == pytest.ExitCode.INTERRUPTED
    if collector.harness_failures or status == pytest.ExitCode.INTERNAL_ERROR:
        raise HarnessFailure(
            f"the suite itself failed, so that there is no verdict: {'; '.join(collector.harness_failures[:3])}"
        )
    ended_early = interrupted or any("gave_up" in record for record in collector.records)
    fingerprint = None if ended_early or options.only != "*" else _fingerprint(options, implementation, on_progress)
    if interrupted:  # who has pressed Ctrl-C does not wait for a library to leave
        abandoned.set()
    else:
        on_progress(collector.total, collector.total, "asking once more what failed")
        second.amend()
    implementation.close()
    second.close()
    incidents = [*incidents_of(implementation), *collector.incidents, *second.incidents]
    if number := end_strays():
        incidents.append(f"the keeper of the worker was killed, and the harness ended {number} of its processes itself")
    report = assemble(
        header(options, implementation, started),
        collector.records,
        complete=not interrupted,
        fingerprint=fingerprint,
        incidents=incidents,
    )
    report["execution"]["seconds"] = round(time.time() - started, 3)
    report_file.publish(report)
    return report


def _fingerprint(
    options: Options, implementation: Implementation, on_progress: Callable[[int, int, str], None]
) -> dict[str, Any]:
    """What is behind the numbers: of the small shape alone where time is short."""
    shapes = SHAPES[:1] if options.effort == "quick" else SHAPES
    return take(implementation, shapes=shapes, longest_call=1.0, on_progress=on_progress)


def kind_of(options: Options) -> Kind:
    """What the run is asked, which decides what its report may replace."""
    return Kind(**{name: getattr(options, name) for name in Kind.__dataclass_fields__})


def header(options: Options, implementation: Implementation, started: float) -> dict[str, Any]:
    """What is known before the first check: all of it depends on the options and the versions, `execution` apart."""
    hello = implementation.hello
    expected, _ = in_force(options.deviations, Surroundings.of(options.target, hello.version))
    return {
        "schema_version": 1,
        "suite": {"name": "conv2d-conformance", "version": __version__, "sources": sources.digest()},
        "spec": {"edition": spec.load().edition, "digest": spec.load().digest},
        "run": {
            "target": escaped_line(options.target),
            "profile": options.profile,
            "effort": options.effort,
            "seed": options.seed,
            "only": escaped_line(options.only),
            "isolation": options.isolation,
            "timeout_seconds": options.timeout,
            "memory_gib": options.memory if CAN_BE_TOLD and options.isolation == "process" else None,
        },
        "implementation": {
            "name": hello.name,
            "version": hello.version,
            "language": hello.language,
            "description": hello.description,
            "operations": list(hello.operations),
            "capabilities": hello.capabilities.to_json(),
            "environment": hello.environment,
        },
        "environment": {
            "python": platform.python_version(),
            "platform": platform.platform(terse=True),
            "machine": platform.machine(),
            "packages": {name: version(name) for name in PACKAGES},
        },
        "deviations": [asdict(deviation) for deviation in expected],
        "execution": {
            "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
            "seconds": None,
            "workers": options.workers,
        },
    }


def _pytest_arguments(options: Options) -> list[str]:
    arguments = ["-c", str(PACKAGE / "pytest.ini"), "--rootdir", str(PACKAGE), "-p", "conv2d_conformance.plugin"]
    arguments.append("--assert=plain")  # the checks raise; to rewrite what they do not assert takes a second
    for unneeded in ("terminal", "cacheprovider", "warnings"):
        arguments += ["-p", f"no:{unneeded}"]
    if options.workers > 1:
        arguments += ["-p", "xdist", "-n", str(options.workers)]
    return [
        *arguments,
        f"--conv2d-target={options.target}",
        f"--conv2d-effort={options.effort}",
        f"--conv2d-seed={options.seed}",
        f"--conv2d-only={options.only}",
        f"--conv2d-profile={options.profile}",
        f"--conv2d-timeout={options.timeout}",
        f"--conv2d-memory={options.memory}",
        f"--conv2d-isolation={options.isolation}",
        *(["--conv2d-keep-going"] if options.keep_going else []),
        *dict.fromkeys(inspect.getfile(inspect.unwrap(check.function)) for check in catalogue().values()),
    ]


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """The garbage collector looks every 50,000 objects: a run makes millions, few in cycles, and keeps most."""
    usual = gc.get_threshold()
    gc.set_threshold(50_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def _own_pytest() -> Iterator[None]:
    """Keep the caller's pytest configuration and plugins out of the run."""
    kept = {name: os.environ.pop(name, None) for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")}
    kept["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
