"""Where each page of the site is, relative to its root. An address of the specification carries the edition."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath

LONGEST = 120
"""The longest name of a page, in characters."""

HOME = "index.html"
CERTIFY = "certify.html"
EDITIONS = "editions.html"
POWER = "power.html"
SHARPNESS = "sharpness.html"
FINDINGS = "findings/index.html"


def slugs(paths: Iterable[str]) -> dict[str, str]:
    """A name for each path of a report: letters, digits and marks that no address has to escape.

    It depends on the path alone, so that an address stays. Paths that would share a name carry a digest of themselves.
    """
    plain = {path: _plain(path) for path in paths}
    shared = Counter(name.lower() for name in plain.values())  # a disk may not tell capitals apart
    return {path: f"{name}-{_digest(path)}" if shared[name.lower()] > 1 else name for path, name in plain.items()}


def _plain(path: str) -> str:
    parts = [part for part in PurePosixPath(path.removesuffix(".json")).parts if part != "/"]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", "--".join(parts)).strip(".-")
    return name if name and len(name) <= LONGEST else f"{name[: LONGEST - 9]}-{_digest(path)}".lstrip("-")


def _digest(path: str) -> str:
    return hashlib.sha256(path.encode("utf-8", errors="surrogateescape")).hexdigest()[:8]


def implementation(slug: str) -> str:
    """The page of one report."""
    return f"implementations/{slug}.html"


def data(slug: str) -> str:
    """The report itself."""
    return f"reports/{slug}.json"


def specification(edition: str) -> str:
    """The text of an edition, with an anchor for each requirement."""
    return f"edition-{edition}/index.html"


def interpreting(edition: str) -> str:
    """How requirements are put to an implementation."""
    return f"edition-{edition}/interpreting.html"


def requirement(edition: str, id: str) -> str:
    """The page of one requirement."""
    return f"edition-{edition}/{id}.html"


def finding(name: str) -> str:
    """The page of one finding."""
    return f"findings/{name}.html"


def root_from(address: str) -> str:
    """The way from a page back to the root."""
    return "../" * address.count("/")
