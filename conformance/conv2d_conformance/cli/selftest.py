"""`selftest`: certify the certifier."""

from __future__ import annotations

import click


@click.command()
@click.pass_context
def selftest(ctx: click.Context) -> None:
    """Run the checks against every mutant, each of which must be caught by a check of the requirement it breaks."""
    from conv2d_conformance.mutants.selftest import run

    ctx.exit(run())
