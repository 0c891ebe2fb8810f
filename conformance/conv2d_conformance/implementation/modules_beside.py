"""The modules that a target in a file has from its own folder: code that no version tells."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from conv2d_conformance.sources import PACKAGES

INSTALLED = {"site-packages", "dist-packages"}
"""Folders of what has a version, as of an environment within the folder of the target."""


def modules_beside(path: str, before: Collection[str]) -> str:
    """The number and a digest of the sources of modules below the folder of a file; empty where there are none.

    Those that were there `before` are left out, and so are the suite and the file itself. So it is the same in every
    process that imports the file, wherever the folder is.
    """
    folder, own = Path(path).resolve().parent, Path(path).resolve()
    total, count = hashlib.sha256(), 0
    for source in sorted({*_sources(before)} - {own}):
        if source.is_relative_to(folder) and INSTALLED.isdisjoint(source.relative_to(folder).parts):
            text = source.read_bytes()
            total.update(f"{source.relative_to(folder).as_posix()} {len(text)}\n".encode() + text)
            count += 1
    return f"{count} of its folder, sha256:{total.hexdigest()[:12]}" if count else ""


def _sources(before: Collection[str]) -> Iterator[Path]:
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__dict__", {}).get("__file__")  # to ask a lazy module would import it
        if name not in before and str(name).partition(".")[0] not in PACKAGES and isinstance(file, str):
            source = Path(file)
            if source.suffix == ".py" and source.is_file():
                yield source.resolve()
