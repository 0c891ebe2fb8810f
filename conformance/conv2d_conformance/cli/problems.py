"""Errors for people: one sentence on standard error, a hint, and an exit status with a meaning."""

from __future__ import annotations

import click

from conv2d_conformance.foreign import LONGEST_SENTENCE, shortened, showable
from conv2d_conformance.hinted import Hinted

USAGE = 2
HARNESS = 3
INTERRUPTED = 130


class Problem(click.ClickException):
    """An expected error. It ends the program."""

    def __init__(self, sentence: str, hint: str = "", *, status: int = USAGE) -> None:
        super().__init__(showable(sentence, LONGEST_SENTENCE))
        self.hint = showable(hint, 4 * LONGEST_SENTENCE)
        self.exit_code = status  # type: ignore[misc]  # a variable of the class to click

    def format_message(self) -> str:
        return f"{self.message}\nHint: {self.hint}" if self.hint else self.message


def problem_of(error: Exception) -> Problem:
    """The problem for an exception of the suite. An unexpected exception is the suite's own failure."""
    from conv2d_conformance.environment import lack_of
    from conv2d_conformance.implementation.target import LoadError, TargetError
    from conv2d_conformance.output.unwritable import UnwritableOutput

    match error:
        case TargetError() | Hinted():
            is_elsewhere = isinstance(error, Hinted) and error.is_of_the_environment
            return Problem(error.sentence, error.hint, status=HARNESS if is_elsewhere else USAGE)
        case LoadError():
            return Problem(error.sentence, _with_last_words(error.hint, error.stderr), status=HARNESS)
        case UnwritableOutput():
            return Problem(error.sentence, error.hint, status=error.status)
    if lack := lack_of(error):
        return Problem(lack.sentence, lack.hint, status=HARNESS)
    what = f"{type(error).__name__}: {error}".removesuffix(": ")
    return Problem(
        f"the suite itself failed: {what}",
        "please report it, with what `conv2d-conformance --traceback ...` shows",
        status=HARNESS,
    )


def _with_last_words(hint: str, stderr: str) -> str:
    from conv2d_conformance.implementation.last_words import shown_lines

    return "\n  ".join([hint, *(shortened(line, LONGEST_SENTENCE) for line in shown_lines(stderr))])
