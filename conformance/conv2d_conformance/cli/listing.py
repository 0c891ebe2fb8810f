"""`list`: tables of requirements, checks, adapters, networks, mutants, efforts and coverage."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import click

Rows = Iterator[tuple[str, ...]]


def _requirements() -> Rows:
    from conv2d_conformance import spec
    from conv2d_conformance.cli.check_index import checks_of_requirements

    checked = checks_of_requirements()
    yield "requirement", "level", "profile", "check", "features"
    for requirement in spec.load().requirements.values():
        has_check = "yes" if requirement.id in checked else "no"
        yield requirement.id, requirement.level, requirement.profile, has_check, ", ".join(sorted(requirement.features))


def _checks() -> Rows:
    from conv2d_conformance.cli.check_index import checks

    yield "check", "sentence", "requirements"
    for check in checks():
        yield check.name, check.sentence, ", ".join(check.requirements)


def _adapters() -> Rows:
    from conv2d_conformance.implementation.bundled import bundled

    yield "adapter", "what it calls", "library"
    for adapter in bundled():
        yield adapter.name, adapter.sentence, adapter.availability


def _networks() -> Rows:
    from conv2d_conformance.cases.networks import NETWORKS

    yield "network", "layer", "case"
    yield from NETWORKS


def _shapes() -> Rows:
    from conv2d_conformance.cases.geometry import multiply_adds
    from conv2d_conformance.cases.grammar import parse
    from conv2d_conformance.cases.shape_sets import SHAPE_SETS, lines_of
    from conv2d_conformance.verdict.room import bytes_of

    yield "set", "shape", "case", "multiply-adds", "GiB in float32"
    for name, lines in SHAPE_SETS.items():
        for shape, line in lines.items():
            case = parse(line)
            yield name, shape, lines_of((case,))[0], f"{multiply_adds(case):.2g}", f"{bytes_of(case) / 2**30:.2f}"


def _mutants() -> Rows:
    from conv2d_conformance.mutants import catalogue

    yield "mutant", "breaks", "replays", "sentence"
    for mutant in catalogue().values():
        yield mutant.name, mutant.breaks, mutant.replays, mutant.sentence


def _efforts() -> Rows:
    from conv2d_conformance.effort import EFFORTS
    from conv2d_conformance.selftest.score import published

    scores = published()
    yield "effort", "cases drawn by a check", "multiplications of a fixed case", "mutants killed", "measured"
    for effort in EFFORTS.values():
        score = scores.get(effort.name)
        told = (score.sentence, score.date) if score else ("", "")
        yield effort.name, str(effort.drawn), str(effort.multiply_adds), *told


def _coverage() -> Rows:
    from conv2d_conformance.cases.coverage import shares
    from conv2d_conformance.effort import EFFORTS

    efforts = [
        effort for effort in EFFORTS.values() if effort.name != "thorough"
    ]  # which asks the same rows as standard
    yield "factors", "combinations", *(f"at {effort.name}" for effort in efforts)
    for share in shares([effort.combined for effort in efforts]):
        yield share.factors, str(share.possible), *map(str, share.covered)


LISTS: dict[str, Callable[[], Rows]] = {
    "requirements": _requirements,
    "checks": _checks,
    "adapters": _adapters,
    "mutants": _mutants,
    "networks": _networks,
    "shapes": _shapes,
    "efforts": _efforts,
    "coverage": _coverage,
}


@click.command("list")
@click.argument("what", type=click.Choice(tuple(LISTS)), default="requirements")
def list_(what: str) -> None:
    """Show what there is.

    Without a terminal, one line each, columns separated by tabs, ready for grep and cut.
    """
    columns, *rows = LISTS[what]()
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(row))
        return

    from conv2d_conformance.report.console import console, show_table

    show_table(console(), columns, rows)
