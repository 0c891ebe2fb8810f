"""`compare`: two implementations on the same cases."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli import options
from conv2d_conformance.cli.answer_format import JSON, console_for, format_option, tell
from conv2d_conformance.cli.output_option import Page
from conv2d_conformance.cli.target_list import target_argument
from conv2d_conformance.foreign import escaped_line
from conv2d_conformance.output.destination import Destination

if TYPE_CHECKING:
    from rich.console import Console

    from conv2d_conformance.cases.case import Case
    from conv2d_conformance.comparing.comparison import ComparedCase, Nearness
    from conv2d_conformance.comparing.orders import ComparedOrder
    from conv2d_conformance.contract.answers import Implementation
    from conv2d_conformance.contract.capabilities import Capabilities

MOST_SHOWN = 24
"""The most cases shown, of those whose bits part; the JSON has all."""

NOTHING_JUDGED = 4

DEFAULTS = frozenset({"s1x1", "p0x0", "d1x1", "g1", "nobias", "float32"})
"""Words of a line that can be left out where it is read."""


@click.command()
@target_argument()
@target_argument("other")
@options.option("effort", default="quick", help="How many cases, and how large.")
@options.option("seed", help="Of the cases that are drawn.")
@click.option("--case", "lines", multiple=True, metavar="CASE", help="Compare this case in place of all; repeatable.")
@click.option("--picture", type=Page(), metavar="FILE", help="Draw the errors of both as SVG.")
@options.option("timeout", help=None)
@format_option()
@click.pass_context
def compare(
    ctx: click.Context,
    target: str,
    other: str,
    effort: str,
    seed: int,
    lines: tuple[str, ...],
    picture: Destination | None,
    timeout: float,
    format: str,
) -> None:
    """Compare TARGET with OTHER on the same cases.

    Are the bits the same, and if not, for which shapes do they part? Who is nearer to the exact value, in units of the
    bound of class A? Do both add in the same order? It is an observation, never a verdict:
    `compare torch "torch?threads=2"`. The cases are within the claims and the limits of both.
    """
    from conv2d_conformance.cli import asked_case
    from conv2d_conformance.cli.answers.compared import Compared
    from conv2d_conformance.cli.progress import A_MOMENT, progress
    from conv2d_conformance.comparing.common import common_cases, common_claims
    from conv2d_conformance.comparing.comparison import compare as compare_case
    from conv2d_conformance.comparing.conclusion import conclusion, sentences
    from conv2d_conformance.comparing.orders import compared_orders
    from conv2d_conformance.effort import EFFORTS
    from conv2d_conformance.fingerprint import take
    from conv2d_conformance.fingerprint.shapes import SHAPES
    from conv2d_conformance.implementation.host import connect
    from conv2d_conformance.report.console import paragraph

    out = console_for(format, picture)
    names = (escaped_line(target), escaped_line(other))
    with ExitStack() as connected:
        both: list[Implementation] = []
        for name in (target, other):
            with progress(f"connecting to {name}", after=A_MOMENT):
                both.append(connect(name, timeout=timeout))
            connected.callback(both[-1].close)
        first, second = both
        claims = common_claims(first.hello.capabilities, second.hello.capabilities)
        chosen = _given(lines, claims) if lines else list(common_cases(claims, EFFORTS[effort], seed))
        found: list[ComparedCase] = []
        with progress("asking both") as advance:
            for number, case in enumerate(chosen):
                advance(number, len(chosen), f"{case.dtype} {case.input_shape}")
                found.append(compare_case(first, second, case, claims))
        orders: list[ComparedOrder] = []
        if not lines:
            shapes = SHAPES[:1] if effort == "quick" else SHAPES
            with progress("looking at the order of additions") as advance:
                prints = [take(one, shapes=shapes, on_progress=advance) for one in both]
            orders += compared_orders(prints[0], prints[1])
        for one in both:
            asked_case.show_hello(out, one.hello)
        short = conclusion(found)
        told = sentences(short, names)
        _show(out, found, orders, names)
        for sentence in told:
            paragraph(out, sentence, style="bold")
        if picture is not None:
            _draw(out, picture, found, names)
        incidents = [incident for one in both for incident in asked_case.show_incidents(out, one)]
    if format == JSON:
        here, there = (asked_case.introduced(one.hello) for one in both)
        tell(Compared(here, there, short.same_bits, tuple(told), short, tuple(found), tuple(orders), tuple(incidents)))
    ctx.exit(0 if short.compared else NOTHING_JUDGED)


def _given(lines: Sequence[str], claims: Capabilities) -> list[Case]:
    """The cases of a command line. Problem for one that cannot be asked of both."""
    from conv2d_conformance.cases.geometry import is_legal
    from conv2d_conformance.cases.grammar import parse
    from conv2d_conformance.cli.problems import Problem
    from conv2d_conformance.contract.signatures import MAIN
    from conv2d_conformance.verdict.claims import within_claims

    cases = [parse(line) for line in lines]
    for line, case in zip(lines, cases, strict=True):
        if case.operation != MAIN or not is_legal(case):
            raise Problem(f"{line!r} is no legal call of {MAIN}", f"compare asks legal calls of {MAIN} alone")
        if within_claims(case, claims) != case:
            raise Problem(f"{line!r} is not within what both claim", "compare a case that both can answer")
    return cases


def _show(out: Console, cases: Sequence[ComparedCase], orders: Sequence[ComparedOrder], names: tuple[str, str]) -> None:
    """Print the cases whose bits part or that had no answer, then the orders."""
    from conv2d_conformance.report.console import paragraph, show_table

    for case in cases:
        if case.unanswered:
            paragraph(out, f"{case.case}: {case.unanswered}", label="no answer")
    parted = [case for case in cases if case.parts]
    if parted:
        columns = ("case", "bits differ", "1st error", "2nd error", "1st nearer")
        show_table(out, columns, map(_row, parted[:MOST_SHOWN]), right=columns[1:])
        if (more := len(parted) - MOST_SHOWN) > 0:
            paragraph(out, f"and {more} more, which --format json has")
    for order in orders:
        where = f"{order.dtype}, {order.shape}"
        if order.same is None or not order.same:
            which = "not seen in both" if order.same is None else "other orders"
            paragraph(out, f"{where}: {which}", label="order")
            for name, words in zip(names, (order.one, order.other), strict=True):
                paragraph(out, f"{name}: {words}", indent=10)
        else:
            paragraph(out, f"{where}: the same: {order.one}", label="order")


def _row(case: ComparedCase) -> list[str]:
    line = " ".join(word for word in case.case.split() if word not in DEFAULTS)
    nearer = _share(case.nearer[0], sum(case.nearer))
    return [line, _share(case.different, case.elements), _error(case.one), _error(case.other), nearer]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"


def _error(nearness: Nearness | None) -> str:
    return "-" if nearness is None else f"{nearness.mean:.2g}"


def _draw(out: Console, picture: Destination, cases: Sequence[ComparedCase], names: tuple[str, str]) -> None:
    from conv2d_conformance.comparing.picture import svg
    from conv2d_conformance.output.saving import save
    from conv2d_conformance.report.console import paragraph

    drawn = svg(cases, names)
    if drawn is None:
        paragraph(out, f"{picture.name} is not drawn: no case has an error in both")
    else:
        save(picture, drawn)
