"""Go on from what an earlier run found, where it was ended."""

from __future__ import annotations

from dataclasses import dataclass

from conv2d_conformance.report.header import Header, header_of
from conv2d_conformance.report.partial import AnotherRun, require_same_run
from conv2d_conformance.report.reading import UnreadableReport, read
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.writing import ReportFile
from conv2d_conformance.verdict.record import Record


@dataclass(frozen=True)
class Earlier:
    """The records that stand, and when the run began that made them.

    A failure is asked again: it was confirmed, and its cause told from others, at the end that did not come.
    """

    records: tuple[Record, ...] = ()
    started: str = ""

    @property
    def checks(self) -> frozenset[str]:
        return frozenset(record.check for record in self.records)

    def incidents(self, header: Header) -> tuple[str, ...]:
        """What the report says of it."""
        if not self.started:
            return ()
        here, number = header.execution.started, len(self.records)
        return (f"the run began at {self.started}, was ended, and went on at {here} after {number} checks",)


def finished(report_file: ReportFile, header: Header) -> Report | None:
    """The report of this very run, where it is there already."""
    try:
        found = read(report_file.to.path) if report_file.to.is_file else None
        if found is not None:
            require_same_run(report_file.to.name, header_of(found), header)
    except (UnreadableReport, AnotherRun):
        return None
    return found if found is not None and (found.complete or found.is_stopped) else None


def begun(report_file: ReportFile, header: Header) -> Earlier:
    """Begin to write a run, or go on with what was left of it. AnotherRun, UnwritableOutput."""
    there = report_file.left(header)
    if there is None:
        report_file.begin(header)
        return Earlier()
    report_file.go_on()
    kept = tuple(record for record in there.records if record.failure is None and record.outcome == "pass")
    return Earlier(kept, there.header.execution.started)
