"""The file of `--deviations`: failures that an adapter's owner knows, each with its reason and its issue.

[[deviation]]
requirement = "padding.same-extra-at-end"
reason = "the padding comes first in this library"
issue = "https://example.org/issues/17"

An issue that has no address yet is the path of the page that describes it (results/findings/NAME.md). For a failure
that does not occur everywhere, the file says where it does. Elsewhere the deviation is not in force, so it cannot be
stale:

processor = ["avx512f"]         # flags of /proc/cpuinfo, all of which the processor has
version = ">=2.13,<2.14"        # of the implementation
platform = "linux-*"            # system and machine
options-off = ["onednn=off"]    # patterns for options of the target under which it does not show
expires = 2027-06-30            # the last day on which it is expected

The requirement may be a glob of ids in one chapter, as in "validation.*": it declares what it matches and fails. Such a
net also holds failures that nobody has looked at, so it must end: by its last day, or by a version with an upper end.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from fnmatch import fnmatchcase
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import Version

from conv2d_conformance import spec
from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.foreign import LONGEST_SENTENCE, showable_name
from conv2d_conformance.report.deviations import Conditions, Deviation
from conv2d_conformance.typed_json import ABSENT

KEYS = ("requirement", "reason", "issue")
TEXTS = ("version", "platform")
LISTS = ("processor", "options-off")
EXPIRES = "expires"
CONDITIONS = (*TEXTS, *LISTS, EXPIRES)
WILD = frozenset("*?[")
"""What makes a requirement a glob."""

LATEST = Version("99991231")
"""The last day as a version: what ends at it or later has no end that can come."""


def read_deviations(path: Path) -> tuple[tuple[Deviation, Conditions], ...]:
    """The declared deviations, and where they are in force.

    Problem, which names the table and what is wrong with it, for a malformed file.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as reason:
        raise Problem(f"{path} cannot be read: {(reason.strerror or str(reason)).lower()}") from None
    except UnicodeDecodeError:
        raise Problem(f"{path} is not TOML: it is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{path} is not TOML: {error}") from None
    except RecursionError:
        raise Problem(f"{path} is no file of deviations: it is nested too deeply") from None
    tables = content.pop("deviation", [])
    if content:
        raise Problem(
            f"{path} has the unknown key {next(iter(content))!r}", "it consists of [[deviation]] tables alone"
        )
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise Problem(f"{path}: deviation must be a list of tables", "head each one with [[deviation]]")
    found = tuple(_declared(f"{path}, deviation {number}", table) for number, table in enumerate(tables, 1))
    names = [deviation.requirement for deviation, _ in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Problem(f"{path} declares {twice} more than once", "one deviation can have several reasons")
    return found


def _declared(where: str, table: Mapping[str, object]) -> tuple[Deviation, Conditions]:
    if unknown := sorted(set(table) - {*KEYS, *CONDITIONS}):
        allowed = f"a deviation has {', '.join(KEYS)}, and where it needs them {', '.join(CONDITIONS)}"
        raise Problem(f"{where} has the unknown key {unknown[0]!r}", allowed)
    deviation, conditions = _deviation(where, table), _conditions(where, table)
    if deviation.names is not ABSENT and not _ends(conditions):
        raise Problem(
            f"{where}: the glob {deviation.requirement!r} has no end",
            "it also declares what nobody has looked at: give it a last day, as in expires = 2027-06-30, or a version "
            'with an upper end, as in ">=2.13,<2.14"',
        )
    return deviation, conditions


def _ends(conditions: Conditions) -> bool:
    return conditions.expires < date.max or any(map(_is_end, SpecifierSet(conditions.version)))


def _is_end(clause: Specifier) -> bool:
    """Whether a clause of a specifier lets no later version in, from some version on."""
    if clause.operator in ("<", "<="):
        return Version(clause.version) < LATEST
    return clause.operator in ("==", "===", "~=")


def _deviation(where: str, table: Mapping[str, object]) -> Deviation:
    requirement, reason, issue = (_said(where, table, key) for key in KEYS)
    require_address(where, issue)
    names = _matched(where, requirement) if WILD.intersection(requirement) else ABSENT
    if names is ABSENT:
        try:
            spec.get(requirement)
        except spec.UnknownRequirement as error:
            raise Problem(f"{where}: {error}") from None
    reason, issue = (showable_name(text, LONGEST_SENTENCE) for text in (reason, issue))
    return Deviation(requirement, reason, issue, names)


def _matched(where: str, glob: str) -> tuple[str, ...]:
    """The requirements that a glob matches, all of one chapter. Problem where it may match others, or matches none."""
    chapter, dot, _ = glob.partition(".")
    if not dot or WILD.intersection(chapter):
        raise Problem(f"{where}: the glob {glob!r} does not keep to one chapter", 'begin it as in "validation.*"')
    if not (names := tuple(name for name in spec.load().requirements if fnmatchcase(name, glob))):
        chapters = ", ".join(spec.load().chapters)
        raise Problem(f"{where}: the glob {glob!r} matches no requirement", f"the chapters are {chapters}")
    return names


def require_address(where: str, issue: str) -> None:
    """Problem, if an issue says nowhere to look."""
    if not issue.startswith(("https://", "http://")) and not issue.endswith(".md"):
        raise Problem(f"{where}: issue must be a URL, or the path of a page (.md), not {issue!r}")


def _said(where: str, table: Mapping[str, object], key: str) -> str:
    """What a deviation must say."""
    if key not in table:
        raise Problem(f"{where} has no {key}", f"a deviation has {', '.join(KEYS)}, all of them strings")
    value = table[key]
    if not isinstance(value, str) or not value.strip():
        raise Problem(f"{where}: {key} must be a string that says something, not {value!r}")
    return value


def _conditions(where: str, table: Mapping[str, object]) -> Conditions:
    texts = {key: _text(where, table, key) for key in TEXTS}
    lists = {key: _list(where, table, key) for key in LISTS}
    try:
        SpecifierSet(texts["version"])
    except InvalidSpecifier:
        raise Problem(
            f"{where}: version {texts['version']!r} is not understood", 'write it as in ">=2.13,<2.14"'
        ) from None
    return Conditions(
        processor=lists["processor"],
        version=texts["version"],
        platform=texts["platform"] if "platform" in table else "*",
        options_off=lists["options-off"],
        expires=_last_day(where, table.get(EXPIRES, date.max)),
    )


def _last_day(where: str, value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise Problem(f"{where}: {EXPIRES} must be a day, not {value!r}", "write it without quotes, as in 2027-06-30")


def _text(where: str, table: Mapping[str, object], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise Problem(f"{where}: {key} must be a string, not {value!r}")
    return value


def _list(where: str, table: Mapping[str, object], key: str) -> tuple[str, ...]:
    values = table.get(key, [])
    if isinstance(values, list) and all(isinstance(value, str) for value in values):
        return tuple(values)
    raise Problem(f"{where}: {key} must be a list of strings, not {values!r}")
