"""Failures that an adapter's owner declares, and the conditions under which they are expected."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import unquote

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from conv2d_conformance.implementation.target import split
from conv2d_conformance.typed_json import ABSENT, Absent, known

CANNOT_FAIL = ("pass", "unsupported")
"""The verdicts of what holds, or is not claimed."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A known failure: what it declares must still fail, and it never improves a verdict.

    requirement: an id, or a glob of ids. names: those that the glob matched when it was declared.
    """

    requirement: str
    reason: str
    issue: str
    names: tuple[str, ...] | Absent = ABSENT

    @property
    def declares(self) -> tuple[str, ...]:
        """The requirements that it is about."""
        return known(self.names, (self.requirement,))

    def is_stale(self, verdicts: Mapping[str, str]) -> bool:
        """Whether nothing fails that it is about, as far as a run can tell that judged all of it."""
        return all(verdicts.get(name) in CANNOT_FAIL for name in self.declares)


def by_requirement(deviations: Iterable[Deviation]) -> dict[str, Deviation]:
    """The deviation of each declared requirement: the one that has its id, or else the first glob."""
    found: dict[str, Deviation] = {}
    for deviation in sorted(deviations, key=lambda one: one.names is not ABSENT):
        for name in deviation.declares:
            found.setdefault(name, deviation)
    return found


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions under which a deviation is in force; by default everywhere.

    processor: flags that the processor must have, by their names in /proc/cpuinfo. version: of the implementation, as
    in ">=2.13,<2.14". platform: a pattern for the system and the machine, as in "linux-x86_64". options_off: patterns
    for options of the target, as in "onednn=off" and "device=cuda*", under which it is not in force. expires: the last
    day on which it is in force.
    """

    processor: tuple[str, ...] = ()
    version: str = ""
    platform: str = "*"
    options_off: tuple[str, ...] = ()
    expires: date = date.max


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The facts that the conditions are compared with."""

    processor: frozenset[str]
    version: str
    platform: str
    options: frozenset[str]
    today: date = date.min

    @classmethod
    def of(cls, target: str, version: str) -> Surroundings:
        """The facts about this machine, for a target of the command line and its version."""
        place = f"{platform.system()}-{platform.machine()}".lower()
        options = unquote(split(target)[1] or "").split("&")
        return cls(processor_flags(), version, place, frozenset(options), date.today())


def in_force(
    declared: Iterable[tuple[Deviation, Conditions]], surroundings: Surroundings
) -> tuple[tuple[Deviation, ...], tuple[Deviation, ...]]:
    """The deviations that are in force here, and the others."""
    here: list[Deviation] = []
    elsewhere: list[Deviation] = []
    for deviation, conditions in declared:
        (here if _holds(conditions, surroundings) else elsewhere).append(deviation)
    return tuple(here), tuple(elsewhere)


def _holds(conditions: Conditions, surroundings: Surroundings) -> bool:
    return (
        surroundings.processor.issuperset(conditions.processor)
        and fnmatchcase(surroundings.platform, conditions.platform)
        and not any(fnmatchcase(option, off) for option in surroundings.options for off in conditions.options_off)
        and surroundings.today <= conditions.expires
        and (not conditions.version or _is_among(surroundings.version, conditions.version))
    )


def _is_among(version: str, wanted: str) -> bool:
    """Whether a version satisfies a specifier; anything else, such as a digest, does not."""
    try:
        return SpecifierSet(wanted).contains(Version(version), prereleases=True)
    except InvalidVersion:
        return False


def processor_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """The processor's features, in the words of Linux; empty where Linux does not list them."""
    if not cpuinfo.exists():
        return frozenset()
    lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    flags: Mapping[str, str] = dict(_named(line) for line in lines if ":" in line)
    return frozenset((flags.get("flags") or flags.get("Features") or "").split())


def _named(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()
