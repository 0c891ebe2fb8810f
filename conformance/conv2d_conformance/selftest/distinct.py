"""Find mutants that nothing tells apart: each such group could as well be one mutant."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np

from conv2d_conformance import spec
from conv2d_conformance.checks import catalogue
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.answers import Answer, Implementation, Request, Result
from conv2d_conformance.effort import EFFORTS, Effort
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.implementation.target import load
from conv2d_conformance.implementation.target import parse as parse_target
from conv2d_conformance.implementation.worker import hello
from conv2d_conformance.mutants import Mutant
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.pool import pool
from conv2d_conformance.running.examine import examine
from conv2d_conformance.selftest.kills import Encounter
from conv2d_conformance.verdict.question import requests_of

Group = list[str]
"""The names of mutants that have given equal answers so far."""


def alike(encounters: Iterable[Encounter], *, effort: str = "quick", run_seed: int = 0) -> list[Group]:
    """The groups of mutants that give equal answers. They run in a separate process, since they spoil it."""
    cases: dict[str, list[str]] = {}
    first_cases: dict[str, None] = {}
    for found in encounters:
        if found.killed:
            cases.setdefault(found.mutant, []).append(found.case)
            first_cases[found.first_case] = None
    with pool(1) as executor:
        groups = executor.submit(_groups, cases, list(first_cases), EFFORTS[effort], run_seed).result()
    return [group for group in groups if len(group) > 1]


def _groups(cases: dict[str, list[str]], first_cases: list[str], effort: Effort, run_seed: int) -> list[Group]:
    """Split the mutants into groups by more and more cases.

    First by the simplest case that gave each mutant away, asked only of the mutants still in its group; then by the
    cases that gave away any mutant; and the few that remain by everything that their checks ask.
    """
    together: dict[str, Group] = {}
    for name in cases:
        together.setdefault(_claims(mutants()[name]), []).append(name)
    groups = list(together.values())
    asked = {name: InProcess(mutants()[name].adapter) for name in cases}
    for name, lines in cases.items():
        for line in dict.fromkeys(lines):
            groups = [
                part for group in groups for part in (part_by_case(group, line, asked) if name in group else [group])
            ]
    for line in first_cases:
        groups = [part for group in groups for part in part_by_case(group, line, asked)]
    return [part for group in groups for part in _by_checks(group, effort, run_seed)]


def _claims(mutant: Mutant) -> str:
    """The operation and the accuracy that it claims: an answer that is right by one claim is wrong by another."""
    operation = spec.operation_of(mutant.breaks)
    return f"{operation} {sorted(mutant.adapter.capabilities.grades.items())}"


def part_by_case(group: Group, line: str, asked: Mapping[str, Implementation]) -> list[Group]:
    """The mutants of a group, grouped again by their answers to one case."""
    if len(group) == 1:
        return [group]
    requests = requests_of(line)
    if requests[0].operation not in asked[group[0]].hello.operations:
        return [group]
    parts: dict[str, Group] = {}
    for name in group:
        parts.setdefault(_digest(asked[name].ask(request) for request in requests), []).append(name)
    return list(parts.values())


def _by_checks(group: Group, effort: Effort, run_seed: int) -> list[Group]:
    if len(group) == 1:
        return [group]
    broken = {mutants()[name].breaks for name in group}
    checks = [check for check in catalogue().values() if broken & set(check.requirements)]
    parts: dict[str, Group] = {}
    for name in group:
        listening = Listening(mutants()[name].adapter)
        for check in checks:
            examination = examine(check, listening, effort, run_seed)
            assert examination.tally.failure is None, f"{check.name} fails by a right answer"
        parts.setdefault(_digest(listening.answers), []).append(name)
    return list(parts.values())


class Listening:
    """Notes a mutant's answers but returns the right ones, so that a check goes on to its last case."""

    def __init__(self, adapter: Adapter) -> None:
        self.hello = hello(adapter)
        self.answers: list[Answer] = []
        self._mutant = InProcess(adapter)
        self._right = InProcess(load(parse_target("reference-correlate")))

    def ask(self, request: Request) -> Answer:
        """Note the mutant's answer, and return the right one."""
        self.answers.append(self._mutant.ask(request))
        return self._right.ask(request)

    def ask_with_option(self, name: str, value: str, request: Request) -> Answer:
        """Note the mutant's answer, and return the right one."""
        self.answers.append(self._mutant.ask_with_option(name, value, request))
        return self._right.ask(request)

    def restart(self) -> bool:
        """False: whatever a mutant keeps in this process stays there."""
        return False

    def close(self) -> None:
        """There is nothing to close."""


def _digest(answers: Iterable[Answer]) -> str:
    """A digest of all answers, without the messages of errors."""
    found = hashlib.blake2b(digest_size=16)
    for answer in answers:
        found.update(type(answer).__name__.encode())
        found.update(repr([seen.kind for seen in getattr(answer, "observed", ())]).encode())
        for array in answer.arrays if isinstance(answer, Result) else ():
            found.update(b"none" if array is None else f"{array.dtype} {array.shape}".encode())
            found.update(b"" if array is None else np.ascontiguousarray(array).tobytes())
    return found.hexdigest()
