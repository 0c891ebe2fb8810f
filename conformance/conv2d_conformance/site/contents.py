"""All that the pages speak of, gathered once: reports as rows, requirements with their checks, findings, texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from conv2d_conformance import spec
from conv2d_conformance.mutants import Mutant, catalogue
from conv2d_conformance.report.report import Entry
from conv2d_conformance.site import addresses
from conv2d_conformance.site.findings import PublishedFinding
from conv2d_conformance.site.plots import WorstError, worst_errors
from conv2d_conformance.site.prose import Prose
from conv2d_conformance.site.published import Published
from conv2d_conformance.site.standing import MatrixRow, rows
from conv2d_conformance.spec import Requirement

SPECIFICATION = "spec"
"""The folder, among the sources of links, of the texts of the specification."""

Checks = Mapping[str, Sequence[tuple[str, str]]]
"""The checks of each requirement: their names, and the sentences that they verify."""


@dataclass(frozen=True)
class Contents:
    """What the site tells."""

    published: Published
    checks: Checks

    @property
    def edition(self) -> str:
        return spec.load().edition

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        return tuple(spec.load().requirements.values())

    @cached_property
    def rows(self) -> tuple[MatrixRow, ...]:
        return rows(self.published.reports)

    @cached_property
    def entries(self) -> dict[str, dict[str, Entry]]:
        """The entries of each row by its slug, and by requirement."""
        return {row.slug: {entry.id: entry for entry in row.report.requirements} for row in self.rows}

    @cached_property
    def mutants(self) -> dict[str, list[Mutant]]:
        """The mutants of each requirement."""
        found: dict[str, list[Mutant]] = {}
        for mutant in catalogue().values():
            found.setdefault(mutant.breaks, []).append(mutant)
        return found

    @cached_property
    def pages_of_requirements(self) -> dict[str, str]:
        return {one.id: addresses.requirement(self.edition, one.id) for one in self.requirements}

    @cached_property
    def sources(self) -> dict[str, str]:
        """The pages by the sources that links name."""
        published = self.published
        found = {f"{SPECIFICATION}/{name}": addresses.specification(edition) for name, edition, _ in editions()}
        found[f"{SPECIFICATION}/EDITIONS.md"] = addresses.EDITIONS
        found[f"{SPECIFICATION}/INTERPRETING.md"] = addresses.interpreting(self.edition)
        found |= {f"findings/{one.name}.md": addresses.finding(one.name) for one in published.findings}
        found |= {"findings/README.md": addresses.FINDINGS} if published.findings else {}
        pages = {"power.md": addresses.POWER, "sharpness.md": addresses.SHARPNESS}
        found |= {name: pages[name] for name in published.texts}
        return found | {one.path: addresses.implementation(one.slug) for one in published.reports}

    @cached_property
    def worst_errors(self) -> tuple[WorstError, ...]:
        """Those of all reports."""
        return tuple(one for row in self.rows for one in worst_errors(row.report))

    def prose(self, page: str, folder: str = "", whole: str = "") -> Prose:
        """How Markdown becomes HTML on a page."""
        return Prose(addresses.root_from(page), folder, self.sources, self.pages_of_requirements, whole)

    def findings_about(self, requirement: str, implementation: str = "") -> list[PublishedFinding]:
        """The findings about a requirement, of one implementation or of all."""
        return [
            finding
            for finding in self.published.findings
            if requirement in finding.breaks and self.is_about(finding, implementation)
        ]

    def is_about(self, finding: PublishedFinding, implementation: str) -> bool:
        """Whether a finding names an implementation, or the report that shows it is one of it."""
        names = {finding.implementation.split(" ")[0].lower(), finding.report.partition("/")[0].lower()}
        return not implementation or implementation.lower() in names


def editions() -> Iterator[tuple[str, str, str]]:
    """The texts of the specification: the name of the file, the edition, and the text, the newest first."""
    folder = files("conv2d_conformance.spec")
    found = []
    for file in folder.iterdir():
        if file.name == "conv2d.md" or re.fullmatch(r"edition-\d+\.md", file.name):
            text = file.read_text(encoding="utf-8")
            found.append((file.name, spec.parse(text).edition, text))
    yield from sorted(found, key=lambda one: int(one[1]), reverse=True)


def text_of(name: str) -> str:
    """A text that lies beside the specification."""
    return files("conv2d_conformance.spec").joinpath(name).read_text(encoding="utf-8")
