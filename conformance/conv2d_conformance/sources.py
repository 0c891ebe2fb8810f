"""The digest of the suite's sources: two suites with the same sources ask the same."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path

PACKAGES = ("conv2d_conformance", "conv2d_reference")

DEPENDENCIES = ("numpy", "scipy", "ml_dtypes", "hypothesis")
"""The packages of others on which the numbers depend: reports and pages name their versions."""
"""The suite, and the reference on which it rests."""


@cache
def digest() -> str:
    """SHA-256 of the names and texts of all sources, whatever their line ends."""
    total = hashlib.sha256()
    for package in PACKAGES:
        folder = Path(str(files(package)))
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".txt"):
                text = path.read_bytes().replace(b"\r\n", b"\n")
                total.update(f"{package}/{path.relative_to(folder).as_posix()} {len(text)}\n".encode() + text)
    return total.hexdigest()
