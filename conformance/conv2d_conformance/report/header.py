"""The beginning of a report, which is known before the first check."""

from __future__ import annotations

from dataclasses import dataclass, fields

from conv2d_conformance.contract.answers import Hello
from conv2d_conformance.report.deviations import Deviation
from conv2d_conformance.typed_json import ABSENT, Absent

ClaimsJson = dict[str, bool | list[str] | dict[str, str]]
"""Capabilities as an implementation states them; `Capabilities.from_json` reads them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Who made a report; `sources` is a digest of the suite and the reference, which old reports do not have."""

    name: str
    version: str
    sources: str | Absent = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """The specification that a report is about."""

    edition: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for.

    memory_gib: None where nothing limited the memory. shapes: named, at full size. shard: which part of the run it is.
    """

    target: str
    profile: str
    effort: str
    seed: int
    only: str
    isolation: str
    timeout_seconds: float
    memory_gib: float | Absent | None = ABSENT
    accept_limits: bool | Absent = ABSENT
    shapes: tuple[str, ...] | Absent = ABSENT
    only_shapes: bool | Absent = ABSENT
    stop: str | Absent = ABSENT
    shard: str | Absent = ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """How the implementation introduced itself."""

    name: str
    version: str
    language: str
    description: str
    operations: tuple[str, ...]
    capabilities: ClaimsJson
    environment: dict[str, str]
    composed: dict[str, str] | Absent = ABSENT

    @classmethod
    def of(cls, hello: Hello) -> Introduction:
        return cls(
            name=hello.name,
            version=hello.version,
            language=hello.language,
            description=hello.description,
            operations=hello.operations,
            capabilities=hello.capabilities.to_json(),
            environment=hello.environment,
            composed=hello.composed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """The suite's own."""

    python: str
    platform: str
    machine: str
    packages: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """When the run took place and how it went; `seconds` is None where it was killed."""

    started: str
    seconds: float | None
    workers: int
    incidents: tuple[str, ...] | Absent = ABSENT


@dataclass(frozen=True, kw_only=True)
class Header:
    """All of it depends on the options and the versions, `execution` apart."""

    schema_version: int
    suite: Suite
    spec: Cited
    run: Asked
    implementation: Introduction
    environment: Environment
    deviations: tuple[Deviation, ...]
    execution: Execution


def header_of(report: Header) -> Header:
    """The beginning of a report alone."""
    return Header(**{one.name: getattr(report, one.name) for one in fields(Header)})
