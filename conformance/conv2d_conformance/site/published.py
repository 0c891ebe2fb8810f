"""What a folder of results holds: its reports, its findings and its pages. What is none of them is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from conv2d_conformance.foreign import shortened
from conv2d_conformance.hinted import Hinted
from conv2d_conformance.report.causes import causes
from conv2d_conformance.report.reading import UnreadableReport, read
from conv2d_conformance.report.report import Report
from conv2d_conformance.site.addresses import slugs
from conv2d_conformance.site.findings import PublishedFinding, findings_in

PAGES = ("power.md", "sharpness.md")


DRAWING = ".initialisation.svg"
"""What the name of a drawing of its fresh layers ends with, in place of the .json of its report."""

LARGEST_DRAWING = 1 << 18


@dataclass(frozen=True)
class PublishedReport:
    """A report, its path below the folder, the name of its page, and what lies beside the report.

    `scripts` are its reproducers by requirement; `drawing` is what it draws beside the law, as SVG, or empty.
    """

    path: str
    slug: str
    report: Report
    scripts: Mapping[str, str]
    drawing: bytes


@dataclass(frozen=True)
class Published:
    """A folder of results. `texts` are its pages in Markdown by name; `refused` says in sentences what was not read."""

    reports: tuple[PublishedReport, ...]
    findings: tuple[PublishedFinding, ...]
    texts: dict[str, str]
    refused: tuple[str, ...]


class NothingPublished(Hinted):
    """A folder without a report."""


def published(folder: Path) -> Published:
    """All that a folder holds. NothingPublished where it has no report."""
    if not folder.is_dir():
        raise NothingPublished(f"{folder} is no folder", "name the folder that holds the reports, such as results")
    found: dict[str, Report] = {}
    refused: list[str] = []
    for path in sorted(folder.rglob("*.json")):
        try:
            found[path.relative_to(folder).as_posix()] = _read(path)
        except UnreadableReport as reason:
            refused.append(reason.sentence)
    if not found:
        hint = "`conv2d-conformance run TARGET --output FILE` makes one"
        raise NothingPublished(f"{folder} holds no report of conv2d-conformance", refused[0] if refused else hint)
    names = slugs(found)
    findings, untold = findings_in(folder / "findings")
    return Published(
        reports=tuple(
            PublishedReport(path, names[path], report, dict(_scripts(folder, path)), _drawing(folder, path))
            for path, report in found.items()
        ),
        findings=findings,
        texts=dict(_texts(folder)),
        refused=(*refused, *untold),
    )


def _read(path: Path) -> Report:
    """A report of which all can be told. UnreadableReport."""
    report = read(path)
    try:
        causes(report)
    except (TypeError, ValueError) as reason:
        raise UnreadableReport(f"{path} says what no report can say: {shortened(str(reason), 200)}") from None
    return report


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    for name in PAGES:
        if (folder / name).is_file():
            yield name, (folder / name).read_text(encoding="utf-8", errors="replace")


def _scripts(folder: Path, report: str) -> Iterator[tuple[str, str]]:
    """The reproducers of a report by requirement: its folder is named after it."""
    for path in sorted((folder / "reproducers" / report.removesuffix(".json")).glob("*.py")):
        yield path.stem, path.read_text(encoding="utf-8", errors="replace")


def _drawing(folder: Path, report: str) -> bytes:
    path = folder / f"{report.removesuffix('.json')}{DRAWING}"
    return path.read_bytes() if path.is_file() and path.stat().st_size <= LARGEST_DRAWING else b""
