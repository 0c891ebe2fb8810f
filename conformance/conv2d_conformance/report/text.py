"""A report for a person to read: what was examined, what holds, what does not, and the one sentence at the end."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from conv2d_conformance import spec
from conv2d_conformance.report.causes import Cause, causes, common_fault
from conv2d_conformance.report.console import LABEL, MOST_LINES, paragraph, show_table, whole_line
from conv2d_conformance.report.counts import Chapter, chapters, total
from conv2d_conformance.report.verdicts import NOT_REACHED, VERDICTS, headline_of
from conv2d_conformance.verdict.grading import describe_grade
from conv2d_conformance.verdict.rejections import sentence as sentence_about

COLOUR = {"pass": "green", "fail": "red", "error": "magenta", NOT_REACHED: "magenta", "unsupported": "dim"}
"""Colour says nothing that the words do not say."""

MOST_CASES = 3
"""So many of the failing cases of one cause are shown; the report has them all."""

MOST_INCIDENTS = 3
"""So many are shown; the report has them all."""

MOST_CALLS = 4
"""So many of the calls that must come before a failing one are shown; the command that replays it has them all."""


def show(report: Mapping[str, Any], path: Path, console: Console) -> None:
    """Print a report that is in the file `path`."""
    _show_title(report, console)
    console.print()
    _show_chapters(report, console)
    console.print()
    told = causes(report)
    if common := common_fault(told):
        paragraph(console, common, style="bold")
        console.print()
    for cause in told:
        _show_cause(report, cause, console)
        console.print()
    for dtype, found in report["accuracy"].items():
        _show_accuracy(dtype, found, console)
    for dtype, found in (report["fingerprint"] or {"dtypes": {}})["dtypes"].items():
        for said in found["summary"]:
            paragraph(console, f"{dtype} ({', '.join(said['shapes'])}): {said['words']}", label="behind it")
    paragraph(console, _judged(report), label="judged")
    if unchecked := len(report["without_check"]):
        has = "has" if unchecked == 1 else "have"
        sentence = f"{_counted(unchecked, 'requirement')} of this profile {has} no check in this version"
        paragraph(console, sentence, label="unchecked")
    if rejected := sentence_about(report.get("rejections", ())):
        paragraph(console, rejected, label="rejected", most_lines=3)
    for sentence in shown_incidents(report):
        paragraph(console, sentence, label="incident")
    whole_line(console, str(path), label="report")
    console.print()
    colour = {0: "green", 1: "red"}.get(report["conclusion"]["exit_status"], "yellow")
    paragraph(console, headline_of(report), style=f"bold {colour}")


def shown_incidents(report: Mapping[str, Any]) -> list[str]:
    """What happened to the processes and is nobody's fault: the first few, and how many more there are."""
    told = report["execution"].get("incidents", [])
    more = len(told) - MOST_INCIDENTS
    return [*told[:MOST_INCIDENTS], *([f"and {more} more, which the report has"] if more > 0 else [])]


def replay_command(failure: Mapping[str, Any], target: str) -> str:
    """The command that asks the failing case again, several times where it does not always fail."""
    after = "".join(f" --after {shlex.quote(line)}" for line in failure["after"])
    after += f" --beside {shlex.quote(beside)}" if (beside := failure.get("beside")) else ""
    times = " --times 20" if failure["failed_repetitions"] < failure["repetitions"] else ""
    return f"conv2d-conformance replay {shlex.quote(failure['case'])} {shlex.quote(target)}{after}{times}"


def _show_accuracy(dtype: str, found: Mapping[str, Any], console: Console) -> None:
    claimed, broken = found["claimed"], found["broken_by"]
    sentence = f"{dtype}: {describe_grade(dtype, broken, found.get('named', ()), claimed, found.get('excess', 0))}"
    if claimed in broken:
        sentence += f"; claimed {claimed}: FAIL"
    elif found["exact_where_exact"]:
        sentence += "; exact on exact data"
    paragraph(console, sentence, label="accuracy")
    if found["worst"] and found["grade"]:
        worst = found["worst"]
        share = f"the worst error is {worst['share_of_bound']:.2g} of the bound of {found['grade']}, in"
        paragraph(console, share, indent=LABEL)
        whole_line(console, worst["case"], indent=LABEL)
    elif claimed in broken:
        paragraph(console, f"{claimed} is broken first by", indent=LABEL)
        whole_line(console, broken[claimed], indent=LABEL)


def _show_title(report: Mapping[str, Any], console: Console) -> None:
    run, implementation = report["run"], report["implementation"]
    paragraph(console, f"{implementation['name']} {implementation['version']}", style="bold")
    only = "" if run["only"] == "*" else f", only {run['only']}"
    edition = f"spec edition {report['spec']['edition']}"
    paragraph(console, f"profile {run['profile']}, effort {run['effort']}, seed {run['seed']}, {edition}{only}")


def _show_chapters(report: Mapping[str, Any], console: Console) -> None:
    found = chapters(report)
    shown = [name for name in VERDICTS if name != NOT_REACHED or any(chapter.verdicts[name] for chapter in found)]
    rows = (_row(chapter, shown) for chapter in found)
    show_table(console, ("chapter", *shown, "cases"), rows, right=(*shown, "cases"))


def _row(chapter: Chapter, shown: list[str]) -> list[str | Text]:
    return [chapter.name, *(_count(name, chapter.verdicts[name]) for name in shown), str(chapter.cases)]


def _count(verdict: str, number: int) -> Text:
    return Text(str(number), style=COLOUR[verdict]) if number else Text("-", style="dim")


def _show_cause(report: Mapping[str, Any], cause: Cause, console: Console) -> None:
    entry, *others = cause.entries
    verdict, failure = entry["verdict"], cause.failure
    colour = f"bold {COLOUR[verdict]}"
    console.print(Text.assemble((verdict.upper(), colour), "  ", (entry["id"], "bold"), f"  {entry['level']}"))
    paragraph(console, _sentence(entry["id"]), indent=2)
    if others:
        paragraph(console, ", ".join(map(_name, others)), label="also", indent=2)
    if cause.unreached:
        sentence = f"{', '.join(map(_name, cause.unreached))}: not reached, since a legal call was refused"
        paragraph(console, sentence, label="besides", indent=2)
    for deviation in report["deviations"]:
        if deviation["requirement"] in [entry["id"] for entry in cause.entries]:
            declared = f"{deviation['requirement']}: {deviation['reason']} ({deviation['issue']})"
            paragraph(console, declared, label="declared", indent=2)
    if failure is None:
        paragraph(console, "not one case was judged, and silence is no pass", label="got", indent=2)
        return
    if cause.diagnosis:
        paragraph(console, f"looks like  {cause.diagnosis}", indent=2, style="bold")
    paragraph(console, failure["got"], label="got", indent=2, most_lines=MOST_LINES)
    paragraph(console, failure["required"], label="required", indent=2, most_lines=MOST_LINES)
    if len(failure["after"]) > MOST_CALLS:
        paragraph(console, f"{len(failure['after'])} calls, the last of them", label="after", indent=2)
    for line in failure["after"][-MOST_CALLS:]:
        whole_line(console, line, label="after", indent=2)
    for line in cause.cases[:MOST_CASES]:
        whole_line(console, line, label="case", indent=2)
    if more := len(cause.cases[MOST_CASES:]):
        paragraph(console, f"and {_counted(more, 'case')} more, in the report", indent=2 + LABEL)
    if failure.get("beside"):
        whole_line(console, failure["beside"], label="beside", indent=2)
    if failure["failed_repetitions"] < failure["repetitions"]:
        often = f"{failure['failed_repetitions']} of {failure['repetitions']} times when the case was asked again"
        paragraph(console, often, label="fails", indent=2)
    whole_line(console, replay_command(failure, report["run"]["target"]), label="replay", indent=2)


def _name(entry: Mapping[str, Any]) -> str:
    return entry["id"] if entry["level"] == "MUST" else f"{entry['id']} ({entry['level']})"


def _sentence(requirement: str) -> str:
    known = spec.load().requirements.get(requirement)
    return known.sentence if known else "(the specification of this version has no such requirement)"


def _judged(report: Mapping[str, Any]) -> str:
    counts = total(report)
    verdicts = ", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number) or "none"
    requirements = _counted(sum(counts.values()), "requirement")
    return f"{_counted(report['judged_cases'], 'case')}, for {requirements}: {verdicts}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
