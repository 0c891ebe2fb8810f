"""Show the verdicts of `run`, in the words of `run`, where the checks run under pytest."""

from __future__ import annotations

import io
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

import pytest

from conv2d_conformance import spec
from conv2d_conformance.checks import Check, asked_checks, every_check
from conv2d_conformance.report.causes import Cause
from conv2d_conformance.report.conclusion import NO_CERTIFICATE, RunOutcome, conclusion
from conv2d_conformance.report.console import console
from conv2d_conformance.report.headline import whole_headline
from conv2d_conformance.report.junit import sentence_about
from conv2d_conformance.report.replaying import replay_command
from conv2d_conformance.report.report import Conclusion, Entry
from conv2d_conformance.report.selection import NAMED_SHAPES
from conv2d_conformance.report.stopping import left_out
from conv2d_conformance.report.text import show_cause
from conv2d_conformance.report.verdicts import entry_of, in_scope, requirement_entries
from conv2d_conformance.running.options import Options
from conv2d_conformance.typed_json import from_json, known
from conv2d_conformance.verdict.record import Ended, Record

RECORD = "conv2d"
"""The key under which a check's record travels in the properties of its report."""

CLAIMS = "conv2d_claims"
LIMITS = "conv2d_limits"
"""The keys under which a process that runs checks tells the distributing one the claims, and the limits."""

FAILING = frozenset({"core not claimed", "limits"})
"""Why a session fails, though nothing is broken: a selection and a debugger are what pytest is used for."""


def ended_of(report: pytest.TestReport) -> Ended | None:
    """The end of a check, from its pytest report, which may come from another process."""
    return next((from_json(value, Ended) for key, value in report.user_properties if key == RECORD), None)


class PytestVerdicts:
    """Handles the reports of checks before other plugins, and the end of the session.

    A failure shows its own text, without a traceback unless --full-trace is given. A failure that decides nothing is an
    expected failure. The conclusion of `run` is the last line, and a session succeeds only if `run` would.
    """

    def __init__(self, options: Options, *, shows_all: bool) -> None:
        self._options = options
        self._shows_all = shows_all
        self._records: list[Record] = []
        self._conclusion: Conclusion | None = None
        self.claimed: frozenset[str] = frozenset()
        self.limits: tuple[str, ...] = ()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        ended = ended_of(report)
        if report.when != "call" or ended is None or ended.harness is not None:
            return
        record = ended.record
        self._records.append(record)
        if report.failed and record.failure is not None:
            entries = self._failing(record)
            if not self._shows_all:
                report.longrepr = self._text(entries)
            if (level := entries[0].level) != "MUST":
                report.outcome = "skipped"
                report.wasxfail = f"{level} decides nothing: {sentence_about(record.failure)}"

    def _failing(self, record: Record) -> list[Entry]:
        """The entries of a failing check, a deciding one first."""
        entries = [
            entry_of(spec.get(name), (record.check,), verdict=record.outcome, failure=record.failure)
            for name in self._asked(every_check()[record.check])
        ]
        return sorted(entries, key=lambda entry: entry.level != "MUST")

    def _asked(self, check: Check) -> list[str]:
        """The requirements of a check within the session's selection and profile."""
        return [
            name
            for name in check.requirements
            if fnmatchcase(name, self._options.only) and in_scope(spec.get(name), self._options.profile)
        ]

    def _text(self, entries: list[Entry]) -> str:
        stream = io.StringIO()
        chosen = self._options
        replay = partial(replay_command, target=chosen.target, timeout=chosen.timeout, isolation=chosen.isolation)
        show_cause(Cause(tuple(entries)), console(stream), replay)
        return stream.getvalue().rstrip("\n")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        told = getattr(node, "workeroutput", {})
        self.claimed = frozenset(told.get(CLAIMS, self.claimed))
        self.limits = tuple(told.get(LIMITS, self.limits))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        was_stopped = session.shouldfail or session.shouldstop
        ended = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        if self._records and ended and not was_stopped:
            self._conclusion = self._concluded()
            if self._fails(self._conclusion):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _fails(self, found: Conclusion) -> bool:
        accepted = {"limits"} if self._options.accept_limits else set()
        reasons = FAILING.intersection(known(found.no_certificate, ())) - accepted
        return found.exit_status == 1 or (found.exit_status == NO_CERTIFICATE and bool(reasons))

    @property
    def _selection(self) -> str:
        return NAMED_SHAPES if self._options.only_shapes else self._options.only

    def _concluded(self) -> Conclusion:
        """The conclusion of `run` from the same records. If some were left out, say by -k, it is a selection."""
        asked = asked_checks(shapes=bool(self._options.shapes), alone=self._options.only_shapes)
        checks = {check.name: check.requirements for check in asked.values()}
        run = {record.check for record in self._records}
        left = left_out(self._options.stop)
        is_whole = all(
            check.name in run | left or not self._asked(check) or not check.needs <= self.claimed
            for check in asked.values()
        )
        entries = requirement_entries(
            self._records,
            checks if is_whole else {name: checks[name] for name in checks if name in run},
            self.claimed,
            self._options.profile,
            self._options.only,
            left_out=left,
        )
        return conclusion(
            RunOutcome(
                entries,
                self.claimed,
                deviations=(),
                breaches=sorted(set().union(*(record.breaches for record in self._records))),
                profile=self._options.profile,
                only=self._selection if is_whole else "some checks",
                isolation=self._options.isolation,
                complete=True,
                limits=self.limits,
                accept_limits=self._options.accept_limits,
            )
        )

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._conclusion is not None:
            terminalreporter.section("conv2d-conformance")
            terminalreporter.line(whole_headline(self._conclusion.headline, self._options.isolation))
