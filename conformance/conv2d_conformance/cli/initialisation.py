"""`initialisation`: test the law of fresh layers, with a table and pictures; and measure how good those tests are."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli import options
from conv2d_conformance.cli.output_option import Page, console_beside
from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.output.destination import Destination

if TYPE_CHECKING:
    from rich.console import Console

    from conv2d_conformance.cli.progress import Advance
    from conv2d_conformance.contract.answers import Implementation
    from conv2d_conformance.contract.capabilities import Capabilities
    from conv2d_conformance.initialisation.layer_question import DrawnLayers

IDEAL = "conv2d_conformance.initialisation.ideal:adapter"


@click.command()
@click.argument("target", default=IDEAL)
@options.option("effort", help=None, choices=("quick", "standard"))
@options.option("seed", help="Of the first certificate.")
@click.option("--dtype", "dtypes", multiple=True, help="Of those that are claimed, these alone.")
@click.option("--plot", type=Page(), metavar="FILE", help="Draw the distributions as SVG.")
@click.option("--null", type=click.IntRange(1), metavar="N", help="Count the alarms of N certificates.")
@click.option("--power", type=click.IntRange(1), metavar="N", help="Try the built-in wrong initialisers, N times each.")
@options.option("timeout", help=None)
@options.option("isolation", help=None)
@click.pass_context
def initialisation(
    ctx: click.Context,
    target: str,
    effort: str,
    seed: int,
    dtypes: tuple[str, ...],
    plot: Destination | None,
    null: int | None,
    power: int | None,
    timeout: float,
    isolation: str,
) -> None:
    """Test from which law TARGET draws fresh layers.

    Without TARGET, an ideal initialiser is tested. Of a right one, --null sees no alarm; --power shows how many
    elements it takes to find a wrong one.
    """
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.implementation.host import connect

    out = console_beside(plot)
    if power:
        with progress("wrong initialisers") as advance:
            status = show_power(out, power, seed, advance)
        ctx.exit(status)
    implementation = connect(target, isolation=isolation, timeout=timeout)
    try:
        claims = _claims(implementation, dtypes)
        if null:
            with progress(target) as advance:
                status = show_null(out, implementation, claims, range(seed, seed + null), effort, advance)
        else:
            status = show_certificate(out, implementation, claims, seed, effort, plot)
    finally:
        implementation.close()
    ctx.exit(status)


def _claims(implementation: Implementation, dtypes: Sequence[str]) -> Capabilities:
    """The claims of an implementation, reduced to the chosen dtypes."""
    from conv2d_conformance.operations.initialize import INITIALIZE

    hello = implementation.hello
    if INITIALIZE.name not in hello.operations:
        raise Problem(f"{hello.name} has no {INITIALIZE.name}", "its adapter needs that function; see Adapter")
    if unknown := [dtype for dtype in dtypes if dtype not in hello.capabilities.dtypes]:
        raise Problem(f"{hello.name} does not claim {unknown[0]}", f"it claims {', '.join(hello.capabilities.dtypes)}")
    return replace(hello.capabilities, dtypes=frozenset(dtypes)) if dtypes else hello.capabilities


# ---- one certificate ---------------------------------------------------------------------------------------------


def show_certificate(
    out: Console, implementation: Implementation, claims: Capabilities, seed: int, effort: str, plot: Destination | None
) -> int:
    """Show every question in a table, the alarms, and pictures. Returns the exit status."""
    from conv2d_conformance.cli.asked_case import show_hello
    from conv2d_conformance.cli.progress import A_MOMENT, progress
    from conv2d_conformance.initialisation.battery_power import STATISTICAL, draws
    from conv2d_conformance.output.saving import save
    from conv2d_conformance.report.console import paragraph, show_table

    show_hello(out, implementation.hello)
    rows, failed, seen = [], [], {}
    with progress(implementation.hello.name, after=A_MOMENT) as advance:
        for done, name in enumerate(STATISTICAL):
            advance(done, len(STATISTICAL), name)
            by_dtype: dict[str, list[DrawnLayers]] = {dtype: [] for dtype in sorted(claims.dtypes)}
            for drawn in draws(implementation, claims, name, seed=seed, effort=effort):
                so_far = by_dtype[drawn.trial.case.dtype]
                if not so_far or so_far[-1].alarm is None:
                    so_far.append(drawn)
            for dtype, asked in by_dtype.items():
                if asked:
                    rows.append(_row(name, dtype, asked))
                    seen[name, dtype] = asked[-1]
                    failed += [(name, drawn) for drawn in asked if drawn.fault or drawn.alarm]
    columns = ("requirement", "dtype", "elements", "tests", "smallest p", "test")
    show_table(out, columns, rows, right=columns[2:5])
    for name, drawn in failed:
        out.print()
        show_failure(out, f"FAIL  initialisation.{name}", drawn)
    for dtype in sorted(claims.dtypes):
        out.print()
        drawings = [seen[name, dtype] for name in ("weight-uniform", "bias-uniform") if (name, dtype) in seen]
        _show_histograms(out, dtype, [drawn for drawn in drawings if drawn.fault is None])
    # Of one dtype, the first that the limits allow; of none, where they allow no such layer.
    pictured = next((found for (name, _), found in seen.items() if name == "fan-in"), None)
    if plot is not None and pictured is None:
        paragraph(out, f"{plot.name} is not drawn: no such layer is within the limits")
    elif plot is not None and pictured is not None and pictured.fault is not None:
        paragraph(out, f"{plot.name} is not drawn: {pictured.fault.got}")
    out.print()
    bad = {(name, drawn.trial.case.dtype) for name, drawn in failed}
    verdict = f"{len(bad)} of {len(rows)} fail" if bad else "no test raises an alarm"
    paragraph(out, verdict, style="bold red" if bad else "bold green")
    if plot is not None and pictured is not None and pictured.fault is None:
        save(plot, _picture(implementation.hello.name, pictured))
    return 1 if failed else 0


def _row(name: str, dtype: str, asked: Sequence[DrawnLayers]) -> tuple[str, ...]:
    elements = str(sum(drawn.elements for drawn in asked))
    findings = [finding for drawn in asked for finding in drawn.findings]
    if not findings:
        return name, dtype, elements, "0", "-", "-"
    least = min(findings, key=lambda finding: finding.p)
    return name, dtype, elements, str(len(findings)), f"{least.p:.2g}", least.test if least.p < 1 else ""


def show_failure(out: Console, title: str, drawn: DrawnLayers) -> None:
    """Print the failed question, what was got and what is required."""
    from conv2d_conformance.cases.layer_case import format_case
    from conv2d_conformance.initialisation.layer_question import fault_of
    from conv2d_conformance.report.console import paragraph, whole_line

    alarm = drawn.alarm
    fault = drawn.fault or (fault_of(drawn, alarm) if alarm else None)
    paragraph(out, title, style="bold red" if fault or drawn.observed else "bold green")
    whole_line(out, format_case(drawn.trial.case), label="case", indent=2)
    for sentence in sorted({observation.sentence for observation in drawn.observed}):
        paragraph(out, sentence, label="seen", indent=2)
    if fault:
        paragraph(out, fault.got, label="got", indent=2)
        paragraph(out, fault.required, label="required", indent=2)


def _show_histograms(out: Console, dtype: str, drawings: Sequence[DrawnLayers]) -> None:
    from conv2d_conformance.initialisation.plot import histogram, law_line
    from conv2d_conformance.initialisation.sample import bias_of, weight_of
    from conv2d_conformance.report.console import whole_line

    whole_line(out, f"{dtype}, from -1.5 to 1.5 sqrt(k)")
    whole_line(out, law_line(), label="law", indent=2)
    for drawn in drawings:
        bias = bias_of(drawn.trial.case, drawn.layers)
        sample = weight_of(drawn.trial.case, drawn.layers) if bias is None else bias
        whole_line(out, histogram(sample.values), label=sample.name, indent=2)


def _picture(name: str, drawn: DrawnLayers) -> str:
    from conv2d_conformance.cases.layer_case import format_case
    from conv2d_conformance.initialisation.plot import svg
    from conv2d_conformance.initialisation.sample import bias_of, weight_of

    samples = [weight_of(drawn.trial.case, drawn.layers), bias_of(drawn.trial.case, drawn.layers)]
    title = f"{name}: {format_case(drawn.trial.case)}"
    return svg({sample.name: sample for sample in samples if sample is not None}, title=title)


# ---- how good the tests are --------------------------------------------------------------------------------------


def show_null(
    out: Console, implementation: Implementation, claims: Capabilities, seeds: range, effort: str, advance: Advance
) -> int:
    """Make certificates of one implementation with many seeds. Returns the exit status, 0 without an alarm."""
    from conv2d_conformance.initialisation.battery_power import certificate
    from conv2d_conformance.report.console import paragraph

    started = time.perf_counter()
    tests = below = alarms = 0
    smallest = 1.0
    for count, seed in enumerate(seeds, 1):
        made = certificate(implementation, claims, seed=seed, effort=effort)
        tests, below, smallest = tests + made.tests, below + made.below_one_per_cent, min(smallest, made.smallest)
        alarms += bool(made.alarms)
        for alarm in made.alarms:
            paragraph(out, f"seed {seed}: {alarm}", style="red")
        advance(count, len(seeds), f"{alarms} alarms")
    seconds = time.perf_counter() - started
    paragraph(
        out,
        f"{implementation.hello.name}, {', '.join(sorted(claims.dtypes))}: {len(seeds)} certificates of effort "
        f"{effort} with the seeds {seeds[0]} to {seeds[-1]}, {tests} tests in {seconds:.0f} s",
    )
    share = 100 * below / tests
    paragraph(out, f"the smallest p is {smallest:.2g}; {share:.2g} % are 0.01 or less, where 1 % may be")
    paragraph(out, f"{alarms} of {len(seeds)} raise an alarm", style="bold red" if alarms else "bold green")
    return 1 if alarms else 0


def show_power(out: Console, times: int, seed: int, advance: Advance) -> int:
    """Show how many elements it takes to find each built-in wrong initialiser, with the worst of `times` seeds."""
    from conv2d_conformance.implementation.inprocess import InProcess
    from conv2d_conformance.initialisation.battery_power import STATISTICAL, find, latest
    from conv2d_conformance.mutants import catalogue
    from conv2d_conformance.report.console import paragraph, show_table

    wrong = [m for m in catalogue().values() if m.breaks.removeprefix("initialisation.") in STATISTICAL]
    rows, missed = [], 0
    for count, mutant in enumerate(wrong, 1):
        name, claims = mutant.breaks.removeprefix("initialisation."), mutant.adapter.capabilities
        implementation = InProcess(mutant.adapter)
        found = latest(find(implementation, claims, name, seed=seed + i) for i in range(times))
        missed += found is None
        last = (str(found.elements), f"{found.finding.p:.2g}", found.finding.test) if found else ("never", "-", "-")
        rows.append((mutant.name, *last))
        advance(count, len(wrong), mutant.name)
    columns = ("wrong initialiser", "elements", "p", "test")
    show_table(out, columns, rows, right=columns[1:3])
    verdict = (
        f"{missed} of {len(wrong)} are not found"
        if missed
        else f"all {len(wrong)} are found, with each of {times} seeds"
    )
    paragraph(out, verdict, style="bold red" if missed else "bold green")
    return 1 if missed else 0


# ---- one line ----------------------------------------------------------------------------------------------------


def show_law(line: str, format: str) -> None:
    """Print the law that the parameters of the line's layers follow."""
    import json

    from conv2d_conformance.cases.layer_case import format_case, parse
    from conv2d_conformance.initialisation.law import layer_law
    from conv2d_conformance.report.console import console, paragraph, whole_line

    case = parse(line)
    law = layer_law(case)
    shapes = {"weight": case.weight_shape, "bias": (case.M,) if case.bias else None}
    if format == "json":
        k = {"numerator": 1, "denominator": case.fan_in}
        found = {"case": format_case(case), "shapes": shapes, "dtype": case.dtype, "k": k, "bound": law.bound}
        click.echo(json.dumps(found | {"largest_magnitude": law.bound * law.limit}))
        return
    out = console()
    whole_line(out, format_case(case), label="case")
    for name, shape in shapes.items():
        told = "None" if shape is None else f"{'x'.join(map(str, shape))} {case.dtype}"
        paragraph(out, told, label=name)
    paragraph(out, "independent values, each uniform between -sqrt(k) and sqrt(k)", label="law")
    paragraph(out, f"1 / {case.fan_in}, so that sqrt(k) = {law.bound:.17g}", label="k")
    paragraph(out, f"no magnitude is above {law.bound * law.limit:.17g}, all roundings included", label="limit")


def replay_layers(line: str, target: str, *, isolation: str, timeout: float, with_script: bool = False) -> int:
    """Ask one line again, run all its tests, and print a script if wanted. Returns the exit status."""
    import sys

    import click

    from conv2d_conformance.cases.layer_case import parse
    from conv2d_conformance.cli.asked_case import show_hello
    from conv2d_conformance.cli.progress import A_MOMENT, progress
    from conv2d_conformance.implementation.host import connect
    from conv2d_conformance.implementation.target import parse as target_of
    from conv2d_conformance.initialisation.layer_question import draw
    from conv2d_conformance.initialisation.plan import replay_of
    from conv2d_conformance.report.console import console, paragraph
    from conv2d_conformance.reproducer import NoScript, require_adapter, script_of_layers

    case = parse(line)
    out = console(sys.stderr if with_script else None)
    with progress(f"connecting to {target}", after=A_MOMENT):
        implementation = connect(target, isolation=isolation, timeout=timeout)
    try:
        claims = _claims(implementation, ())
        with progress(f"asking {target}", after=A_MOMENT):
            drawn = draw(replay_of(case, stream=claims.torch_seed_stream), implementation)
        show_hello(out, implementation.hello)
    finally:
        implementation.close()
    wrong = bool(drawn.fault or drawn.alarm or drawn.observed)
    show_failure(out, "wrong" if wrong else "no test raises an alarm", drawn)
    if with_script:
        try:
            require_adapter(implementation.hello)
            click.echo(script_of_layers(case, target_of(target)), nl=False)
        except NoScript as reason:
            paragraph(out, str(reason), label="script")
    return 1 if wrong else 0
