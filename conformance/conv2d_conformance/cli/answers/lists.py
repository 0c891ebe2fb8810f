"""The rows of `list`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ListedRequirement:
    """A requirement; `check` says whether this version has one for it."""

    requirement: str
    level: str
    profile: str
    check: bool
    features: tuple[str, ...]


@dataclass(frozen=True)
class ListedCheck:
    """A check, and the requirements that it serves."""

    check: str
    sentence: str
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class ListedAdapter:
    """A bundled adapter or worker, as a target; `library` says whether its library is installed, and how to get it.

    build, packages: the command that makes a worker, and those that install what it needs.
    """

    adapter: str
    what_it_calls: str
    library: str
    build: str = ""
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class ListedNetwork:
    """A layer of a network, as a case."""

    network: str
    layer: str
    case: str


@dataclass(frozen=True)
class ListedShape:
    """A shape that people time or ship, by the name of its set, with its cost."""

    set: str
    shape: str
    case: str
    multiply_adds: int
    bytes_in_float32: int


@dataclass(frozen=True)
class ListedMutant:
    """An implementation that is wrong on purpose, the requirement that it breaks, and the bug that it replays."""

    mutant: str
    breaks: str
    replays: str
    sentence: str


@dataclass(frozen=True)
class ListedEffort:
    """An effort: `drawn` cases of a check, and `multiplications` of a fixed case; `killed` says of which mutants."""

    effort: str
    drawn: int
    multiplications: int
    killed: str
    measured: str


@dataclass(frozen=True)
class ListedCoverage:
    """Combinations of values of some factors: those that are possible, and those that are covered, by effort."""

    factors: str
    combinations: int
    covered: dict[str, int]


@dataclass(frozen=True)
class ListedSchema:
    """The JSON Schema of what a command answers with `--format json`."""

    answer: str
    description: str
    json_schema: dict[str, Any]
