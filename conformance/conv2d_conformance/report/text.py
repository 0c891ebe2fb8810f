"""A report as text for people: what was examined, what holds, what does not, and the conclusion in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from conv2d_conformance import spec
from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.composed import told
from conv2d_conformance.contract.delivered import FORM
from conv2d_conformance.contract.grades import MEANINGS
from conv2d_conformance.foreign import unescaped
from conv2d_conformance.report.causes import Cause, causes, common_fault
from conv2d_conformance.report.composed_parts import composed_of
from conv2d_conformance.report.console import LABEL, MOST_LINES, paragraph, show_table, whole_line
from conv2d_conformance.report.counts import Chapter, chapters, total
from conv2d_conformance.report.deviations import CANNOT_FAIL, Deviation, by_requirement
from conv2d_conformance.report.glance import Glance, Reports, broken_in, in_order, name_of
from conv2d_conformance.report.replaying import replay_of, shell_word
from conv2d_conformance.report.report import Accuracy, Entry, Report
from conv2d_conformance.report.stopping import stop_of, where_stopped
from conv2d_conformance.report.verdicts import NOT_REACHED, VERDICTS, limits_of
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.grading import describe_grade
from conv2d_conformance.verdict.large_question import left_out
from conv2d_conformance.verdict.rejections import sentence as sentence_about

COLOUR = {"pass": "green", "fail": "red", "error": "magenta", NOT_REACHED: "magenta", "unsupported": "dim"}
"""Colours add nothing to what the words say."""

MOST_CASES = 3
"""The most failing cases shown for one cause; the report has them all."""

MOST_INCIDENTS = 3
"""The most incidents shown; the report has them all."""


def show(report: Report, path: Path, console: Console) -> None:
    """Print the report in the file `path`."""
    _show_title(report, console)
    console.print()
    _show_chapters(report, console)
    console.print()
    told = causes(report)
    if common := common_fault(told):
        paragraph(console, common, style="bold")
        console.print()
    for cause in told:
        show_cause(cause, console, lambda failure: replay_of(failure, report.run), deviations=report.deviations)
        console.print()
    for dtype, found in report.accuracy.items():
        _show_accuracy(dtype, found, console)
    if any(found.grade != "A" for found in report.accuracy.values()):
        whole_line(console, "conv2d-conformance explain A-tc says what a grade is, of any name", indent=LABEL)
    _show_fingerprint(report, console)
    paragraph(console, _judged(report), label="judged")
    if not_asked := _shapes_left_out(report):
        paragraph(console, not_asked, label="left out")
    for sentence in () if report.shard else _idle_deviations(report):  # of a part nobody knows yet
        paragraph(console, sentence, label="declared")
    if unchecked := len(report.without_check):
        has = "has" if unchecked == 1 else "have"
        sentence = f"{_counted(unchecked, 'requirement')} of this profile {has} no check in this version"
        paragraph(console, sentence, label="unchecked")
    if rejected := sentence_about(known(report.rejections, ())):
        paragraph(console, rejected, label="rejected", most_lines=3)
    if gave_up := known(report.gave_up, None):
        paragraph(console, f"after {gave_up}; --keep-going asks the rest all the same", label="gave up")
    if report.is_stopped:
        where = where_stopped(known(report.breaches, ()))
        paragraph(console, f"{where}; without --stop first, the rest is asked too", label="stopped")
    for sentence in shown_incidents(report):
        paragraph(console, sentence, label="incident")
    whole_line(console, str(path), label="report")
    console.print()
    fails = any(entry.level == "MUST" and entry.verdict in ("fail", "error") for entry in report.requirements)
    is_full = not fails and not limits_of(report.implementation)
    colour = {0: "green" if is_full else "yellow", 1: "red"}.get(report.conclusion.exit_status, "yellow")
    paragraph(console, report.headline, style=f"bold {colour}")


def show_many(reports: Reports, console: Console) -> None:
    """Print a row for each report."""
    rows = []
    for _, report in in_order(reports):
        glance, result = Glance.at(report), report.headline.partition(":")[0]
        rows.append((name_of(report), glance.profile, glance.date, result, broken_in(report) or "-"))
    show_table(console, ("implementation", "profile", "date", "result", "fails in"), rows)
    console.print()
    whole_line(console, "conv2d-conformance summary REPORT shows one in full", indent=0)


def shown_incidents(report: Report) -> list[str]:
    """The first few incidents, which are nobody's fault, and the number of the others."""
    told = known(report.execution.incidents, ())
    more = len(told) - MOST_INCIDENTS
    return [*told[:MOST_INCIDENTS], *([f"and {more} more, which the report has"] if more > 0 else [])]


def _show_accuracy(dtype: str, found: Accuracy, console: Console) -> None:
    claimed, broken = found.claimed, found.broken_by
    if broken or found.grade is not None:
        words = describe_grade(dtype, broken, known(found.named, ()), claimed, known(found.excess, 0))
    else:
        words = "no grade, since nothing was judged that may be rounded"
    sentence = f"{dtype}: {words}"
    if claimed in broken:
        meaning = "" if claimed == found.grade else f", {MEANINGS[claimed]}"
        sentence += f"; claimed {claimed}{meaning}: FAIL"
    elif found.exact_where_exact:
        sentence += "; exact on exact data"
    paragraph(console, sentence, label="accuracy")
    if found.worst and found.grade:
        worst = found.worst
        share = f"the worst error is {worst.share_of_bound:.2g} of the bound of {found.grade}, in"
        paragraph(console, share, indent=LABEL)
        whole_line(console, worst.case, indent=LABEL)
    elif claimed in broken:
        paragraph(console, f"{claimed} is broken first by", indent=LABEL)
        whole_line(console, broken[claimed], indent=LABEL)


def _show_fingerprint(report: Report, console: Console) -> None:
    """Print a line for each dtype, with as much of the first sentences as fits; the command shows everything."""
    dtypes = report.fingerprint.dtypes if report.fingerprint else {}
    for dtype, found in dtypes.items():
        line = ""
        for clause in found.summary[0].clauses if found.summary else []:
            if len(f"{dtype}: {line}; {clause}") > console.width - LABEL:
                break
            line = f"{line}; {clause}" if line else clause
        if line:
            paragraph(console, f"{dtype}: {line}", label="behind it")
    if dtypes:
        command = f"conv2d-conformance fingerprint {shell_word(unescaped(report.run.target))}"
        whole_line(console, f"{command} tells it in full", indent=LABEL)


def _show_title(report: Report, console: Console) -> None:
    run, implementation = report.run, report.implementation
    paragraph(console, f"{implementation.name} {implementation.version}", style="bold")
    if FORM in implementation.environment:
        paragraph(console, implementation.description)
    only = "" if run.only == "*" else f", only {run.only}"
    only += ", without what decides nothing" if stop_of(report) == "must" else ""
    only += f", {report.shard}" if report.shard else ""
    edition = f"spec edition {report.spec.edition}"
    paragraph(console, f"profile {run.profile}, effort {run.effort}, seed {run.seed}, {edition}{only}")
    if limits := limits_of(report.implementation):
        paragraph(console, ", ".join(limits), label="limits")
    if composed := told(composed_of(report.implementation)):
        paragraph(console, composed, label="composed")


def _show_chapters(report: Report, console: Console) -> None:
    found = chapters(report)
    shown = [name for name in VERDICTS if name != NOT_REACHED or any(chapter.verdicts[name] for chapter in found)]
    rows = (_row(chapter, shown) for chapter in found)
    show_table(console, ("chapter", *shown, "cases"), rows, right=(*shown, "cases"))


def _row(chapter: Chapter, shown: Iterable[str]) -> list[str | Text]:
    return [chapter.name, *(_count(name, chapter.verdicts[name]) for name in shown), str(chapter.cases)]


def _count(verdict: str, number: int) -> Text:
    return Text(str(number), style=COLOUR[verdict]) if number else Text("-", style="dim")


def show_cause(
    cause: Cause, console: Console, replay: Callable[[Failure], str], *, deviations: Collection[Deviation] = ()
) -> None:
    """Print the failures of one cause, with the command that asks them again, which `replay` tells."""
    entry, *others = cause.entries
    verdict, failure = entry.verdict, cause.failure
    colour = f"bold {COLOUR[verdict]}"
    console.print(Text.assemble((verdict.upper(), colour), "  ", (entry.id, "bold"), f"  {entry.level}"))
    paragraph(console, _sentence(entry.id), indent=2)
    if others:
        paragraph(console, ", ".join(map(_name, others)), label="also", indent=2)
    if cause.unreached:
        sentence = f"{', '.join(map(_name, cause.unreached))}: not reached, since a legal call was refused"
        paragraph(console, sentence, label="besides", indent=2)
    declared_by = by_requirement(deviations)
    told = [declared_by.get(entry.id) for entry in cause.entries]
    for deviation in (one for one in deviations if one in told):
        declared = f"{deviation.requirement}: {deviation.reason} ({deviation.issue})"
        paragraph(console, declared, label="declared", indent=2)
    if failure is None:
        paragraph(console, "not one case was judged, and silence is no pass", label="got", indent=2)
        return
    if cause.composed:
        paragraph(console, cause.composed, label="composed", indent=2)
    if cause.diagnosis:
        paragraph(console, f"looks like  {cause.diagnosis}", indent=2, style="bold")
    paragraph(console, failure.got, label="got", indent=2, most_lines=MOST_LINES)
    paragraph(console, failure.required, label="required", indent=2, most_lines=MOST_LINES)
    # The case itself, and what must come before it or be asked beside it, are in the command.
    if failure.after:
        paragraph(console, f"{_counted(len(failure.after), 'call')}, made first", label="after", indent=2)
    if known(failure.beside, None):
        paragraph(console, "another call, from a second thread", label="beside", indent=2)
    cases = [line for line in cause.cases if line != failure.case]
    for line in cases[: MOST_CASES - 1]:
        whole_line(console, line, label="case", indent=2)
    if more := len(cases[MOST_CASES - 1 :]):
        paragraph(console, f"and {_counted(more, 'case')} more, in the report", indent=2 + LABEL)
    if failure.failed_repetitions < failure.repetitions:
        often = f"{failure.failed_repetitions} of {failure.repetitions} times when the case was asked again"
        paragraph(console, often, label="fails", indent=2)
    whole_line(console, replay(failure), label="replay", indent=2)


def _name(entry: Entry) -> str:
    return entry.id if entry.level == "MUST" else f"{entry.id} ({entry.level})"


def _sentence(requirement: str) -> str:
    known = spec.load().requirements.get(requirement)
    return known.sentence if known else "(the specification of this version has no such requirement)"


def _judged(report: Report) -> str:
    """The number of judged cases, why the table does not add up to it, and which failures decide nothing."""
    counts = total(report)
    unclaimed = counts.pop("unsupported")
    verdicts = ", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number) or "none"
    requirements = _counted(sum(counts.values()), "requirement")
    told = f"{_counted(report.judged_cases, 'case')}, for {requirements}: {verdicts}"
    idle = [entry for entry in report.requirements if entry.level != "MUST"]
    if idle := [entry for entry in idle if entry.verdict in ("fail", "error")]:
        told += f", of which {len(idle)} of level {idle[0].level} decide{'s' if len(idle) == 1 else ''} nothing"
    if unclaimed:
        told += f"; {unclaimed} more {'is' if unclaimed == 1 else 'are'} not claimed"
    if sum(chapter.cases for chapter in chapters(report)) != report.judged_cases:
        told += "; the table counts a case for each requirement that it serves"
    return told


def _shapes_left_out(report: Report) -> str | None:
    """A sentence about the named shapes that were not asked; None if all were, or if they are no cases."""
    lines = known(report.run.shapes, ())
    try:
        shapes = [parse(line) for line in lines]
    except CaseError:
        return None
    missing = left_out(shapes, Capabilities.from_json(report.implementation.capabilities))
    if not missing:
        return None
    which = "; ".join(map(format_case, missing[:MOST_CASES])) + (" and others" if len(missing) > MOST_CASES else "")
    return f"{len(missing)} of {_counted(len(lines), 'named shape')}, outside the claims or the limits: {which}"


def _idle_deviations(report: Report) -> Iterator[str]:
    """Why deviations say nothing about this run."""
    verdicts = {entry.id: entry.verdict for entry in report.requirements}
    for deviation in report.deviations:
        name = deviation.requirement
        match [*dict.fromkeys(verdicts.get(one) for one in deviation.declares)]:
            case [None]:
                yield f"{name}, which this run did not select, so that it may fail or not"
            case ["pass"]:
                yield f"{name}, which holds: the deviation is stale"
            case ["unsupported"]:
                yield f"{name}, which is not claimed and so cannot fail: the deviation is stale"
            case found if deviation.is_stale(verdicts):
                yield f"{name}, of which all that is claimed holds: the deviation is stale"
            case found if all(one is None or one in CANNOT_FAIL for one in found):
                yield f"{name}, of which this run did not select all, and nothing of the rest fails"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
