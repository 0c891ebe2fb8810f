"""Collect the records that the checks report to pytest, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from conv2d_conformance.environment import Lack, lack_of
from conv2d_conformance.report.writing import ReportFile
from conv2d_conformance.running.confirmer import Confirmer
from conv2d_conformance.running.plugin import DONE, DONE_ELSEWHERE, INCIDENTS, SUBJECT
from conv2d_conformance.running.pytest_verdicts import ended_of
from conv2d_conformance.running.subject import ExaminedImplementation
from conv2d_conformance.verdict.record import Ended, Record

SECONDS_TO_STOP = 0.2
"""The time that processes of pytest-xdist have after Ctrl-C."""


@dataclass(eq=False)  # pytest keeps plugins in sets
class Collector:
    """A pytest plugin that collects the records of the checks as they end, until one of them `is_the_last`.

    The `records` that it begins with are of an earlier run: their checks are not made again. Of one that is, what
    `stands` may be what that run saw.
    """

    report_file: ReportFile
    subject: ExaminedImplementation | None
    confirmer: Confirmer
    on_progress: Callable[[int, int, str], None]
    is_the_last: Callable[[Sequence[Record]], bool] = lambda _: False
    records: list[Record] = field(default_factory=list)
    stands: Callable[[Record], Record] = lambda record: record
    harness_failures: list[str] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    lack: Lack | None = None
    interrupted: bool = False
    stopped: bool = False
    total: int = 0
    distributor: Any = None
    done: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.done = frozenset(record.check for record in self.records)

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        self.distributor = session.config.pluginmanager.get_plugin("dsession")

    def pytest_configure(self, config: pytest.Config) -> None:
        config.option.tbstyle = "native"  # nobody reads the tracebacks; the other styles parse source files for them
        config.stash[DONE] = self.done
        if self.subject is not None:
            config.stash[SUBJECT] = self.subject

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[DONE_ELSEWHERE] = sorted(self.done)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.total = self.total or len(self.done) + len(session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self.total = len(self.done) + len(ids)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        self.incidents += getattr(node, "workeroutput", {}).get(INCIDENTS, [])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and (ended := ended_of(report)) is not None:
            self.take(ended)
        elif report.failed:
            self.harness_failures.append(f"{report.nodeid}: {report.longreprtext.splitlines()[-1]}")

    def take(self, ended: Ended) -> None:
        """Take how a check ended. KeyboardInterrupt where nothing is to be asked any more."""
        if ended.lack is not None:
            self.lack = ended.lack
            raise KeyboardInterrupt  # it would be lacking in every check to come
        record = ended.record
        if ended.harness is not None:
            self.harness_failures.append(f"{record.check}: {ended.harness}")
            return
        if (stands := self.stands(record)) is not record:
            ended, record = replace(ended, record=stands), stands
        if record.failure is not None:
            self.confirmer.ask(ended, record.failure)
        self.records.append(record)
        self.report_file.append(record)
        self.on_progress(len(self.records), self.total, record.check)
        if self.is_the_last(self.records):
            self.stopped = True
            raise KeyboardInterrupt

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
