"""`list`: tables of requirements, checks, adapters, networks, mutants, efforts, coverage and schemas."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from itertools import chain, islice
from typing import Any

import click

from conv2d_conformance.cli.answer_format import JSON, format_option, tell
from conv2d_conformance.cli.answers import lists


@dataclass(frozen=True)
class Listing:
    """Makes the rows of a table; `columns` are the titles of the first fields that a row has, in its text."""

    rows: Callable[[], Iterator[Any]]
    columns: tuple[str, ...]

    def texts(self) -> Iterator[list[str]]:
        """The rows as text."""
        for row in self.rows():
            cells = chain.from_iterable(_cells(getattr(row, field.name)) for field in fields(row))
            yield [*islice(cells, len(self.columns))]


def _cells(value: object) -> Iterator[str]:
    """A value in the columns of a table: several by name take one each."""
    match value:
        case bool():
            yield "yes" if value else "no"
        case tuple():
            yield ", ".join(value)
        case dict():
            yield from map(str, value.values())
        case _:
            yield str(value)


def _requirements() -> Iterator[lists.ListedRequirement]:
    from conv2d_conformance import spec
    from conv2d_conformance.cli.check_index import checks_of_requirements

    checked = checks_of_requirements()
    for found in spec.load().requirements.values():
        features = tuple(sorted(found.features))
        yield lists.ListedRequirement(found.id, found.level, found.profile, found.id in checked, features)


def _checks() -> Iterator[lists.ListedCheck]:
    from conv2d_conformance.cli.check_index import checks

    for check in checks():
        yield lists.ListedCheck(check.name, check.sentence, check.requirements)


def _adapters() -> Iterator[lists.ListedAdapter]:
    from conv2d_conformance.implementation.bundled import bundled
    from conv2d_conformance.implementation.bundled_workers import bundled_workers

    for adapter in bundled():
        yield lists.ListedAdapter(adapter.name, adapter.sentence, adapter.availability)
    for worker in bundled_workers():
        yield lists.ListedAdapter(worker.target, worker.sentence, worker.availability, worker.build, worker.packages)


def _networks() -> Iterator[lists.ListedNetwork]:
    from conv2d_conformance.cases.networks import NETWORKS

    for row in NETWORKS:
        yield lists.ListedNetwork(*row)


def _shapes() -> Iterator[lists.ListedShape]:
    from conv2d_conformance.cases.geometry import multiply_adds
    from conv2d_conformance.cases.grammar import parse
    from conv2d_conformance.cases.shape_sets import SHAPE_SETS, lines_of
    from conv2d_conformance.verdict.room import bytes_of

    for name, lines in SHAPE_SETS.items():
        for shape, line in lines.items():
            case = parse(line)
            yield lists.ListedShape(name, shape, lines_of((case,))[0], multiply_adds(case), bytes_of(case))


def _mutants() -> Iterator[lists.ListedMutant]:
    from conv2d_conformance.mutants import catalogue

    for mutant in catalogue().values():
        yield lists.ListedMutant(mutant.name, mutant.breaks, mutant.replays, mutant.sentence)


def _efforts() -> Iterator[lists.ListedEffort]:
    from conv2d_conformance.effort import EFFORTS
    from conv2d_conformance.selftest.score import published

    scores = published()
    for effort in EFFORTS.values():
        score = scores.get(effort.name)
        told = (score.sentence, score.date) if score else ("", "")
        yield lists.ListedEffort(effort.name, effort.drawn, effort.multiply_adds, *told)


COVERED = ("quick", "standard")
"""The efforts whose coverage is listed; thorough asks the same rows as standard."""


def _coverage() -> Iterator[lists.ListedCoverage]:
    from conv2d_conformance.cases.coverage import shares
    from conv2d_conformance.effort import EFFORTS

    for share in shares([EFFORTS[name].combined for name in COVERED]):
        yield lists.ListedCoverage(share.factors, share.possible, dict(zip(COVERED, share.covered, strict=True)))


def _schemas() -> Iterator[lists.ListedSchema]:
    from conv2d_conformance.cli.schemas import kinds, schema_of

    for name, kind in kinds().items():
        schema = schema_of(kind)
        yield lists.ListedSchema(name, _description(schema), schema)


def _description(schema: dict[str, Any]) -> str:
    """The sentence about what an answer is, or about each of several."""
    reference = schema.get("$ref") or schema["items"]["$ref"]
    told: str = schema["$defs"][reference.rpartition("/")[2]]["description"]
    return " ".join(told.partition("\n\n")[0].split())


LISTS = {
    "requirements": Listing(_requirements, ("requirement", "level", "profile", "check", "features")),
    "checks": Listing(_checks, ("check", "sentence", "requirements")),
    "adapters": Listing(_adapters, ("adapter", "what it calls", "library")),
    "mutants": Listing(_mutants, ("mutant", "breaks", "replays", "sentence")),
    "networks": Listing(_networks, ("network", "layer", "case")),
    "shapes": Listing(_shapes, ("set", "shape", "case", "multiply-adds", "bytes in float32")),
    "efforts": Listing(
        _efforts,
        ("effort", "cases drawn by a check", "multiplications of a fixed case", "mutants killed", "measured"),
    ),
    "coverage": Listing(_coverage, ("factors", "combinations", *(f"at {name}" for name in COVERED))),
    "schemas": Listing(_schemas, ("answer", "is")),
}


@click.command("list")
@click.argument("what", type=click.Choice(tuple(LISTS)), default="requirements")
@format_option()
def list_(what: str, format: str) -> None:
    """Show what there is.

    Without a terminal, one line each, columns separated by tabs, ready for grep and cut. The schemas themselves, of
    what commands answer with --format json, are shown by `list schemas --format json`.
    """
    listing = LISTS[what]
    if format == JSON:
        tell([*listing.rows()])
        return
    rows = [*listing.texts()]
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(row))
        return

    from conv2d_conformance.report.console import console, show_table

    show_table(console(), listing.columns, rows)
