"""One run: connect, let pytest run the checks, write the report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event

import pytest

from conv2d_conformance.checks import catalogue
from conv2d_conformance.checks.costs import FINGERPRINT
from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.descriptors import occupy_standard_descriptors
from conv2d_conformance.environment import Lack, lack_of
from conv2d_conformance.fingerprint import take
from conv2d_conformance.fingerprint.fingerprint import Fingerprint
from conv2d_conformance.fingerprint.shapes import SHAPES
from conv2d_conformance.implementation.host import connect, incidents_of
from conv2d_conformance.implementation.strays import end_strays
from conv2d_conformance.output.destination import find
from conv2d_conformance.report.assemble import assemble
from conv2d_conformance.report.header import Header, Introduction
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.stopping import is_decided
from conv2d_conformance.report.writing import ReportFile
from conv2d_conformance.running.beforehand import require_answerable
from conv2d_conformance.running.collector import Collector
from conv2d_conformance.running.confirmer import Confirmer
from conv2d_conformance.running.elsewhere import examine_elsewhere
from conv2d_conformance.running.header import header, own_checks
from conv2d_conformance.running.options import Options, kind_of
from conv2d_conformance.running.resuming import begun, finished
from conv2d_conformance.running.session import command_line, own_pytest, seldom_collecting
from conv2d_conformance.running.sharing import SharedWork
from conv2d_conformance.running.subject import ExaminedImplementation
from conv2d_conformance.typed_json import ABSENT
from conv2d_conformance.verdict import gate
from conv2d_conformance.verdict.history import Remembering
from conv2d_conformance.verdict.record import Record


class HarnessFailure(Exception):
    """The suite itself failed: no verdict follows from this run."""


class Lacking(Exception):
    """The environment lacks something that every verdict needs."""

    def __init__(self, lack: Lack) -> None:
        super().__init__(lack.sentence)
        self.lack = lack


def run(
    options: Options,
    on_progress: Callable[[int, int, str], None] = lambda *_: None,
    report_file: ReportFile | None = None,
    shared: SharedWork | None = None,
) -> Report:
    """Examine the target and return the report, which is then in `report_file` too, or in `options.output`.

    Runs in one process can be `shared`: the cases, the verdicts and the reports are the same.

    Raises TargetError or LoadError where the target cannot be reached, LimitsOfNothing, RefusedAtOnce, UnwritableOutput
    before the first check, ReportElsewhere after the last, HarnessFailure, Lacking.
    """
    occupy_standard_descriptors()
    if report_file is None:
        kind = kind_of(options)
        with ReportFile(find(str(options.output or kind.default_name())), kind, resume=options.resume) as own:
            return run(options, on_progress, own, shared)
    abandoned = Event()
    implementation = Remembering(
        connect(
            options.target,
            isolation=options.isolation,
            timeout=options.timeout,
            memory=options.memory,
            abandoned=abandoned,
            meanwhile=catalogue,  # which is loaded once
        )
    )
    confirmer = Confirmer(options)
    try:
        require_answerable(implementation.hello, options)
        if gate.is_needed(implementation.hello):
            _pass_gate(options)
        return _run(options, report_file, implementation, confirmer, on_progress, abandoned, shared)
    except Exception as error:
        if lack := lack_of(error):
            raise Lacking(lack) from error
        raise
    finally:
        implementation.close()
        confirmer.close()


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
    confirmer: Confirmer,
    on_progress: Callable[[int, int, str], None],
    abandoned: Event,
    shared: SharedWork | None,
) -> Report:
    started = time.time()
    top = header(options, implementation, started)
    if options.resume and (done := finished(report_file, top)) is not None:
        return done
    earlier = begun(report_file, top)
    distributed = options.workers > 1 or bool(options.scheduler)
    subject = None if distributed else ExaminedImplementation(implementation, options, shared)
    collector = Collector(report_file, subject, confirmer, on_progress, _end_of(options, top), [*earlier.records])
    if options.scheduler:
        status = _made_elsewhere(options, implementation, collector)
    else:
        with own_pytest(), seldom_collecting():
            status = pytest.main(command_line(options), plugins=[collector])
    if collector.lack is not None:
        raise Lacking(collector.lack)
    interrupted = not collector.stopped and (collector.interrupted or status == pytest.ExitCode.INTERRUPTED)
    if collector.harness_failures or status == pytest.ExitCode.INTERNAL_ERROR:
        raise HarnessFailure(
            f"the suite itself failed, so that there is no verdict: {'; '.join(collector.harness_failures[:3])}"
        )
    looks = FINGERPRINT in own_checks(options, implementation.hello.claimed)
    ended_early = interrupted or collector.stopped or any(record.gave_up is not ABSENT for record in collector.records)
    fingerprint = _fingerprint(options, implementation, on_progress) if looks and not ended_early else None
    records = collector.records
    if interrupted:  # after Ctrl-C, nobody waits for a library to leave
        abandoned.set()
    else:
        on_progress(collector.total, collector.total, "asking once more what failed")
        amended = confirmer.amended()
        records = [amended.get(record.check, record) for record in records]
    implementation.close()
    confirmer.close()
    incidents = [*earlier.incidents(top), *incidents_of(implementation), *collector.incidents, *confirmer.incidents]
    if number := end_strays():
        incidents.append(f"the keeper of the worker was killed, and the harness ended {number} of its processes itself")
    report = assemble(
        header(options, implementation, started),
        records,
        complete=not (interrupted or collector.stopped),
        stopped=collector.stopped,
        fingerprint=fingerprint,
        incidents=incidents,
    )
    report = replace(report, execution=replace(report.execution, seconds=round(time.time() - started, 3)))
    report_file.publish(report)
    return report


def _made_elsewhere(options: Options, implementation: Implementation, collector: Collector) -> pytest.ExitCode | int:
    """Let a cluster make the checks. The status that pytest would have had."""
    own = own_checks(options, implementation.hello.claimed) - {FINGERPRINT}
    collector.total = len(own)
    try:
        examine_elsewhere(options, Introduction.of(implementation.hello), own - collector.done, collector.take)
    except KeyboardInterrupt:
        return pytest.ExitCode.INTERRUPTED
    return pytest.ExitCode.OK


def _end_of(options: Options, top: Header) -> Callable[[Sequence[Record]], bool]:
    """Whether the last of some records ends the run."""

    def is_the_last(records: Sequence[Record]) -> bool:
        last = records[-1]
        says_something = last.outcome != "pass" or last.observed or last.breaches
        return bool(says_something) and is_decided(assemble(top, records, complete=False))

    return is_the_last if options.stop == "first" else lambda _: False


def _fingerprint(
    options: Options, implementation: Implementation, on_progress: Callable[[int, int, str], None]
) -> Fingerprint:
    """The fingerprint of the implementation; at effort quick only of the small shape."""
    shapes = SHAPES[:1] if options.effort == "quick" else SHAPES
    return take(implementation, shapes=shapes, longest_call=1.0, on_progress=on_progress)
