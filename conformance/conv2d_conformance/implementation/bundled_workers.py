"""The bundled workers in other languages: the command that runs each, and what must be installed for it."""

from __future__ import annotations

import shlex
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conv2d_conformance.implementation.bundled import bundled_folders


@dataclass(frozen=True)
class BundledWorker:
    """A worker: the target that runs it in any folder, and there first the command that builds it.

    `packages` are commands that install what it needs.
    """

    file: Path
    target: str
    sentence: str
    build: str
    packages: tuple[str, ...]

    @property
    def availability(self) -> str:
        """Whether the program that runs or builds it is here, and what must be done first."""
        program = shlex.split(self.build or self.target.removeprefix("command:"))[0]
        told = [f"{program} {'installed' if shutil.which(program) else 'not installed'}", *self.packages]
        return "; ".join((*told, *filter(None, [self.build])))


def bundled_workers() -> Iterator[BundledWorker]:
    """All bundled workers, as workers.toml beside them describes them."""
    for folder in bundled_folders():
        listed = folder / "workers" / "workers.toml"
        if listed.exists():
            for row in tomllib.loads(listed.read_text(encoding="utf-8"))["worker"]:
                yield _worker(listed.parent / row["file"], row)


def _worker(file: Path, row: dict[str, str | list[str]]) -> BundledWorker:
    quoted = shlex.quote(str(file))
    command, build = (str(row.get(name, "")).replace("{file}", quoted) for name in ("command", "build"))
    installers = {"debian": "apt-get install", "npm": "npm install", "pip": "pip install"}
    packages = (f"{words} {shlex.join(row[kind])}" for kind, words in installers.items() if row.get(kind))
    return BundledWorker(file, f"command:{command}", str(row["calls"]), build, tuple(packages))
