"""The page of one report: what it certifies, why it fails, how accurate it is, and what is behind it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conv2d_conformance import spec
from conv2d_conformance.contract.grades import MEANINGS
from conv2d_conformance.foreign import unescaped
from conv2d_conformance.report.causes import Cause, causes, common_fault
from conv2d_conformance.report.composed_parts import composed_of
from conv2d_conformance.report.counts import chapter_of, total
from conv2d_conformance.report.deviations import by_requirement
from conv2d_conformance.report.replaying import replay_of, shell_word
from conv2d_conformance.report.report import Accuracy, Entry, Report
from conv2d_conformance.report.verdicts import core_of
from conv2d_conformance.site.contents import Contents
from conv2d_conformance.site.findings import PublishedFinding
from conv2d_conformance.site.picture import Picture, picture_of
from conv2d_conformance.site.plots import margins, worst_errors
from conv2d_conformance.site.standing import MatrixRow
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.grading import describe_grade

MOST_REJECTIONS = 12
"""The most kinds of rejections that a page shows, those first that read like a fault of the worker."""


@dataclass(frozen=True)
class ToldCause:
    """A cause of failures as the page tells it, with what is known about it and how to see it."""

    cause: Cause
    replay: str
    script: str
    declared: tuple[tuple[str, str], ...]
    findings: tuple[PublishedFinding, ...]
    picture: Picture | None

    @property
    def anchor(self) -> str:
        """Where on the page it is."""
        return f"why-{self.cause.entries[0].id}"


@dataclass(frozen=True)
class ToldAccuracy:
    """The accuracy for one dtype in words, with the call of the worst error."""

    subject: str
    found: Accuracy
    words: str
    picture: Picture | None


def implementation_values(contents: Contents, row: MatrixRow) -> dict[str, Any]:
    """What the page of a report shows."""
    report = row.report
    told = [*_told_causes(contents, row)]
    where = {entry.id: one.anchor for one in told for entry in one.cause.entries}
    rejections = known(report.rejections, ())
    missing = sorted(core_of(report.run.profile) - {*row.features})
    return {
        "row": row,
        "report": report,
        "headline": report.headline,
        "command": f"conv2d-conformance run {_run_options(report)}",
        "total": total(report),
        "causes": told,
        "where": where,
        "common": common_fault([one.cause for one in told]),
        "accuracy": [*_told_accuracy(report)],
        "drawing": b64encode(row.drawing).decode(),
        "margins": margins(own, contents.worst_errors) if (own := worst_errors(report)) else "",
        "meanings": MEANINGS,
        "fingerprint": report.fingerprint.dtypes if report.fingerprint else {},
        "chapters": _by_chapter(report),
        "missing": missing,
        "history": [other for other in contents.rows if other.name == row.name],
        "sentences": {one.id: one.sentence for one in contents.requirements},
        "rejections": rejections,
        "suspicious": sum(one.suspicious for one in rejections),
        "shown_rejections": sorted(rejections, key=lambda one: (not one.suspicious, -one.times))[:MOST_REJECTIONS],
        "incidents": known(report.execution.incidents, ()),
        "composed": composed_of(report.implementation),
        "breaches": known(report.breaches, ()),
        "same_edition": report.spec.edition == contents.edition,
    }


def _run_options(report: Report) -> str:
    run = report.run
    words = [shell_word(unescaped(run.target)), "--profile", run.profile, "--effort", run.effort]
    words += ["--seed", str(run.seed)] if run.seed else []
    words += ["--only", shell_word(unescaped(run.only))] if run.only != "*" else []
    words += ["--shard", shard] if (shard := known(run.shard, "")) else []
    return " ".join(words)


def _told_causes(contents: Contents, row: MatrixRow) -> Iterator[ToldCause]:
    report = row.report
    reasons = {name: (one.reason, one.issue) for name, one in by_requirement(report.deviations).items()}
    for cause in causes(report):
        names = [entry.id for entry in cause.entries]
        found = {one.name: one for name in names for one in contents.findings_about(name, row.name)}
        failure = cause.failure
        yield ToldCause(
            cause=cause,
            replay=replay_of(failure, report.run) if failure else "",
            script=next((row.scripts[name] for name in names if name in row.scripts), ""),
            declared=tuple(dict.fromkeys(reasons[name] for name in names if name in reasons)),
            findings=tuple(found.values()),
            picture=picture_of(failure.case, _element_in(failure.got)) if failure else None,
        )


def _element_in(got: str) -> tuple[int, ...] | None:
    """The output element that a failure names, as in "0 at y[0,0,1,0]"."""
    _, found, rest = got.partition(" at y[")
    numbers = rest.partition("]")[0].split(",")
    return tuple(map(int, numbers)) if found and all(number.isdecimal() for number in numbers) else None


def _told_accuracy(report: Report) -> Iterator[ToldAccuracy]:
    for subject, found in report.accuracy.items():
        if found.broken_by or found.grade is not None:
            named, excess = known(found.named, ()), known(found.excess, 0)
            words = describe_grade(subject, found.broken_by, named, found.claimed, excess)
        else:
            words = "no grade, since nothing was judged that may be rounded"
        worst = found.worst
        shown = picture_of(worst.case, worst.element) if worst and "/" not in subject else None
        yield ToldAccuracy(subject, found, words, shown)


def _by_chapter(report: Report) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    names = [*spec.load().chapters]
    order = sorted(report.requirements, key=lambda entry: _place(names, chapter_of(entry.id)))
    for entry in order:
        found.setdefault(chapter_of(entry.id), []).append(entry)
    return found


def _place(names: list[str], chapter: str) -> int:
    return names.index(chapter) if chapter in names else len(names)
