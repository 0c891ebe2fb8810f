"""The outcome of many runs as a Markdown page."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import version

from conv2d_conformance import __version__, spec
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.sources import DEPENDENCIES
from conv2d_conformance.variants import catalogue
from conv2d_conformance.variants.alarms import EVERY, LARGE, VariantResult

EXPLANATION = f"""\
Each of these implementations is right, in its own way: another order of summation, another arithmetic claimed for what
it is, another manner. A check that fails one of them, or finds nothing to judge, raises a false alarm.

A run is one variant with one seed, against every check of what the variant claims. Checks that ask the same cases with
every seed are run twice, and those that ask more than {LARGE} times as many cases as they draw with every {EVERY}th
seed. An element is evident where a fault of a single product would have shown."""


def page(results: Mapping[str, VariantResult], command: str) -> str:
    """The page; `command` is the line that makes it."""
    total = sum(results.values(), VariantResult())
    rows = [_cells(catalogue()[name], result) for name, result in results.items()]
    lines = [
        "# False alarms",
        "",
        f"**{sentence(results)}**",
        "",
        *EXPLANATION.splitlines(),
        "",
        *_table(("variant", "claims", "what it is", "runs", "cases", "elements", "evident", "alarms"), rows),
    ]
    if total.alarms:
        lines += ["", "## Alarms", ""]
        lines += [f"- {_escaped(a.variant)}, {a.check}, seed {a.seed}: `{a.again}`" for a in total.alarms]
    packages = ", ".join(f"{name} {version(name)}" for name in DEPENDENCIES)
    lines += [
        "",
        f"conv2d-conformance {__version__}, specification edition {spec.load().edition} "
        f"({spec.load().digest[:12]}); Python {platform.python_version()}, {packages}; "
        f"{platform.system()} {platform.machine()}.",
        "",
        "```",
        command,
        "```",
    ]
    return "\n".join(lines) + "\n"


def sentence(results: Mapping[str, VariantResult]) -> str:
    """The outcome in one line."""
    total = sum(results.values(), VariantResult())
    number = f"{len(total.alarms)} false alarm{'' if len(total.alarms) == 1 else 's'}"
    return (
        f"{number}: {len(results)} variants, {total.runs:,} runs, {total.checks:,} checks, {total.cases:,} cases, "
        f"{total.elements:,} elements judged, {total.evidence:,} of them evident"
    )


def _cells(adapter: Adapter, result: VariantResult) -> tuple[str, ...]:
    numbers = (result.runs, result.cases, result.elements, result.evidence, len(result.alarms))
    return (adapter.name, _claims(adapter), adapter.description, *(f"{number:,}" for number in numbers))


def _claims(adapter: Adapter) -> str:
    """The claimed grades, and the disclaimed features."""
    grades = dict.fromkeys(adapter.capabilities.grades.values())
    flushed = ["flushed subnormals"] if adapter.capabilities.subnormals else []
    return ", ".join((*grades, *flushed)) or "the default"


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    names = list(columns)
    rule = ["---" if number < 3 else "---:" for number in range(len(names))]
    return [f"| {' | '.join(map(_escaped, row))} |" for row in (names, rule, *rows)]


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")
