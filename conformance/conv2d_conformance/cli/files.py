"""Files that are written when the work is done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click


class Page(click.Path):
    """The path of a file that is to be written, which is refused before the work begins where it could not be."""

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.parent.is_dir():
            self.fail(f"{path.parent} is no folder; make it, or name another file.", param, ctx)
        if not os.access(path.parent, os.W_OK):
            self.fail(f"nothing can be written into {path.parent}; name a file elsewhere.", param, ctx)
        return path
