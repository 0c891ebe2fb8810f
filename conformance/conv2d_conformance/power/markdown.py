"""The outcome as a Markdown page."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version

from conv2d_conformance import __version__, spec
from conv2d_conformance.power import suites
from conv2d_conformance.power.known_implementation import EXACTING, MODEST, subjects
from conv2d_conformance.power.outcome import PowerOutcome
from conv2d_conformance.power.summary_table import COLUMNS, rows, sentence
from conv2d_conformance.sources import DEPENDENCIES

PACKAGES = (*DEPENDENCIES, "torch", "onnx")

EXPLANATION = """\
The cases and the acceptance rules of other suites, and of this one, meet the same implementations: mutants, which are
wrong on purpose, and right implementations. A suite sees a mutant if it rejects it; to reject a right implementation is
a false alarm. Every suite meets them in processes of its own, so that what a mutant remembers of one suite is nothing
to the next.

To be fair, a case that needs what an implementation does not claim is not asked. The result to compare with is the
exact one, rounded once, where a suite does not bring its own: no suite has to live with the errors of a reference. A
suite that says what it wants of a lower accuracy (benchdnn) is told which one is claimed.

What the numbers are not: the mutants were written for this suite, many of them because of what it asks, so that the
share that another one sees says little of its worth for what it is made for. The classic faults are the neutral ones.
Most suites ask nothing of padding modes, refusals, memory or repeated calls."""

COLUMNS_MEAN = """\
Cases: the most that any implementation was asked. In doubt is a mutant that was rejected by a case by which the suite
rejects a right implementation as well, so that it may have been seen by luck; among the classic faults it stands in
parentheses.

Right implementations: IEEE arithmetic in any order of summation, and other manners of being right. With less accuracy:
inputs of fewer bits, directed rounding, matrix engines, Winograd's algorithm, flushed subnormal numbers, each claimed
for what it is. A suite that knows no such claim cannot but reject some of these; that is no false alarm of its rule."""


def page(outcome: PowerOutcome, command: str) -> str:
    """The page; `command` is the line that makes it."""
    blocks = (
        ["# Head to head", "", f"**{sentence(outcome)}**", "", *EXPLANATION.splitlines(), ""],
        table(COLUMNS, rows(outcome), left=1),
        ["", *COLUMNS_MEAN.splitlines(), "", *_missing(outcome)],
        ["## What each suite asks and accepts", "", *_rules(outcome)],
        ["", "## Classic faults", "", *_classic(outcome)],
        ["", "## By chapter of the specification", "", *_chapters(outcome)],
        ["", "## What others see and this suite does not", "", *_seen_by_others(outcome)],
        ["", "## What no other suite sees", "", *_seen_by_nobody_else(outcome)],
        ["", "## Right implementations that are rejected", "", *_alarms(outcome)],
        ["", f"{versions()}.", "", "```", command, "```"],
    )
    return "\n".join(line for block in blocks for line in block) + "\n"


def versions() -> str:
    """The versions of everything that the numbers depend on."""
    edition = spec.load()
    packages = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return (
        f"conv2d-conformance {__version__}, specification edition {edition.edition} ({edition.digest[:12]}); "
        f"Python {platform.python_version()}, {packages}; {platform.system()} {platform.machine()}"
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _missing(outcome: PowerOutcome) -> Iterator[str]:
    for suite in suites().values():
        if suite.name not in outcome.findings:
            yield f"{suite.name} was left out: it needs {' and '.join(suite.missing or suite.needs)}."
            yield ""


def _rules(outcome: PowerOutcome) -> Iterator[str]:
    for name in outcome.findings:
        suite = suites()[name]
        links = ", ".join(f"[{number}]({link})" for number, link in enumerate(suite.sources, 1))
        yield f"- **{escaped(name)}**: {escaped(suite.rule)}" + (f" Source: {links}." if links else "")


def _classic(outcome: PowerOutcome) -> Iterator[str]:
    doubtful = {suite: set(outcome.doubtful(suite)) for suite in outcome.findings}

    def seen(suite: str, name: str) -> str:
        said = "yes" if outcome.findings[suite][name].case else "-"
        return f"({said})" if name in doubtful[suite] else said

    lines = (
        (words, f"`{name}`", *(seen(suite, name) for suite in outcome.findings))
        for words, name in outcome.classic.items()
    )
    yield from table(("fault", "mutant", *outcome.findings), lines, left=2)


def _chapters(outcome: PowerOutcome) -> Iterator[str]:
    counted = (
        (
            chapter.replace("-", " "),
            str(len(found)),
            *(str(sum(bool(of[subject.name].case) for subject in found)) for of in outcome.findings.values()),
        )
        for chapter, found in outcome.chapters.items()
    )
    yield from table(("chapter", "mutants", *outcome.findings), counted, left=1)


def _seen_by_others(outcome: PowerOutcome) -> Iterator[str]:
    for name, seen_by in outcome.seen_by_others_alone.items():
        yield f"- `{name}`, {_what(name)}: {', '.join(seen_by)}"
    if not outcome.seen_by_others_alone:
        yield "Nothing."


def _seen_by_nobody_else(outcome: PowerOutcome) -> Iterator[str]:
    alone = outcome.seen_by_nobody_else
    for chapter in dict.fromkeys(subject.chapter for subject in alone):
        names = [f"`{subject.name}`" for subject in alone if subject.chapter == chapter]
        yield f"- {chapter.replace('-', ' ')}, {len(names)}: {', '.join(names)}"
    if not alone:
        yield "Nothing."


def _what(name: str) -> str:
    return escaped(subjects()[name].adapter.description)


def _alarms(outcome: PowerOutcome) -> Iterator[str]:
    """The right implementations that were rejected, by suite and case."""
    for suite, of in outcome.findings.items():
        for kind in (EXACTING, MODEST):
            names = outcome.rejected(suite, kind)
            for case in dict.fromkeys(of[name].case for name in names):
                alike = ", ".join(name for name in names if of[name].case == case)
                yield f"- **{escaped(suite)}**, {kind}, by `{case}`: {alike}"


def table(columns: Iterable[str], rows: Iterable[Iterable[str]], *, left: int) -> list[str]:
    """A Markdown table; all columns except the first `left` ones are aligned to the right."""
    names = list(columns)
    rule = ["---" if number < left else "---:" for number in range(len(names))]
    lines = (names, rule, *rows)
    return [f"| {' | '.join(cell if cell.startswith('`') else escaped(cell) for cell in line)} |" for line in lines]


def escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")
