"""The command line, one file per command. A command imports slow modules itself when it runs."""

from __future__ import annotations

from typing import Any

import click

from conv2d_conformance import __version__
from conv2d_conformance.cli.answer_format import JSON, ErrorForPrograms, asks_for_json
from conv2d_conformance.cli.badge import badge
from conv2d_conformance.cli.compare import compare
from conv2d_conformance.cli.diff import diff
from conv2d_conformance.cli.draft_deviations import deviations
from conv2d_conformance.cli.explain import explain
from conv2d_conformance.cli.export import export
from conv2d_conformance.cli.fingerprint import fingerprint
from conv2d_conformance.cli.fuzz import fuzz
from conv2d_conformance.cli.initialisation import initialisation
from conv2d_conformance.cli.listing import list_
from conv2d_conformance.cli.merge import merge
from conv2d_conformance.cli.power import power
from conv2d_conformance.cli.problems import INTERRUPTED, Problem, problem_of
from conv2d_conformance.cli.reference import reference
from conv2d_conformance.cli.replay import replay
from conv2d_conformance.cli.run import run
from conv2d_conformance.cli.selftest import selftest
from conv2d_conformance.cli.sharpness import sharpness
from conv2d_conformance.cli.signals import handle_signals
from conv2d_conformance.cli.site import site
from conv2d_conformance.cli.smoke import smoke
from conv2d_conformance.cli.standard_streams import make_lasting
from conv2d_conformance.cli.summary import summary
from conv2d_conformance.cli.variants import variants
from conv2d_conformance.cli.verify import verify
from conv2d_conformance.descriptors import occupy_standard_descriptors
from conv2d_conformance.implementation.strays import adopting_orphans
from conv2d_conformance.implementation.threads import use_one_thread

EXIT_STATUS = """\b
Exit status:
  0    conforming, or nothing fails but what is declared
  1    a MUST is broken or not reached, a deviation is stale, or a rule for adapters is broken
  2    wrong usage
  3    the adapter could not be loaded, an output not be written, something is lacking, or the suite itself failed
  4    nothing is broken, and there is no full certificate: partial claims, a selection, a part of a
       run, limits without --accept-limits, no isolation, a run that gave up, nothing judged
  130  interrupted
"""


class Program(click.Group):
    """A group whose errors are sentences, and whose commands are listed in the order in which people need them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[JSON] = asks_for_json(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return self._invoke(ctx)
        except click.ClickException as error:
            if ctx.meta[JSON]:
                raise ErrorForPrograms(error) from None
            raise

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            raise Problem("interrupted", status=INTERRUPTED) from None
        except Exception as error:
            if ctx.params["traceback"]:
                raise
            raise problem_of(error) from None

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return list(self.commands)


@click.group(
    cls=Program,
    epilog=EXIT_STATUS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="conv2d-conformance")
@click.option("--traceback", is_flag=True, help="Show where an unforeseen error came from.")
def program(traceback: bool) -> None:  # Program.invoke reads it
    """Certify any conv2d against the definition of nn_conv2d.

    A TARGET is the name of a bundled adapter (`list adapters`), package.module:object, path/to/file.py:object,
    path/to/library.so:function, or command:PROGRAM ARG ...; options follow as in torch?threads=2.
    """


for command in (
    run,
    smoke,
    list_,
    explain,
    reference,
    replay,
    fuzz,
    fingerprint,
    compare,
    merge,
    summary,
    diff,
    badge,
    deviations,
    verify,
    site,
    export,
    initialisation,
    selftest,
    variants,
    power,
    sharpness,
):
    program.add_command(command)


def main() -> None:
    """The console script. While it runs, its process adopts orphans of its descendants (see `strays`)."""
    occupy_standard_descriptors()
    make_lasting()
    handle_signals()
    use_one_thread()
    with adopting_orphans():
        program(prog_name="conv2d-conformance")
