"""`summary`: read reports, and show them in the form that is asked for."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("reports", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="REPORT...")
@click.option("--format", type=click.Choice(("text", "markdown", "json", "junit")), default="text", show_default=True)
def summary(reports: tuple[Path, ...], format: str) -> None:
    """Show reports of `run`.

    The .partial file of a run that was killed is read too.
    """
    from conv2d_conformance.report.assemble import read
    from conv2d_conformance.report.validation import require_valid

    found = {}
    for path in reports:
        found[path] = read(path)
        require_valid(found[path], path)
    match format:
        case "markdown":
            from conv2d_conformance.report.markdown import results_page

            click.echo(results_page({str(path): report for path, report in found.items()}), nl=False)
        case "junit":
            from conv2d_conformance.report.junit import junit

            click.echo(junit({str(path): report for path, report in found.items()}))
        case "json":
            import json

            from conv2d_conformance.report.counts import as_json

            shown = [{"report": str(path), **as_json(report)} for path, report in found.items()]
            click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        case _:
            from conv2d_conformance.report.console import console
            from conv2d_conformance.report.text import show

            out = console()
            for number, (path, report) in enumerate(found.items()):
                if number:
                    out.print("\n")
                show(report, path, out)
