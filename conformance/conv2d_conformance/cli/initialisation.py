"""`initialisation`: the law of fresh layers, with tables and a picture; and how good the tests of it are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from conv2d_conformance.implementation.answers import Implementation
    from conv2d_conformance.initialisation.judging import Drawn

Advance = Callable[[int, int, str], None]
IDEAL = "conv2d_conformance.initialisation.ideal:adapter"


@click.command()
@click.argument("target", default=IDEAL)
@click.option("--effort", type=click.Choice(("quick", "standard")), default="standard", show_default=True)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the first certificate.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="Draw the distributions as SVG.")
@click.option("--null", type=click.IntRange(1), metavar="N", help="Count the alarms of N certificates.")
@click.option("--power", type=click.IntRange(1), metavar="N", help="How soon wrong initialisers are found, N times each.")
@click.option("--dtype", "dtypes", multiple=True, help="Of those that are claimed, these alone.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS", default=10.0, show_default=True)
@click.option("--isolation", type=click.Choice(("process", "none")), default="process", show_default=True)
@click.pass_context
def initialisation(
    ctx: click.Context,
    target: str,
    effort: str,
    seed: int,
    plot: Path | None,
    null: int | None,
    power: int | None,
    dtypes: tuple[str, ...],
    timeout: float,
    isolation: str,
) -> None:
    """Test from which law TARGET draws fresh layers.

    With --null, N certificates are made with as many seeds: a right initialiser raises no alarm. With --power, the
    built-in wrong initialisers are tried instead of TARGET. Without TARGET, an ideal initialiser is examined.
    """
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.implementation.host import connect
    from conv2d_conformance.report.console import console

    out = console()
    if power:
        with progress("wrong initialisers") as advance:
            rows = power_rows(power, seed, advance)
        ctx.exit(show_power(out, rows))
    implementation = connect(target, isolation=isolation, timeout=timeout)
    try:
        if null:
            with progress(target) as advance:
                status = show_null(out, implementation, dtypes, null, seed, effort, advance)
        else:
            status = show_battery(out, implementation, dtypes, seed, effort, plot)
    finally:
        implementation.close()
    ctx.exit(status)


def show_battery(
    out: Console, implementation: Implementation, dtypes: tuple[str, ...], seed: int, effort: str, plot: Path | None
) -> int:
    """One certificate as a table, what raised an alarm, and a picture. Returns the exit status."""
    from conv2d_conformance.cli.asking import show_hello
    from conv2d_conformance.initialisation.judging import fault_of
    from conv2d_conformance.initialisation.case import format_case
    from conv2d_conformance.initialisation.trying import STATISTICAL, draws
    from conv2d_conformance.report.console import paragraph, show_table, whole_line

    claims = _claims(implementation, dtypes)
    show_hello(out, implementation.hello)
    rows: list[tuple[str, ...]] = []
    failed: list[tuple[str, Drawn]] = []
    drawn_by_name: dict[str, Drawn] = {}
    for name in STATISTICAL:
        for drawn in draws(implementation, claims, name, seed=seed, effort=effort):
            rows.append(_row(name, drawn))
            if drawn.fault is not None or drawn.alarm():
                failed.append((name, drawn))
            elif drawn.trial.case.dtype == min(claims.dtypes, key=_order):
                drawn_by_name[name] = drawn
    columns = ("requirement", "dtype", "stage", "elements", "tests", "smallest p", "in", "alarm at")
    show_table(out, columns, rows, right=("stage", "elements", "tests", "smallest p", "alarm at"))
    for name, drawn in failed:
        alarm = drawn.alarm()
        fault = drawn.fault or (fault_of(drawn, alarm) if alarm else None)
        assert fault is not None
        out.print()
        paragraph(out, f"FAIL  initialisation.{name}", style="bold red")
        paragraph(out, fault.got, label="got", indent=2)
        paragraph(out, fault.required, label="required", indent=2)
        whole_line(out, format_case(drawn.trial.case), label="case", indent=2)
    _show_pictures(out, dict(failed) | drawn_by_name, plot, implementation.hello.name)
    verdict = f"{len(failed)} of {len(rows)} questions raise an alarm" if failed else "no test raises an alarm"
    paragraph(out, verdict, style="bold red" if failed else "bold green")
    return 1 if failed else 0


def _order(dtype: str) -> int:
    from conv2d_conformance.adapter import DTYPES

    return DTYPES.index(dtype)
