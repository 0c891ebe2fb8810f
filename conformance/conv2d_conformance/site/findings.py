"""Findings in a folder: a page in Markdown each, and beside it a script whose metadata (PEP 723) says what it shows."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conv2d_conformance.foreign import escaped

SECTION = re.compile(r"^# /// script\n(?P<lines>(?:^#(?: .*)?\n)+?)^# ///$", re.MULTILINE)
KINDS = ("bug", "difference", "limit")
LEAST_GRAVE = 5


@dataclass(frozen=True)
class PublishedFinding:
    """What is wrong in an implementation. `gravity` is 1 for the gravest; `kind` is empty where no script says it."""

    name: str
    title: str
    text: str
    implementation: str = ""
    kind: str = ""
    gravity: int = LEAST_GRAVE
    breaks: tuple[str, ...] = ()
    report: str = ""
    known: str = ""
    script: str = ""
    dependencies: tuple[str, ...] = ()


def findings_in(folder: Path) -> tuple[tuple[PublishedFinding, ...], tuple[str, ...]]:
    """The findings, the gravest first, and sentences about scripts whose metadata cannot be read."""
    found, untold = [], []
    for page in sorted(folder.glob("*.md")):
        if page.name == "README.md":
            continue
        text = escaped(page.read_text(encoding="utf-8", errors="replace"))
        first, _, rest = text.partition("\n")
        script = page.with_suffix(".py")
        code = escaped(script.read_text(encoding="utf-8", errors="replace")) if script.is_file() else ""
        try:
            told = metadata(code)
        except ValueError as reason:
            untold.append(f"{script} has metadata that cannot be read: {reason}")
            told = {}
        found.append(_finding(page.stem, first.removeprefix("# ").strip(), rest.strip(), code, told))
    return tuple(sorted(found, key=lambda one: (one.gravity, one.kind != "bug", one.name))), tuple(untold)


def _finding(name: str, title: str, text: str, code: str, told: dict[str, Any]) -> PublishedFinding:
    own = _table(_table(told, "tool"), "conv2d-conformance")
    gravity = own.get("gravity")
    return PublishedFinding(
        name=name,
        title=str(own.get("title") or title),
        text=text,
        implementation=str(own.get("implementation", "")),
        kind=kind if (kind := own.get("kind")) in KINDS else "",
        gravity=gravity if isinstance(gravity, int) and 1 <= gravity <= LEAST_GRAVE else LEAST_GRAVE,
        breaks=_words(own.get("breaks")) or _named_in(text),
        report=str(own.get("report", "")),
        known=str(own.get("known", "")),
        script=code,
        dependencies=_words(told.get("dependencies")),
    )


def metadata(code: str) -> dict[str, Any]:
    """The metadata of a script; nothing where it has none. ValueError where it has another form."""
    section = SECTION.search(code)
    if section is None:
        return {}
    lines = [line.removeprefix("#").removeprefix(" ") for line in section["lines"].splitlines()]
    return tomllib.loads("\n".join(lines))


def _table(value: dict[str, Any], name: str) -> dict[str, Any]:
    return found if isinstance(found := value.get(name), dict) else {}


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()


def _named_in(text: str) -> tuple[str, ...]:
    """The requirements in the row of a page's table that names them."""
    row = re.search(r"^\| requirements? \| (.+) \|$", text, re.MULTILINE)
    return tuple(re.findall(r"`([^`]+)`", row[1])) if row else ()
