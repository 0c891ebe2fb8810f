"""What is told of a site that was written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SiteBuilt:
    """A site that was written. `refused` says in sentences what of the results was not read."""

    folder: str
    start: str
    pages: int
    reports: int
    findings: int
    bytes: int
    refused: tuple[str, ...]
