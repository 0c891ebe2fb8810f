"""The type of options that name a file to write when the work is done."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conv2d_conformance.output.destination import Destination, find

if TYPE_CHECKING:
    from rich.console import Console


class Page(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click alone
    """A file to write at the end. One that cannot be written is refused before the work begins."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Destination:  # noqa: ARG002  # click's signature
        """The destination of the page."""
        return value if isinstance(value, Destination) else find(value, option=param.opts[0] if param else "--output")


class PageOrFolder(Page):
    """The same, where several pages may go to a folder: one that is there, or whose name ends in a slash, is a Path."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Destination | Path:  # type: ignore[override]  # a page, or where pages go
        if isinstance(value, str) and value and (value.endswith("/") or Path(value).is_dir()):
            return Path(value)
        return super().convert(value, param, ctx)


def console_beside(page: Destination | None) -> Console:
    """A console for messages. It is on standard error where the page goes to standard output."""
    from conv2d_conformance.report.console import console

    return console(sys.stderr if page is not None and page.is_standard_output else None)
