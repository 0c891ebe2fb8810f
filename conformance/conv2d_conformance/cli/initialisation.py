"""`initialisation`: test the law of fresh layers, with a table and pictures; and measure how good those tests are."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli import options
from conv2d_conformance.cli.answer_format import JSON, console_for, format_option, tell
from conv2d_conformance.cli.output_option import Page
from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.cli.target_list import target_argument
from conv2d_conformance.output.destination import Destination

if TYPE_CHECKING:
    from rich.console import Console

    from conv2d_conformance.cli.answers.asked import SaidOfCase
    from conv2d_conformance.cli.answers.initialised import (
        CountedAlarms,
        LayersTested,
        PowerOfTests,
        RequirementTested,
    )
    from conv2d_conformance.cli.progress import Advance
    from conv2d_conformance.contract.answers import Implementation
    from conv2d_conformance.contract.capabilities import Capabilities
    from conv2d_conformance.initialisation.layer_question import DrawnLayers

IDEAL = "conv2d_conformance.initialisation.ideal:adapter"


@click.command()
@target_argument(default=IDEAL)
@options.option("effort", help=None, choices=("quick", "standard"))
@options.option("seed", help="Of the first certificate.")
@click.option("--dtype", "dtypes", multiple=True, help="Of those that are claimed, these alone.")
@click.option("--plot", type=Page(), metavar="FILE", help="Draw the distributions as SVG.")
@click.option("--null", type=click.IntRange(1), metavar="N", help="Count the alarms of N certificates.")
@click.option("--power", type=click.IntRange(1), metavar="N", help="Try the built-in wrong initialisers, N times each.")
@options.option("timeout", help=None)
@options.option("isolation", help=None)
@format_option()
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
    format: str,
) -> None:
    """Test from which law TARGET draws fresh layers.

    Without TARGET, an ideal initialiser is tested. Of a right one, --null sees no alarm; --power shows how many
    elements it takes to find a wrong one.
    """
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.implementation.host import connect

    out = console_for(format, plot)
    answer: PowerOfTests | CountedAlarms | LayersTested
    if power:
        with progress("wrong initialisers") as advance:
            answer, status = show_power(out, power, seed, advance)
        if format == JSON:
            tell(answer)
        ctx.exit(status)
    implementation = connect(target, isolation=isolation, timeout=timeout)
    try:
        claims = claims_of(implementation, dtypes)
        if null:
            with progress(target) as advance:
                answer, status = show_null(out, implementation, claims, range(seed, seed + null), effort, advance)
        else:
            answer, status = show_certificate(out, implementation, claims, seed, effort, plot)
    finally:
        implementation.close()
    if format == JSON:
        tell(answer)
    ctx.exit(status)


def claims_of(implementation: Implementation, dtypes: Sequence[str]) -> Capabilities:
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
) -> tuple[LayersTested, int]:
    """Show every question in a table, the alarms, and pictures. Returns the same for programs, and the exit status."""
    from conv2d_conformance.cli.answers.initialised import LayersTested
    from conv2d_conformance.cli.asked_case import introduced, show_hello
    from conv2d_conformance.cli.progress import A_MOMENT, progress
    from conv2d_conformance.initialisation.battery_power import STATISTICAL, draws
    from conv2d_conformance.output.saving import save
    from conv2d_conformance.report.console import paragraph, show_table

    show_hello(out, implementation.hello)
    tested, failed, seen = [], [], {}
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
                    tested.append(_tested(name, dtype, asked))
                    seen[name, dtype] = asked[-1]
                    failed += [(name, drawn) for drawn in asked if drawn.fault or drawn.alarm]
    columns = ("requirement", "dtype", "elements", "tests", "smallest p", "test")
    show_table(out, columns, map(_row, tested), right=columns[2:5])
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
    verdict = f"{len(bad)} of {len(tested)} fail" if bad else "no test raises an alarm"
    paragraph(out, verdict, style="bold red" if bad else "bold green")
    if plot is not None and pictured is not None and pictured.fault is None:
        save(plot, _picture(implementation.hello.name, pictured))
    failures = tuple(said_of_layers(drawn) for _, drawn in failed)
    hello = introduced(implementation.hello)
    return LayersTested(hello, verdict, not failed, tuple(tested), failures), 1 if failed else 0


def _tested(name: str, dtype: str, asked: Sequence[DrawnLayers]) -> RequirementTested:
    from conv2d_conformance.cli.answers.initialised import RequirementTested

    elements = sum(drawn.elements for drawn in asked)
    findings = [finding for drawn in asked for finding in drawn.findings]
    least = min(findings, key=lambda finding: finding.p, default=None)
    p, test = (None, None) if least is None else (least.p, least.test)
    return RequirementTested(name, dtype, elements, len(findings), p, test)


def _row(found: RequirementTested) -> tuple[str, ...]:
    start = found.requirement, found.dtype, str(found.elements), str(found.tests)
    if found.smallest_p is None:
        return *start, "-", "-"
    return *start, f"{found.smallest_p:.2g}", (found.test or "") if found.smallest_p < 1 else ""


def said_of_layers(drawn: DrawnLayers) -> SaidOfCase:
    """What is said of layers that were asked: what was got and what is required, if anything is wrong."""
    from conv2d_conformance.cases.layer_case import format_case
    from conv2d_conformance.cli.answers.asked import SaidOfCase
    from conv2d_conformance.initialisation.layer_question import fault_of

    fault = drawn.fault or (fault_of(drawn, drawn.alarm) if drawn.alarm else None)
    return SaidOfCase(
        case=format_case(drawn.trial.case),
        right=not (fault or drawn.observed),
        got=fault.got if fault else None,
        required=fault.required if fault else None,
        diagnosis=None,
        observed=tuple(sorted({observation.sentence for observation in drawn.observed})),
        rejected=None,
        hint=None,
        times=1,
        note=None,
        stderr=(),
    )


def show_failure(out: Console, title: str, drawn: DrawnLayers) -> None:
    """Print the failed question, what was got and what is required."""
    from conv2d_conformance.report.console import paragraph, whole_line

    said = said_of_layers(drawn)
    paragraph(out, title, style="bold green" if said.right else "bold red")
    whole_line(out, said.case, label="case", indent=2)
    for sentence in said.observed:
        paragraph(out, sentence, label="seen", indent=2)
    if said.got is not None and said.required is not None:
        paragraph(out, said.got, label="got", indent=2)
        paragraph(out, said.required, label="required", indent=2)


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
) -> tuple[CountedAlarms, int]:
    """Make certificates of one implementation with many seeds. The exit status is 0 without an alarm."""
    from conv2d_conformance.cli.answers.initialised import CountedAlarms
    from conv2d_conformance.initialisation.battery_power import certificate
    from conv2d_conformance.report.console import paragraph

    started = time.perf_counter()
    tests = below = alarms = 0
    told: list[str] = []
    smallest = 1.0
    for count, seed in enumerate(seeds, 1):
        made = certificate(implementation, claims, seed=seed, effort=effort)
        tests, below, smallest = tests + made.tests, below + made.below_one_per_cent, min(smallest, made.smallest)
        alarms += bool(made.alarms)
        for alarm in made.alarms:
            told.append(f"seed {seed}: {alarm}")
            paragraph(out, told[-1], style="red")
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
    found = CountedAlarms(
        implementation=implementation.hello.name,
        dtypes=tuple(sorted(claims.dtypes)),
        certificates=len(seeds),
        tests=tests,
        smallest_p=smallest,
        share_below_one_per_cent=below / tests,
        alarms=tuple(told),
    )
    return found, 1 if alarms else 0


def show_power(out: Console, times: int, seed: int, advance: Advance) -> tuple[PowerOfTests, int]:
    """Show how many elements it takes to find each built-in wrong initialiser, with the worst of `times` seeds."""
    from conv2d_conformance.cli.answers.initialised import FoundInitialiser, PowerOfTests
    from conv2d_conformance.implementation.inprocess import InProcess
    from conv2d_conformance.initialisation.battery_power import STATISTICAL, find, latest
    from conv2d_conformance.mutants import catalogue
    from conv2d_conformance.report.console import paragraph, show_table

    wrong = [m for m in catalogue().values() if m.breaks.removeprefix("initialisation.") in STATISTICAL]
    rows, missed = [], 0
    everything: list[FoundInitialiser] = []
    for count, mutant in enumerate(wrong, 1):
        name, claims = mutant.breaks.removeprefix("initialisation."), mutant.adapter.capabilities
        implementation = InProcess(mutant.adapter)
        found = latest(find(implementation, claims, name, seed=seed + i) for i in range(times))
        missed += found is None
        last = (str(found.elements), f"{found.finding.p:.2g}", found.finding.test) if found else ("never", "-", "-")
        rows.append((mutant.name, *last))
        last_numbers = (found.elements, found.finding.p, found.finding.test) if found else (None, None, None)
        everything.append(FoundInitialiser(mutant.name, *last_numbers))
        advance(count, len(wrong), mutant.name)
    columns = ("wrong initialiser", "elements", "p", "test")
    show_table(out, columns, rows, right=columns[1:3])
    verdict = (
        f"{missed} of {len(wrong)} are not found"
        if missed
        else f"all {len(wrong)} are found, with each of {times} seeds"
    )
    paragraph(out, verdict, style="bold red" if missed else "bold green")
    return PowerOfTests(verdict, missed, tuple(everything)), 1 if missed else 0
