"""Reports as a page in Markdown: implementations as rows, the chapters of the spec as columns."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import quote

from conv2d_conformance import spec
from conv2d_conformance.foreign import escaped, escaped_line
from conv2d_conformance.implementation.target import split
from conv2d_conformance.report.causes import causes, common_fault
from conv2d_conformance.report.counts import Chapter, chapters
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.text import replay_command

LEGEND = (
    "Each cell says how many requirements of a chapter hold, of those that are claimed and have a check. "
    "Those of level SHOULD count here, and decide nothing in the result. A dash: none is claimed. The name of an "
    "implementation leads to its report."
)


def results_page(reports: Mapping[str, Report]) -> str:
    """The page for reports by path; a path is the link, relative to where the page will be."""
    rows = {path: {chapter.name: chapter for chapter in chapters(report)} for path, report in reports.items()}
    present = {name for row in rows.values() for name in row}
    columns = [name for name in spec.load().chapters if name in present]
    lines = [
        "# Results",
        "",
        LEGEND,
        "",
        _row(["implementation", "profile", "result", *(name.replace("-", " ") for name in columns)]),
        _row(["---", "---", "---", *("---:" for _ in columns)]),
    ]
    for path, report in sorted(reports.items(), key=lambda item: _name(item[1]).lower()):
        cells = [_cell(rows[path].get(name)) for name in columns]
        link = f"[{_escaped(_name(report))}]({quote(os.fsencode(path))})"
        lines.append(_row([link, report.run.profile, _escaped(report.headline), *cells]))
    lines += ["", *_faults(reports), _footer(reports), *_failures(reports)]
    return "\n".join(lines) + "\n"


def _failures(reports: Mapping[str, Report]) -> list[str]:
    """What failed, by implementation: each in its simplest case, with the command that asks it again."""
    lines = []
    for _, report in sorted(reports.items(), key=lambda item: _name(item[1]).lower()):
        declared = {item.requirement: f"{item.reason} ({item.issue})" for item in report.deviations}
        found = causes(report)
        if found:
            lines += ["", f"## {_escaped(_name(report))}, profile {report.run.profile}"]
        for cause in found:
            names = ", ".join(f"{entry.id} ({entry.level})" for entry in cause.entries)
            lines += ["", f"### {_escaped(names)}", ""]
            reasons = dict.fromkeys(declared[entry.id] for entry in cause.entries if entry.id in declared)
            lines += [f"Known: {_escaped(reason)}.\n" for reason in reasons]
            failure = cause.failure
            if failure is None:
                lines.append("Not one case was judged.")
                continue
            told = [
                ("composed", cause.composed),
                ("looks like", cause.diagnosis),
                ("got", failure.got),
                ("required", failure.required),
            ]
            if failure.failed_repetitions < failure.repetitions:
                told += [("fails", f"{failure.failed_repetitions} of {failure.repetitions} times")]
            told += [("replay", replay_command(failure, report.run.target))]
            lines += ["```", *(f"{word:11}{escaped_line(text)}" for word, text in told if text), "```"]
    return lines


def _faults(reports: Mapping[str, Report]) -> list[str]:
    """A line for each implementation whose failures look like one fault."""
    lines = []
    for _, report in sorted(reports.items(), key=lambda item: _name(item[1]).lower()):
        if common := common_fault(causes(report)):
            lines.append(f"- In {_escaped(_name(report))}: {_escaped(common)}")
    return [*lines, ""] if lines else []


def _name(report: Report) -> str:
    implementation = report.implementation
    _, options = split(report.run.target)
    return f"{implementation.name} {implementation.version}" + (f" ({options})" if options else "")


def _cell(chapter: Chapter | None) -> str:
    if chapter is None:
        return "-"
    judged = sum(number for verdict, number in chapter.verdicts.items() if verdict != "unsupported")
    if judged == 0:
        return "-"
    held = chapter.verdicts["pass"]
    return f"{held}" if held == judged else f"**{held} of {judged}**"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


ACTIVE = frozenset("\\`*_[]<>|~$&")
"""Characters that have a meaning in the middle of a line of GitHub's Markdown."""


def _escaped(text: str) -> str:
    """The text, escaped for a heading, a cell, or a line that begins with other words."""
    line = " ".join(escaped(text).split())
    return "".join(f"\\{letter}" if letter in ACTIVE else letter for letter in line)


def _footer(reports: Mapping[str, Report]) -> str:
    editions = sorted({f"{report.spec.edition} ({report.spec.digest[:12]})" for report in reports.values()})
    efforts = sorted({report.run.effort for report in reports.values()})
    return f"Specification edition {', '.join(editions)}; effort {', '.join(efforts)}."
