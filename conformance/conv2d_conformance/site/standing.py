"""Where an implementation stands: its verdict in a word, what filters ask of it, and its place among its versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.version import Version

from conv2d_conformance import spec
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.report.counts import chapters
from conv2d_conformance.report.glance import options_of, version_of
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.standing import standing
from conv2d_conformance.report.verdicts import claimed_by, limits_of
from conv2d_conformance.site.published import PublishedReport

LETTERS = {"pass": "p", "fail": "f", "error": "e", "not reached": "n", "unsupported": "u"}
"""Verdicts of requirements, as the data of the matrix have them."""


@dataclass(frozen=True)
class ChapterCell:
    """A chapter of a report: how many of its claimed requirements hold, and its worst verdict."""

    chapter: str
    held: int
    judged: int
    worst: str

    @property
    def mark(self) -> str:
        """A sign beside the colour, which not everybody sees."""
        return {"pass": "✓", "unsupported": "-"}.get(self.worst, "✗" if self.worst in ("fail", "error") else "?")

    @property
    def words(self) -> str:
        """What the cell says, for a reader who hears it."""
        name = self.chapter.replace("-", " ")
        return f"{name}: {self.held}/{self.judged} hold" if self.judged else f"{name}: none is claimed"


@dataclass(frozen=True)
class MatrixRow:
    """A report in the matrix. `latest` is whether no other report of this implementation on this machine is newer."""

    slug: str
    name: str
    version: str
    options: str
    report: Report
    standing: str
    cells: tuple[ChapterCell, ...]
    verdicts: str
    latest: bool
    versions: int
    scripts: Mapping[str, str]
    drawing: bytes

    @property
    def title(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def family(self) -> tuple[str, str, str, str]:
        return _family(self.report)

    @property
    def device(self) -> str:
        return device_of(self.report)

    @property
    def dtypes(self) -> tuple[str, ...]:
        return tuple(sorted(Capabilities.from_json(self.report.implementation.capabilities).dtypes))

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(sorted(claimed_by(self.report.implementation)))

    @property
    def limits(self) -> tuple[str, ...]:
        return limits_of(self.report.implementation)

    @property
    def broken(self) -> int:
        """The number of requirements that fail, of any level."""
        return sum(entry.verdict in ("fail", "error") for entry in self.report.requirements)

    @property
    def date(self) -> str:
        return self.report.execution.started[:10]


def rows(reports: Iterable[PublishedReport]) -> tuple[MatrixRow, ...]:
    """The rows of the matrix by name, an implementation's newest version first."""
    found = [*reports]
    newest: dict[tuple[str, str, str, str], list[PublishedReport]] = {}
    for one in found:
        newest.setdefault(_family(one.report), []).append(one)
    for family in newest.values():
        family.sort(key=lambda one: _age(one.report), reverse=True)
    made = [_row(one, family[0] is one, len(family)) for family in newest.values() for one in family]
    return tuple(sorted(made, key=lambda row: (row.family, not row.latest)))


def _row(one: PublishedReport, latest: bool, versions: int) -> MatrixRow:
    report = one.report
    verdicts = {entry.id: LETTERS[entry.verdict] for entry in report.requirements}
    by_chapter = {chapter.name: chapter for chapter in chapters(report)}
    cells = []
    for name in spec.load().chapters:
        chapter = by_chapter.get(name)
        judged = sum(n for verdict, n in chapter.verdicts.items() if verdict != "unsupported") if chapter else 0
        worst = chapter.worst if chapter else "unsupported"
        cells.append(ChapterCell(name, chapter.verdicts["pass"] if chapter else 0, judged, worst))
    return MatrixRow(
        slug=one.slug,
        name=report.implementation.name,
        version=report.implementation.version,
        options=options_of(report),
        report=report,
        standing=standing(report),
        cells=tuple(cells),
        verdicts="".join(verdicts.get(name, "-") for name in spec.load().requirements),
        latest=latest,
        versions=versions,
        scripts=one.scripts,
        drawing=one.drawing,
    )


def device_of(report: Report) -> str:
    """What the implementation computes on, as far as its options, its environment or its description say."""
    options = dict(part.partition("=")[::2] for part in options_of(report).split("&"))
    given = options.get("device") or report.implementation.environment.get("device")
    if given:
        return given.partition(":")[0].lower()
    words = report.implementation.description.lower().split()
    return next((name for name in ("cuda", "rocm", "metal", "mps", "tpu", "vulkan", "opencl") if name in words), "cpu")


def _family(report: Report) -> tuple[str, str, str, str]:
    """What stays the same over the versions of an implementation."""
    asked = report.run.only + (f", {report.shard}" if report.shard else "")
    return report.implementation.name.lower(), options_of(report), report.environment.machine, asked


def _age(report: Report) -> tuple[tuple[Version, str], int, int, str]:
    """A later release is newer; of one release the larger profile, the larger effort, the later run."""
    profile, effort = [*spec.PROFILES].index(report.run.profile), [*EFFORTS].index(report.run.effort)
    return version_of(report), profile, effort, report.execution.started
