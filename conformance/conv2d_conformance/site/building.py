"""Write the site as a whole: the new one replaces the old one at the end, or nothing changes."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from conv2d_conformance.hinted import Hinted
from conv2d_conformance.site.built import SiteBuilt
from conv2d_conformance.site.contents import Checks, Contents
from conv2d_conformance.site.pages import pages
from conv2d_conformance.site.published import published

MARK = "assets/site.css"
"""The file by which an earlier site is known."""


class OccupiedFolder(Hinted):
    """A folder that holds something other than an earlier site."""


def build(results: Path, folder: Path, checks: Checks) -> SiteBuilt:
    """Make the site of a folder of results. NothingPublished, OccupiedFolder, or OSError."""
    if folder.exists() and not _is_ours(folder):
        raise OccupiedFolder(
            f"{folder} holds something other than an earlier site", "name a folder that is new or empty"
        )
    contents = Contents(published(results), checks)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}-", dir=folder.parent))
    try:
        written, size = 0, 0
        for address, text in pages(contents):
            file = draft / address
            file.parent.mkdir(parents=True, exist_ok=True)
            data = text.encode("utf-8", errors="backslashreplace")
            file.write_bytes(data)
            written, size = written + address.endswith(".html"), size + len(data)
        draft.chmod(0o755)
        _replace(folder, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    found = contents.published
    return SiteBuilt(
        folder=str(folder),
        start=str(folder / "index.html"),
        pages=written,
        reports=len(found.reports),
        findings=len(found.findings),
        bytes=size,
        refused=found.refused,
    )


def _is_ours(folder: Path) -> bool:
    return folder.is_dir() and ((folder / MARK).is_file() or not any(folder.iterdir()))


def _replace(folder: Path, draft: Path) -> None:
    """Put the draft in the place of the folder."""
    if not folder.exists():
        os.replace(draft, folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}-old-", dir=folder.parent))
    os.replace(folder, old)
    os.replace(draft, folder)
    shutil.rmtree(old, ignore_errors=True)
