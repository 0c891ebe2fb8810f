"""The file of `--deviations`: failures that an adapter's owner knows of, each with its reason and its issue.

[[deviation]]
requirement = "padding.same-extra-at-end"
reason = "the padding comes first in this library"
issue = "https://example.org/issues/17"
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from conv2d_conformance import spec
from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.report.verdicts import Deviation

KEYS = ("requirement", "reason", "issue")


def read_deviations(path: Path) -> tuple[Deviation, ...]:
    """The declared deviations. Problem, naming the table and what it lacks, where the file is not as it must be."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as reason:
        raise Problem(f"{path} cannot be read: {(reason.strerror or str(reason)).lower()}") from None
    except UnicodeDecodeError:
        raise Problem(f"{path} is not TOML: it is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{path} is not TOML: {error}") from None
    tables = content.pop("deviation", [])
    if content:
        raise Problem(
            f"{path} has the unknown key {next(iter(content))!r}", "it consists of [[deviation]] tables alone"
        )
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise Problem(f"{path}: deviation must be a list of tables", "head each one with [[deviation]]")
    found = tuple(_deviation(f"{path}, deviation {number}", table) for number, table in enumerate(tables, 1))
    names = [deviation.requirement for deviation in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Problem(f"{path} declares {twice} more than once", "one deviation can have several reasons")
    return found


def _deviation(where: str, table: dict[str, Any]) -> Deviation:
    for key in KEYS:
        if key not in table:
            raise Problem(f"{where} has no {key}", f"a deviation has {', '.join(KEYS)}, all of them strings")
        if not isinstance(table[key], str) or not table[key].strip():
            raise Problem(f"{where}: {key} must be a string that says something, not {table[key]!r}")
    if unknown := sorted(set(table) - set(KEYS)):
        raise Problem(f"{where} has the unknown key {unknown[0]!r}", f"a deviation has {', '.join(KEYS)}")
    if not table["issue"].startswith(("https://", "http://")):
        raise Problem(f"{where}: issue must be a URL, not {table['issue']!r}")
    try:
        spec.get(table["requirement"])
    except spec.UnknownRequirement as error:
        raise Problem(f"{where}: {error}") from None
    return Deviation(table["requirement"], table["reason"], table["issue"])
