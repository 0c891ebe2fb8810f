"""`summary`: read reports, and show them in the form that is asked for."""

from __future__ import annotations

from pathlib import Path

import click

from conv2d_conformance.cli.answer_format import format_option, tell

MOST_WHOLE = 3
"""So many reports are shown in full."""


@click.command()
@click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="REPORT...")
@format_option("markdown", "junit")
def summary(reports: tuple[Path, ...], format: str) -> None:
    """Show reports of `run`, in full or in a table.

    More than three are a table.
    The .partial file of a run that was killed is read too.
    """
    from conv2d_conformance.report.reading import read

    found = {path: read(path) for path in reports}
    match format:
        case "markdown":
            from conv2d_conformance.report.markdown import results_page

            click.echo(results_page({str(path): report for path, report in found.items()}), nl=False)
        case "junit":
            from conv2d_conformance.report.junit import junit

            click.echo(junit({str(path): report for path, report in found.items()}))
        case "json":
            from conv2d_conformance.cli.answers.reports import ReportInShort
            from conv2d_conformance.report.counts import in_short
            from conv2d_conformance.typed_json import from_json

            shown = ({"report": str(path), **in_short(report)} for path, report in found.items())
            tell([from_json(one, ReportInShort) for one in shown])
        case _:
            from conv2d_conformance.report.console import console
            from conv2d_conformance.report.text import show, show_many

            out = console()
            if len(found) > MOST_WHOLE:
                show_many({str(path): report for path, report in found.items()}, out)
                return
            for number, (path, report) in enumerate(found.items()):
                if number:
                    out.print("\n")
                show(report, path, out)
