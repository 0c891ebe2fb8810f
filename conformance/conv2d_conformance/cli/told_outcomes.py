"""How `run` tells what became of targets: a table, a line each, or JSON."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from conv2d_conformance.foreign import escaped_line, shortened

if TYPE_CHECKING:
    from rich.console import Console

    from conv2d_conformance.report.target_outcome import TargetOutcome

LONGEST_LINE = 300
LONGEST_CELL = 160


def one_line(outcome: TargetOutcome) -> str:
    """The outcome as one line of text: the target, the one sentence, and what the first failure looks like."""
    told = [outcome.headline, _fault(outcome) or outcome.hint or ""]
    return shortened(escaped_line(f"{outcome.target}: {'; '.join(filter(None, told))}"), LONGEST_LINE)


def teller(telling: str) -> Callable[[TargetOutcome], None]:
    """How an outcome is told as soon as it is there."""
    if telling == "quiet":
        return lambda outcome: click.echo(one_line(outcome))
    return tell_json if telling == "jsonl" else lambda _: None


def tell_json(outcomes: TargetOutcome | Sequence[TargetOutcome], *, indent: int | None = None) -> None:
    """Write one outcome, or all of them, as JSON."""
    from conv2d_conformance.typed_json import as_json

    click.echo(json.dumps(as_json(outcomes), indent=indent, ensure_ascii=False))
    sys.stdout.flush()


def show_outcomes(outcomes: Sequence[TargetOutcome], console: Console) -> None:
    """Print a row for each target, and how many there are of each outcome."""
    from conv2d_conformance.report.console import paragraph, show_table

    rows = [
        (
            escaped_line(one.target),
            one.outcome,
            f"{one.seconds:.1f}",
            shortened(escaped_line(_fault(one) or one.headline), LONGEST_CELL),
            one.report or "",
        )
        for one in outcomes
    ]
    show_table(console, ("target", "outcome", "seconds", "what is told first", "report"), rows, right=("seconds",))
    console.print()
    numbers = Counter(one.outcome for one in outcomes)
    paragraph(console, ", ".join(f"{number} {word}" for word, number in numbers.items()), style="bold")


def _fault(outcome: TargetOutcome) -> str:
    failure = outcome.failure
    return "" if failure is None else f"{failure.requirement}: {failure.diagnosis or f'got {failure.got}'}"
