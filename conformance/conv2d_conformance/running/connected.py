"""The examination of a target that is connected: gate, checks under pytest, fingerprint, confirmation, report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from threading import Event

import pytest

from conv2d_conformance.checks import every_check
from conv2d_conformance.checks.costs import FINGERPRINT
from conv2d_conformance.checks.order import place_of
from conv2d_conformance.contract.answers import Implementation
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.fingerprint import take
from conv2d_conformance.fingerprint.fingerprint import Fingerprint
from conv2d_conformance.fingerprint.shapes import SHAPES
from conv2d_conformance.implementation.host import connect, incidents_of
from conv2d_conformance.implementation.strays import end_strays
from conv2d_conformance.report.assemble import assemble
from conv2d_conformance.report.header import Header, Introduction
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.stopping import is_decided
from conv2d_conformance.report.writing import ReportFile
from conv2d_conformance.running.beforehand import require_answerable
from conv2d_conformance.running.collector import Collector
from conv2d_conformance.running.confirmer import Confirmer
from conv2d_conformance.running.draws import Draws
from conv2d_conformance.running.elsewhere import examine_elsewhere
from conv2d_conformance.running.failures import HarnessFailure, Lacking
from conv2d_conformance.running.header import header, own_checks
from conv2d_conformance.running.hypothesis_draws import seed_of
from conv2d_conformance.running.options import Options
from conv2d_conformance.running.resuming import begun, finished
from conv2d_conformance.running.session import command_line, own_pytest
from conv2d_conformance.running.subject import ExaminedImplementation
from conv2d_conformance.typed_json import ABSENT
from conv2d_conformance.verdict import gate
from conv2d_conformance.verdict.asker import Prepare
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.record import Record


def draw_beforehand(options: Options, draws: Draws) -> Iterator[None]:
    """Draw what the checks will ask of an implementation that claims everything, in their order, check by check."""
    everything = frozenset().union(*(check.needs for check in every_check().values()))
    own = own_checks(options, everything)
    checks = [check for check in every_check().values() if check.name in own]
    for check in sorted(checks, key=place_of) if options.stop == "first" else checks:
        with suppress(Exception):  # a failure here occurs again where the check asks, and is told there
            draws.draw(check.function, EFFORTS[options.effort], seed_of(check.name, options.seed))
        yield  # with Hypothesis as it was: nobody may ever take the next


def examined(
    options: Options,
    report_file: ReportFile,
    implementation: Implementation,
    on_progress: Callable[[int, int, str], None],
    abandoned: Event,
    draws: Draws,
    prepare: Prepare = Question,
) -> Report:
    """The report of a target, which is in `report_file` too. Once all is asked, the implementation is closed."""
    confirmer = Confirmer(options)
    try:
        require_answerable(implementation.hello, options)
        if gate.is_needed(implementation.hello):
            _pass_gate(options)
        return _examined(options, report_file, implementation, confirmer, on_progress, abandoned, draws, prepare)
    finally:
        confirmer.close()


def _pass_gate(options: Options) -> None:
    """In a process of its own: that of the run has not been asked anything before its first case."""
    asked = connect(options.target, isolation=options.isolation, timeout=options.timeout, memory=options.memory)
    try:
        gate.require_answers(asked)
    finally:
        asked.close()


def _examined(
    options: Options,
    report_file: ReportFile,
    implementation: Implementation,
    confirmer: Confirmer,
    on_progress: Callable[[int, int, str], None],
    abandoned: Event,
    draws: Draws,
    prepare: Prepare,
) -> Report:
    started = time.time()
    top = header(options, implementation, started)
    if options.resume and (done := finished(report_file, top, keep_going=options.keep_going)):
        return done
    earlier = begun(report_file, top)
    distributed = options.workers > 1 or bool(options.scheduler)
    subject = None if distributed else ExaminedImplementation(implementation, options, draws, prepare)
    collector = Collector(
        report_file, subject, confirmer, on_progress, _end_of(options, top), [*earlier.records], earlier.stands
    )
    if options.scheduler:
        status = _made_elsewhere(options, implementation, collector)
    else:
        with own_pytest():
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
