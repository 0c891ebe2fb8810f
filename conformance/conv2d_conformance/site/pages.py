"""The pages of the site, each with its address."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from conv2d_conformance import __version__, spec
from conv2d_conformance.report.standing import CONFORMS, FAILS, STANDINGS
from conv2d_conformance.site import addresses
from conv2d_conformance.site.contents import SPECIFICATION, Contents, editions, text_of
from conv2d_conformance.site.implementation_page import implementation_values
from conv2d_conformance.site.rendering import render
from conv2d_conformance.site.requirement_page import requirement_values
from conv2d_conformance.typed_json import as_json

ASSETS = ("site.css", "site.js", "matrix.js")


def pages(contents: Contents) -> Iterator[tuple[str, str]]:
    """The address and the text of every file of the site."""
    for name in ASSETS:
        yield f"assets/{name}", files(__package__).joinpath("assets", name).read_text(encoding="utf-8")
    yield _page(contents, addresses.HOME, "matrix.html", matrix_values(contents))
    for row in contents.rows:
        address = addresses.implementation(row.slug)
        yield _page(contents, address, "implementation.html", implementation_values(contents, row))
        text = json.dumps(as_json(row.report), ensure_ascii=False, separators=(",", ":"))
        yield addresses.data(row.slug), text + "\n"
    for number, requirement in enumerate(contents.requirements):
        address = addresses.requirement(contents.edition, requirement.id)
        yield _page(contents, address, "requirement.html", requirement_values(contents, number, address))
    yield from _specification(contents)
    yield from _texts(contents)


def _specification(contents: Contents) -> Iterator[tuple[str, str]]:
    for _, edition, text in editions():
        title = f"The specification, edition {edition}"
        chapters = [*spec.parse(text).chapters]
        yield _prose(contents, addresses.specification(edition), text, title, SPECIFICATION, chapters)
    interpreting = addresses.interpreting(contents.edition)
    yield _prose(contents, interpreting, text_of("INTERPRETING.md"), "Interpreting the specification", SPECIFICATION)
    yield _prose(contents, addresses.EDITIONS, text_of("EDITIONS.md"), "Editions", SPECIFICATION)


def _texts(contents: Contents) -> Iterator[tuple[str, str]]:
    titles = {"power.md": ("Detection power", addresses.POWER), "sharpness.md": ("Sharpness", addresses.SHARPNESS)}
    for name, text in contents.published.texts.items():
        title, address = titles[name]
        yield _prose(contents, address, text, title)
    yield _page(contents, addresses.CERTIFY, "certify.html", {})
    if contents.published.findings:
        yield _page(contents, addresses.FINDINGS, "findings.html", {"findings": contents.published.findings})
    for finding in contents.published.findings:
        address = addresses.finding(finding.name)
        prose = contents.prose(address, "findings")
        shown = [row for row in contents.rows if contents.is_about(finding, row.name)]
        reports = {one.path: one.slug for one in contents.published.reports}
        values = {"finding": finding, "text": prose.html(finding.text), "title": prose.line(finding.title)}
        yield _page(contents, address, "finding.html", values | {"shown": shown, "report": reports.get(finding.report)})


def _prose(
    contents: Contents, address: str, text: str, title: str, folder: str = "", chapters: Sequence[str] = ()
) -> tuple[str, str]:
    body = contents.prose(address, folder).html(text)
    values = {"title": title, "body": body, "chapters": chapters}
    return _page(contents, address, "prose.html", values)


def _page(contents: Contents, address: str, template: str, values: dict[str, Any]) -> tuple[str, str]:
    known = {
        "root": addresses.root_from(address),
        "address": address,
        "edition": contents.edition,
        "digest": spec.load().digest,
        "suite": __version__,
        "at": addresses,
        "reports": len(contents.rows),
        "has_findings": bool(contents.published.findings),
        "texts": contents.published.texts,
        "pages_of": contents.pages_of_requirements,
    }
    return address, render(template, **known, **values)


def matrix_values(contents: Contents) -> dict[str, Any]:
    """What the front page shows."""
    rows = contents.rows
    requirements = contents.requirements
    return {
        "rows": rows,
        "chapters": [*spec.load().chapters],
        "standings": [name for name in STANDINGS if any(row.standing == name for row in rows)],
        "choices": {
            "verdict": [name for name in STANDINGS if any(row.standing == name for row in rows)],
            "profile": [name for name in spec.PROFILES if any(row.report.run.profile == name for row in rows)],
            "dtype": sorted({name for row in rows for name in row.dtypes}),
            "feature": sorted({name for row in rows for name in row.features}),
            "language": sorted({row.report.implementation.language for row in rows}),
            "device": sorted({row.device for row in rows}),
        },
        "counts": {name: sum(row.latest and row.standing == name for row in rows) for name in STANDINGS},
        "plural": {CONFORMS: "conform", FAILS: "do not conform"},
        "latest": sum(row.latest for row in rows),
        "refused": contents.published.refused,
        "data": {
            "requirements": [[one.id, one.level, one.sentence] for one in requirements],
            "verdicts": {row.slug: row.verdicts for row in rows},
            "edition": contents.edition,
        },
        "findings": contents.published.findings[:3],
        "finding_count": len(contents.published.findings),
    }
