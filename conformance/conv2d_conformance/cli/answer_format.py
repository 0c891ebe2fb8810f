"""How a command writes its answer for programs: with `--format json` one JSON value on standard output, and no more.

An error is such a value too, with the sentence and the exit status; standard error has it for people.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import IO, TYPE_CHECKING, Any

import click

from conv2d_conformance.cli.problems import Problem

if TYPE_CHECKING:
    from rich.console import Console

    from conv2d_conformance.output.destination import Destination

Decorated = Callable[..., Any]

OPTION, JSON, ISSUE = "--format", "json", "issue"


def format_option(*others: str) -> Callable[[Decorated], Decorated]:
    """The option of a command that has an answer for programs, and may have `others`."""
    choices = click.Choice(("text", *others, JSON))
    return click.option(OPTION, type=choices, default="text", show_default=True, help="Of the answer.")


def tell(answer: object, *, compact: bool = False) -> None:
    """Write an answer, a dataclass or several; `compact` on one line, for long arrays."""
    from conv2d_conformance.typed_json import as_json

    click.echo(json.dumps(as_json(answer), indent=None if compact else 2, ensure_ascii=False, allow_nan=False))


def console_for(format: str, page: Destination | None = None, *, for_script: bool = False) -> Console:
    """The console of a command, which nobody sees where the answer is for programs.

    It is on standard error where a page or a script goes to standard output.
    """
    from conv2d_conformance.report.console import console

    has_page = page is not None and page.is_standard_output
    if format == ISSUE:
        return console(io.StringIO())
    if format == JSON:
        if has_page:
            raise Problem("standard output has the JSON, and no page as well", "name a file for the page")
        return console(io.StringIO())
    return console(sys.stderr if for_script or has_page else None)


def asks_for_json(arguments: Sequence[str]) -> bool:
    """Whether a command line asks for JSON, well-formed or not."""
    return f"{OPTION}={JSON}" in arguments or (OPTION, JSON) in pairwise(arguments)


@dataclass(frozen=True)
class ToldError:
    """Why a command has no answer. `hint` is empty where nothing is known that helps."""

    sentence: str
    hint: str
    exit_status: int


@dataclass(frozen=True)
class ErrorAnswer:
    """The answer of a command that ended with an error, of whatever kind."""

    error: ToldError


class ErrorForPrograms(click.ClickException):
    """An error that is told on standard output as well, as JSON."""

    def __init__(self, error: click.ClickException) -> None:
        super().__init__(error.message)
        self._error = error
        self.exit_code = error.exit_code  # type: ignore[misc]  # a variable of the class to click

    def show(self, file: IO[Any] | None = None) -> None:
        error = self._error
        sentence, hint = (error.message, error.hint) if isinstance(error, Problem) else (error.format_message(), "")
        tell(ErrorAnswer(ToldError(sentence, hint, error.exit_code)))
        error.show(file)
