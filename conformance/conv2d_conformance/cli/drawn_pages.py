"""What `reference` and `replay` show of an operation whose answers are drawn: it has no right answer to print."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from conv2d_conformance.cli.layer_lines import replay_layers, show_law
from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.operations import Operation


class ShowLaw(Protocol):
    """Print the law of the answers to a line, as text, as JSON, or for an issue that leads to a site."""

    def __call__(self, line: str, format: str, site: str | None = None) -> None: ...


class Replay(Protocol):
    """Ask a line again, print what came of it, and return the exit status."""

    def __call__(
        self,
        line: str,
        target: str,
        *,
        isolation: str,
        timeout: float,
        with_script: bool = False,
        format: str = "text",
        site: str | None = None,
    ) -> int: ...


class DrawnPages(NamedTuple):
    """The two pages of one operation."""

    show_law: ShowLaw
    replay: Replay


PAGES = {"initialize": DrawnPages(show_law, replay_layers)}


def pages_of(operation: Operation) -> DrawnPages:
    """The pages of an operation. Problem where it has none."""
    if operation.name not in PAGES:
        raise Problem(f"answers to {operation.name} are drawn, and this program has no page for their law")
    return PAGES[operation.name]
