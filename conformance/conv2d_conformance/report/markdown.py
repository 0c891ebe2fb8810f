"""Reports as pages in Markdown: of some reports, of the latest of each implementation, and of one implementation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from conv2d_conformance.foreign import escaped_line
from conv2d_conformance.report.causes import causes, common_fault
from conv2d_conformance.report.glance import Reports, in_order, latest, name_of, options_of, version_of
from conv2d_conformance.report.markdown_tables import at_a_glance, by_chapter, escaped_text
from conv2d_conformance.report.replaying import replay_of
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.shared_causes import SharedCause, shared_causes
from conv2d_conformance.report.verdicts import declared_failures

LEGEND = (
    "Each cell says how many requirements of a chapter hold, of those that are claimed and have a check. "
    "Those of level SHOULD count here, and decide nothing in the result. A dash: none is claimed. The name of an "
    "implementation leads to its report."
)

FAILING = ("fail", "error")


def results_page(reports: Reports) -> str:
    """The page for some reports: tables, and what failed in each implementation, by cause."""
    lines = ["# Results", "", *at_a_glance(reports), "", LEGEND, "", *by_chapter(reports), "", *_faults(reports)]
    return _page([*lines, _footer(reports), *_failures(reports)])


def front_tables(reports: Reports) -> str:
    """The tables for the latest release of each implementation. Its name leads to its page."""
    chosen = latest(reports)
    glance = at_a_glance(chosen, have_pages=True)
    return _page([*glance, "", "## By chapter", "", LEGEND, "", *by_chapter(chosen), "", _footer(chosen)])


def implementation_pages(reports: Reports) -> dict[str, str]:
    """A page for each implementation by its name, to stand beside its reports: NAME/README.md."""
    found: dict[str, dict[str, Report]] = {}
    for path, report in reports.items():
        name = report.implementation.name
        found.setdefault(name, {})[path.removeprefix(f"{name}/")] = report
    return {name: _implementation_page(name, own) for name, own in found.items()}


def _implementation_page(name: str, reports: Reports) -> str:
    lines = [f"# {escaped_text(name)}", "", *at_a_glance(reports), "", LEGEND, "", *by_chapter(reports), ""]
    return _page([*lines, *_history(reports), _footer(reports), *_failures(reports)])


def _history(reports: Reports) -> list[str]:
    """What failed in one release and not in the one before, with the same options and profile, and the reverse."""
    lines = []
    ordered = [report for _, report in in_order(reports)]
    for key in dict.fromkeys(map(_kind, ordered)):
        releases = sorted((report for report in ordered if _kind(report) == key), key=version_of)
        for older, newer in pairwise(releases):
            options = f" ({escaped_text(options_of(newer))})" if options_of(newer) else ""
            what = "; ".join(_changes(older, newer)) or "the same requirements hold"
            versions = (escaped_text(report.implementation.version) for report in (older, newer))
            lines.append(f"- {' to '.join(versions)}{options}: {what}")
    return ["## From release to release", "", *lines, ""] if lines else []


def _kind(report: Report) -> tuple[str, str, str]:
    return options_of(report), report.run.profile, report.environment.machine


def _changes(older: Report, newer: Report) -> Iterator[str]:
    before, after = ({entry.id: entry.verdict for entry in report.requirements} for report in (older, newer))
    both = [name for name in after if "unsupported" not in (after[name], before.get(name, "unsupported"))]
    mended = [name for name in both if before[name] in FAILING and after[name] == "pass"]
    appeared = [name for name in both if before[name] == "pass" and after[name] in FAILING]
    for word, names in (("mended", mended), ("appeared", appeared)):
        if names:
            yield f"{word}: {', '.join(names)}"


def _failures(reports: Reports) -> list[str]:
    """What failed, by implementation and cause: each in its simplest case, with the command that asks it again."""
    by_name: dict[str, list[Report]] = {}
    for _, report in in_order(reports):
        by_name.setdefault(report.implementation.name, []).append(report)
    lines = []
    for name, own in by_name.items():
        found = shared_causes(own)
        if found:
            head = name_of(own[0]) if len(own) == 1 else name
            lines += ["", f"## {escaped_text(head)}, profile {' and '.join(dict.fromkeys(r.run.profile for r in own))}"]
        for shared in found:
            lines += ["", *_cause(shared, own)]
    return lines


def _cause(shared: SharedCause, reports: Sequence[Report]) -> Iterable[str]:
    cause, failure = shared.cause, shared.cause.failure
    yield f"### {escaped_text(', '.join(f'{entry.id} ({entry.level})' for entry in shared.entries))}"
    yield ""
    if len(reports) > 1:
        everywhere = len(shared.reports) == len(reports)
        yield f"In {'all of them' if everywhere else escaped_text(', '.join(map(name_of, shared.reports)))}.\n"
    declared = [declared_failures(report) for report in shared.reports]
    known = (found[entry.id] for found in declared for entry in shared.entries if entry.id in found)
    for text in dict.fromkeys(f"{deviation.reason} ({deviation.issue})" for deviation in known):
        yield f"Known: {escaped_text(text)}.\n"
    if failure is None:
        yield "Not one case was judged."
        return
    told = [
        ("composed", cause.composed),
        ("looks like", cause.diagnosis),
        ("got", failure.got),
        ("required", failure.required),
    ]
    if failure.failed_repetitions < failure.repetitions:
        told += [("fails", f"{failure.failed_repetitions} of {failure.repetitions} times")]
    told += [("replay", replay_of(failure, shared.reports[0].run))]
    yield "```"
    yield from (f"{word:11}{escaped_line(text)}" for word, text in told if text)
    yield "```"


def _faults(reports: Reports) -> list[str]:
    """A line for each implementation whose failures look like one fault."""
    lines = []
    for _, report in in_order(reports):
        if common := common_fault(causes(report)):
            lines.append(f"- In {escaped_text(name_of(report))}: {escaped_text(common)}")
    return [*lines, ""] if lines else []


def _footer(reports: Reports) -> str:
    editions = sorted({f"{report.spec.edition} ({report.spec.digest[:12]})" for report in reports.values()})
    return f"Specification edition {', '.join(editions)}."


def _page(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
