"""Write the site as a whole: the new one replaces the old one at the end, or nothing changes."""

from __future__ import annotations

from pathlib import Path

from conv2d_conformance.output.new_folder import new_folder, require_free
from conv2d_conformance.site.built import SiteBuilt
from conv2d_conformance.site.contents import Checks, Contents
from conv2d_conformance.site.pages import pages
from conv2d_conformance.site.published import published

MARK = "assets/site.css"
"""The file by which an earlier site is known."""

WHAT = "an earlier site"


def build(results: Path, folder: Path, checks: Checks) -> SiteBuilt:
    """Make the site of a folder of results. NothingPublished or UnwritableOutput."""
    require_free(folder, mark=MARK, what=WHAT)
    contents = Contents(published(results), checks)
    written, size = 0, 0
    with new_folder(folder, mark=MARK, what=WHAT) as draft:
        for address, text in pages(contents):
            file = draft / address
            file.parent.mkdir(parents=True, exist_ok=True)
            data = text.encode("utf-8", errors="backslashreplace")
            file.write_bytes(data)
            written, size = written + address.endswith(".html"), size + len(data)
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
