"""Go on from what an earlier run found, where it was ended."""

from __future__ import annotations

from dataclasses import dataclass, replace

from conv2d_conformance.report.header import Header, header_of
from conv2d_conformance.report.partial import AnotherRun, require_same_run
from conv2d_conformance.report.reading import UnreadableReport, read
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.writing import ReportFile
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.record import Record


@dataclass(frozen=True)
class Earlier:
    """The records that stand, those of checks that are made again, and when the run began that made them.

    A failure is asked again: it was confirmed, and its cause told from others, at the end that did not come.
    """

    records: tuple[Record, ...] = ()
    started: str = ""
    again: tuple[Record, ...] = ()

    @property
    def checks(self) -> frozenset[str]:
        return frozenset(record.check for record in self.records)

    def stands(self, record: Record) -> Record:
        """What stands of a check that was made again: a wrong answer is a failure, though the next may be right.

        Where there was no answer, the end of the run itself may be the reason, so that one which comes now counts.
        """
        before = next((one for one in self.again if one.check == record.check), None)
        if before is None or before.failure is None:
            return record
        if before.outcome == "fail" and record.outcome != "fail":
            return _told(before, "the check failed before the run was ended, and did not when it went on")
        observed, breaches = {**before.observed, **record.observed}, sorted({*before.breaches, *record.breaches})
        found = replace(record, observed=observed, breaches=tuple(breaches))
        if record.outcome != "pass":
            return found
        return _told(found, "the check ended in an error before the run was ended, and did not when it went on")

    def incidents(self, header: Header) -> tuple[str, ...]:
        """What the report says of it."""
        if not self.started:
            return ()
        here, number = header.execution.started, len(self.records)
        return (f"the run began at {self.started}, was ended, and went on at {here} after {number} checks",)


def _told(record: Record, sentence: str) -> Record:
    return replace(record, incidents=tuple(dict.fromkeys((*record.incidents, sentence))))


def finished(report_file: ReportFile, header: Header, *, keep_going: bool = False) -> Report | None:
    """The report of this very run, where it is there already and a later run has left nothing.

    To `keep_going` is to ask what a run that gave up did not.
    """
    try:
        found = read(report_file.to.path) if report_file.to.is_file else None
        if found is None or not (found.complete or found.is_stopped):
            return None
        require_same_run(report_file.to.name, header_of(found), header)
    except (UnreadableReport, AnotherRun):
        return None
    if keep_going and known(found.gave_up, None) is not None:
        return None
    try:
        left = report_file.left(header)
    except AnotherRun:
        return found
    return None if left is not None and left.header.execution.started > found.execution.started else found


def begun(report_file: ReportFile, header: Header) -> Earlier:
    """Begin to write a run, or go on with what was left of it. AnotherRun, UnwritableOutput."""
    there = report_file.left(header)
    if there is None:
        report_file.begin(header)
        return Earlier()
    report_file.go_on()
    held = [record.failure is None and record.outcome == "pass" for record in there.records]
    kept = tuple(record for record, holds in zip(there.records, held, strict=True) if holds)
    again = tuple(record for record, holds in zip(there.records, held, strict=True) if not holds)
    return Earlier(kept, there.header.execution.started, again)
