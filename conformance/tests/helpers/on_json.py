"""What the suite does with reports and records, done with their JSON, which tests write and change as anybody can."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.report import assemble as assembling
from conv2d_conformance.report import causes as grouping
from conv2d_conformance.report import counts, junit, markdown, reading, text, verdicts
from conv2d_conformance.report.conclusion import RunOutcome
from conv2d_conformance.report.conclusion import conclusion as concluded
from conv2d_conformance.report.deviations import Deviation
from conv2d_conformance.report.header import Header, Introduction
from conv2d_conformance.report.report import Entry, Report
from conv2d_conformance.typed_json import as_json, from_json
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.record import Record
from conv2d_conformance.verifying import Finding, consistency
from conv2d_conformance.verifying.rerun import Again
from conv2d_conformance.verifying.rerun import rerun as asking_again

Json = dict[str, Any]


def plain(value: object) -> Any:
    """What stands in a file of a value."""
    return json.loads(json.dumps(as_json(value)))


def report_of(report: Json) -> Report:
    return from_json(report, Report)


def header_of(header: Json) -> Header:
    return from_json(header, Header)


def record_of(record: Json) -> Record:
    return from_json(record, Record)


def failure_of(failure: Json) -> Failure:
    return from_json(failure, Failure)


def assemble(header: Json, records: Iterable[Json], **options: Any) -> Json:
    found: Json = plain(assembling.assemble(header_of(header), map(record_of, records), **options))
    return found


def read(path: Path) -> Json:
    found: Json = plain(reading.read(path))
    return found


def conclusion(entries: Iterable[Json], *arguments: Any, **options: Any) -> Json:
    outcome = RunOutcome([from_json(entry, Entry) for entry in entries], *arguments, **options)
    found: Json = plain(concluded(outcome))
    return found


def claimed_by(implementation: Json) -> frozenset[str]:
    return verdicts.claimed_by(from_json(implementation, Introduction))


def deviations_of(report: Json) -> list[Deviation]:
    return [from_json(item, Deviation) for item in report["deviations"]]


def show(report: Json, path: Path, console: Console) -> None:
    text.show(report_of(report), path, console)


def _page(make: Callable[[Mapping[str, Report]], str]) -> Callable[[Mapping[str, Json]], str]:
    return lambda reports: make({path: report_of(report) for path, report in reports.items()})


results_page, junit_page = _page(markdown.results_page), _page(junit.junit)


def in_short(report: Json) -> Json:
    return counts.in_short(report_of(report))


def total(report: Json) -> dict[str, int]:
    return counts.total(report_of(report))


def chapters(report: Json) -> list[counts.Chapter]:
    return counts.chapters(report_of(report))


def causes(report: Json) -> list[grouping.Cause]:
    return grouping.causes(report_of(report))


def verify(report: Json, *recount: Any) -> Finding:
    """Of a report in the right form."""
    return consistency.verify(reading.report_of(report), *recount)


def rerun(report: Json, implementation: InProcess, **options: Any) -> Again:
    return asking_again(report_of(report), implementation, **options)
