"""Options that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.isolation import ISOLATIONS
from conv2d_conformance.implementation.patience import USUAL_TIMEOUT

Option = Callable[[Callable[..., Any]], Callable[..., Any]]

EFFORT = click.Choice(tuple(EFFORTS))


def effort(default: str = "quick") -> Option:
    return click.option("--effort", type=EFFORT, default=default, show_default=True, help="How much is asked.")


def timeout(help: str | None = None) -> Option:
    seconds = click.FloatRange(0, min_open=True)
    return click.option(
        "--timeout", type=seconds, metavar="SECONDS", default=USUAL_TIMEOUT, show_default=True, help=help
    )


def isolation(help: str | None = None) -> Option:
    return click.option(
        "--isolation", type=click.Choice(ISOLATIONS), default=ISOLATIONS[0], show_default=True, help=help
    )
