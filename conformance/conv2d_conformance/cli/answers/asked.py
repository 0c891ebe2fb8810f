"""The answers of `replay` and `smoke`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AskedImplementation:
    """How an implementation introduced itself."""

    name: str
    version: str
    language: str
    description: str
    claims: tuple[str, ...]
    limits: tuple[str, ...]
    composed: dict[str, str]


@dataclass(frozen=True)
class SaidOfCase:
    """One case and its answer. `right`: nothing is wrong with it.

    got, required: what was wrong, and what would be right. observed: what the call did besides. diagnosis: what the
    answers look like. rejected: the exception of a refusal. hint: what to try. times: the question that was answered
    so. Each is None, or empty, where there is nothing to say.
    """

    case: str
    right: bool
    got: str | None
    required: str | None
    diagnosis: str | None
    observed: tuple[str, ...]
    rejected: str | None
    hint: str | None
    times: int
    note: str | None
    stderr: tuple[str, ...]


@dataclass(frozen=True)
class Replayed:
    """A case asked again. `script` is the reproducer that was asked for; `no_script` says why there is none."""

    implementation: AskedImplementation
    answer: SaidOfCase
    incidents: tuple[str, ...]
    script: str | None
    no_script: str | None


@dataclass(frozen=True)
class Smoked:
    """Whether an adapter is sane, by simple cases with their titles.

    `failing` tells the claims that do not work, and what a program breaks of the protocol.
    """

    implementation: AskedImplementation
    answers: dict[str, SaidOfCase]
    failing: tuple[str, ...]
    sane: bool
    sentence: str
    incidents: tuple[str, ...]
