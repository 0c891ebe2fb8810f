"""One report of the parts of a run: what the whole run would have written, from the records of all checks.

A verdict needs the records of every check of its requirement, and so do the grades, the causes and the number of
distinct cases. So a part keeps its records, and nothing is added up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import fields, replace

from conv2d_conformance import sources
from conv2d_conformance.checks import every_check
from conv2d_conformance.hinted import Hinted
from conv2d_conformance.report.assemble import assemble
from conv2d_conformance.report.header import Execution, header_of
from conv2d_conformance.report.partial import flat, told
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.selection import belongs, to_run
from conv2d_conformance.report.verdicts import claimed_by
from conv2d_conformance.shard import Shard
from conv2d_conformance.typed_json import ABSENT, as_json, known
from conv2d_conformance.verdict.record import Record

MOST_NAMED = 8
"""The most missing parts that are named."""

Parts = Mapping[str, Report]
"""The reports of parts, by the names of their files."""


class CannotMerge(Hinted):
    """Some reports are not all parts of one run, each once."""


def merged(parts: Parts) -> Report:
    """The report of the run of which these are the parts. CannotMerge."""
    shards = {name: _shard(name, report) for name, report in parts.items()}
    first, *others = parts
    for name in others:
        _require_equal(first, parts[first], name, parts[name])
    _require_each_once(shards)
    for name, report in parts.items():
        _require_whole(name, report)
    in_order = [parts[name] for name in sorted(parts, key=lambda name: shards[name])]
    records = [_told_of(report, record) for report in in_order for record in _records(report)]
    stopped = any(report.is_stopped for report in in_order)
    ended_early = stopped or any(known(report.gave_up, None) for report in in_order)
    top = in_order[0]
    return assemble(
        replace(header_of(top), run=replace(top.run, shard=ABSENT), execution=_together(in_order)),
        records,
        complete=all(report.complete for report in in_order),
        stopped=stopped,
        fingerprint=None if ended_early else next((one.fingerprint for one in in_order if one.fingerprint), None),
        incidents=[sentence for report in in_order for sentence in _of_no_check(report)],
    )


def _told_of(report: Report, record: Record) -> Record:
    """The record in the whole: what a part gave up after is what that part alone had seen."""
    gave_up = known(record.gave_up, None)
    return record if gave_up is None else replace(record, gave_up=f"{gave_up}, in {report.shard}")


def fault_of_records(report: Report) -> str | None:
    """The first value of a part's report that does not follow from its records."""
    again = assemble(
        header_of(report),
        _records(report),
        complete=report.complete,
        stopped=report.is_stopped,
        fingerprint=report.fingerprint,
    )
    names = (one.name for one in fields(Report) if one.name != "execution")
    name = next((name for name in names if known(getattr(again, name), None) != known(getattr(report, name), None)), "")
    return f"its {name} does not follow from its records" if name else None


def _shard(name: str, report: Report) -> Shard:
    text = known(report.run.shard, "")
    if not text:
        raise CannotMerge(f"{name} is no part of a run: it is the report of a whole one", "leave it out")
    try:
        return Shard.parse(text)
    except ValueError as error:
        raise CannotMerge(f"{name}: {error}", "leave it out, and run that part again") from None


def _require_equal(name: str, report: Report, other: str, there: Report) -> None:
    """Everything but the part, the time and the number of workers must be the same in both."""
    one, two = (flat(as_json(header_of(found))) for found in (report, there))
    for place in dict.fromkeys((*one, *two)):
        if one.get(place) != two.get(place) and not place.startswith(("execution.", "run.shard")):
            raise CannotMerge(
                f"{name} and {other} are not parts of one run: {place} is {told(one.get(place))} in the one and "
                f"{told(two.get(place))} in the other",
                "run all parts with the same suite and options, in the same environment",
            )
    counts = [known(found.run.shard, "").partition("/")[2] for found in (report, there)]
    if counts[0] != counts[1]:
        raise CannotMerge(
            f"{name} and {other} are not parts of one run: the one has {counts[0]} parts, and the other {counts[1]}",
            "run all parts with the same N of --shard I/N",
        )


def _require_each_once(shards: Mapping[str, Shard]) -> None:
    by_number: dict[int, list[str]] = defaultdict(list)
    for name, shard in shards.items():
        by_number[shard.number].append(name)
    count = next(iter(shards.values())).of
    missing = [str(number) for number in range(1, count + 1) if number not in by_number]
    found = []
    if missing:
        more = len(missing) - MOST_NAMED
        named = ", ".join(missing[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        found.append(f"{len(missing)} of {count} parts {'is' if len(missing) == 1 else 'are'} missing: {named}")
    found += [
        f"part {number} is there {len(names)} times: {', '.join(names)}"
        for number, names in sorted(by_number.items())
        if len(names) > 1
    ]
    if found:
        hint = "run what is missing, with --shard I/N" if missing else "name each part once"
        raise CannotMerge("; ".join(found), hint)


def _require_whole(name: str, report: Report) -> None:
    """A part must have come to its end, and be what it says."""
    if report.is_interrupted:
        raise CannotMerge(f"{name} is of a run that did not come to its end", "run that part again")
    if report.suite.sources != sources.digest():
        raise CannotMerge(
            f"{name} was made by other sources of the suite, of version {report.suite.version}",
            "merge parts by the suite that made them",
        )
    whole = to_run(every_check(), report.run, claimed_by(report.implementation))
    own = belongs(whole, report.run)
    due = [check.name for check in whole if check.name in own]
    there = [record.check for record in _records(report)]
    is_cut = report.is_stopped or bool(known(report.gave_up, None))
    if report.records is ABSENT or (set(there) - set(due) if is_cut else there != due) or len(set(there)) < len(there):
        raise CannotMerge(f"{name} does not have the checks of its part", "it was changed: run that part again")
    if fault := fault_of_records(report):
        raise CannotMerge(f"{name} was changed: {fault}", "run that part again")


def _records(report: Report) -> tuple[Record, ...]:
    return known(report.records, ())


def _together(reports: list[Report]) -> Execution:
    """From the first start, with the time of all parts: what one machine would have taken."""
    executions = [report.execution for report in reports]
    return Execution(
        started=min(execution.started for execution in executions),
        seconds=round(sum(execution.seconds or 0 for execution in executions), 3),
        workers=max(execution.workers for execution in executions),
    )


def _of_no_check(report: Report) -> tuple[str, ...]:
    """The incidents that belong to no check, which stand behind those that do."""
    of_checks = sum(len(record.incidents) for record in _records(report))
    return known(report.execution.incidents, ())[of_checks:]
