"""Files that are written when the work is done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from conv2d_conformance.output.destination import Destination, find

if TYPE_CHECKING:
    from rich.console import Console


class Page(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click alone
    """A file that is to be written, which is refused before the work begins where it could not be."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Destination:  # noqa: ARG002  # click's signature
        """Where the page goes."""
        return value if isinstance(value, Destination) else find(value, option=param.opts[0] if param else "--output")


def console_beside(page: Destination | None) -> Console:
    """A console for what is told: on standard error, where standard output is to have nothing but the page."""
    from conv2d_conformance.report.console import console

    return console(sys.stderr if page is not None and page.is_standard_output else None)
