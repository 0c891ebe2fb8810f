"""`badge`: a report as one line for a page."""

from __future__ import annotations

from pathlib import Path

import click

from conv2d_conformance.cli.answer_format import JSON, tell

FORMATS = click.Choice(("svg", JSON))


@click.command()
@click.argument("report", type=click.Path(path_type=Path))
@click.option(
    "--format",
    type=FORMATS,
    default="svg",
    show_default=True,
    help="A picture, or what a badge of shields.io is made of.",
)
def badge(report: Path, format: str) -> None:
    """Write a badge of a report.

    It says result, limits, profile, classes of accuracy and edition, and is green for a whole certificate alone.
    """
    from conv2d_conformance.report.badge import as_svg, badge_of
    from conv2d_conformance.report.reading import read

    found = read(report)
    if format == JSON:
        tell(badge_of(found))
    else:
        click.echo(as_svg(badge_of(found), found), nl=False)
