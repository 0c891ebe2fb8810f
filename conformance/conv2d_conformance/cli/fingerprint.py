"""`fingerprint`: the arithmetic behind the answers of an implementation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from conv2d_conformance.cli import options
from conv2d_conformance.cli.answer_format import format_option, tell
from conv2d_conformance.cli.target_list import target_argument
from conv2d_conformance.foreign import escaped_line

if TYPE_CHECKING:
    from conv2d_conformance.fingerprint.fingerprint import Fingerprint


@click.command()
@target_argument()
@click.argument("other", required=False)
@format_option()
@options.option("timeout", help=None)
@options.option("isolation", help=None)
def fingerprint(target: str, other: str | None, format: str, timeout: float, isolation: str) -> None:
    """Show the arithmetic behind the answers of TARGET.

    It says how many bits are kept, in which order products are added, by which algorithm, and what is flushed. It is
    an observation, never a verdict. With a second TARGET, such as the same library with other options, what
    differs between the two is shown: `fingerprint "torch?threads=1" "torch?threads=2"`.
    """
    from conv2d_conformance.fingerprint import differences, page

    found = [_taken(name, timeout, isolation) for name in (target, other) if name is not None]
    if format == "json":
        tell(found[0] if other is None else found)
    elif other is None:
        click.echo(page(found[0]), nl=False)
    else:
        names = (escaped_line(target), escaped_line(other))
        click.echo(differences(found[0], found[1], names), nl=False)


def _taken(target: str, timeout: float, isolation: str) -> Fingerprint:
    from conv2d_conformance.cli.progress import progress
    from conv2d_conformance.fingerprint import take
    from conv2d_conformance.implementation.host import connect

    with progress(target) as on_progress:
        implementation = connect(target, isolation=isolation, timeout=timeout)
        try:
            return take(implementation, on_progress=on_progress)
        finally:
            implementation.close()
