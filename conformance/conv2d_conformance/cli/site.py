"""`site`: write a static site of reports."""

from __future__ import annotations

from importlib import util
from pathlib import Path

import click

from conv2d_conformance.cli.answer_format import JSON, format_option, tell

NEEDED = ("jinja2", "markdown_it", "matplotlib")


@click.command()
@click.argument("results", type=click.Path(path_type=Path), metavar="RESULTS")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    required=True,
    metavar="DIR",
    help="Where the site goes: a new folder, or that of an earlier site.",
)
@format_option()
def site(results: Path, folder: Path, format: str) -> None:
    """Write a static site of the reports in a folder.

    Every *.json below RESULTS that is a report has a page, and so have the findings in RESULTS/findings. The page of
    NAME.json shows the scripts in RESULTS/reproducers/NAME and what `initialisation --plot NAME.initialisation.svg`
    drew beside it. The site opens from disk: DIR/index.html.
    """
    from conv2d_conformance.cli.check_index import checks_of_requirements
    from conv2d_conformance.cli.problems import HARNESS, Problem

    if missing := [name for name in NEEDED if util.find_spec(name) is None]:
        raise Problem(
            f"a site needs {' and '.join(missing)}, not installed here",
            "pip install 'conv2d-conformance[site]'",
            status=HARNESS,
        )
    from conv2d_conformance.site.building import build

    checks = {name: [(one.name, one.sentence) for one in found] for name, found in checks_of_requirements().items()}
    built = build(results, folder, checks)
    if format == JSON:
        tell(built)
        return
    for sentence in built.refused:
        click.echo(f"left out: {sentence}", err=True)
    size = f"{built.bytes / 1e6:.1f} MB"
    click.echo(
        f"{built.pages} pages about {built.reports} reports and {built.findings} findings, {size}: {built.start}"
    )
