"""`verify`: see whether a file is a whole report, of this specification, that says what its own records say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("report", type=click.Path(path_type=Path))
@click.pass_context
def verify(ctx: click.Context, report: Path) -> None:
    """Check that REPORT is sound.

    It must have the right form, cite this specification, be complete, and its conclusion must follow.

    The exit status is 0 where all of that holds, whatever the report's verdict, and 1 where something does not.
    """
    from conv2d_conformance.report.assemble import read
    from conv2d_conformance.report.validation import fault_of

    found = read(report)
    fault = fault_of(found)
    faults = [f"it does not have the form of a report: {fault}"] if fault else list(_faults(found))
    for sentence in faults:
        click.echo(f"{report}: {sentence}")
    if not faults:
        click.echo(f"{report}: complete and consistent; {found['conclusion']['headline']}")
    ctx.exit(1 if faults else 0)


def _faults(report: Mapping[str, Any]) -> Iterator[str]:
    from conv2d_conformance import spec
    from conv2d_conformance.report.deviations import Deviation
    from conv2d_conformance.report.verdicts import claimed_by, conclusion

    if not report["complete"]:
        yield "the run did not come to its end"
    here = {"edition": spec.load().edition, "digest": spec.load().digest}
    if report["spec"] != here:
        yield f"it cites the specification {_edition(report['spec'])}; this version has {_edition(here)}"
    run = report["run"]
    follows = conclusion(
        report["requirements"],
        claimed_by(report["implementation"]),
        [Deviation(**item) for item in report["deviations"]],
        report.get("breaches", ()),
        profile=run["profile"],
        only=run["only"],
        complete=report["complete"],
        gave_up=report.get("gave_up"),
    )
    if follows != report["conclusion"]:
        yield f"its conclusion is {report['conclusion']['headline']!r}; its verdicts say {follows['headline']!r}"


def _edition(spec: Mapping[str, str]) -> str:
    return f"edition {spec['edition']} ({spec['digest'][:12]})"
