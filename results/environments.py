"""The environments of tox.ini in which the libraries of the results are installed, and why one cannot be made here."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

ROOT = Path(__file__).parents[1]
WORK = ROOT / ".tox"

NO_RELEASE = re.compile(r"No matching distribution found for (\S+)")
NOISE = re.compile(r"^\s*(\.pkg|certify-[\w-]+): |evaluation failed|^\s*$|^\[notice\]")
"""Lines of tox about itself, which do not say why."""


class Missing(Exception):
    """Why an environment cannot be made here, in one sentence."""


@dataclass
class Environments:
    """Makes each environment once, one after the other; tox cannot build the package twice at the same time."""

    made: dict[tuple[str, tuple[str, ...]], Path | Missing] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def python(self, name: str, requirements: tuple[str, ...] = ()) -> Path:
        """The interpreter of an environment, with the requirements over it. Missing says why there is none."""
        with self.lock:
            if (name, requirements) not in self.made:
                self.made[name, requirements] = self._make(name, requirements)
            found = self.made[name, requirements]
        if isinstance(found, Missing):
            raise found
        return found

    def _make(self, name: str, requirements: tuple[str, ...]) -> Path | Missing:
        """Let tox install all but the tests: `commands_pre` stay, which say what of the system is missing."""
        folder = WORK / "releases" / file_name("-".join(requirements)) if requirements else WORK
        tox = [sys.executable, "-m", "tox", "run", "--workdir", str(folder), "-e", name]
        if said := _told([*tox, "--override", f"testenv:{name}.commands="]):
            return Missing(said)
        python = folder / name / "bin" / "python"
        if not python.exists():
            return Missing(f"tox made no environment {name}; its Python is not here")
        if requirements and (said := _told([str(python), "-m", "pip", "install", "--quiet", *requirements])):
            return Missing(said)
        return python


def file_name(text: str) -> str:
    """The text as the name of a file."""
    return re.sub(r"[^\w.=-]+", "-", text)


def _told(command: list[str]) -> str:
    """Run a command. Why it failed, in one sentence; empty where it did not."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("TOX_", "VIRTUAL_ENV"))}
    ran = subprocess.run(
        command, cwd=ROOT, env=outside, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return "" if ran.returncode == 0 else why(ran.stdout) or f"exit status {ran.returncode}"


def why(output: str) -> str:
    """The sentence of an output that says why something could not be installed."""
    if found := NO_RELEASE.search(output):
        return f"there is no release {found[1]} for Python {platform.python_version()} on {platform.machine()}"
    lines = [line.strip() for line in output.splitlines() if not NOISE.search(line)]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or [""])[-1]
