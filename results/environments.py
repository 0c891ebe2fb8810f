"""The environments of tox.ini in which the libraries of the results are installed, and why one cannot be made here."""

from __future__ import annotations

import os
import platform
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

ROOT = Path(__file__).parents[1]
WORK = ROOT / ".tox"
TOX = [sys.executable, "-m", "tox"]

NO_RELEASE = re.compile(r"No matching distribution found for (\S+)")
NO_ENVIRONMENT = re.compile(r"environments not found in configuration file:\s*(\S+)")
NOISE = re.compile(r"^\s*(\.pkg|certify-[\w-]+): |evaluation failed|^\s*$|^\[notice\]")
"""Lines of tox about itself, which do not say why."""


class Missing(Exception):
    """Why an environment cannot be made here, in one sentence."""


@dataclass
class Environments:
    """Makes each environment once, one after the other; tox cannot build the package twice at the same time."""

    made: dict[tuple[str, tuple[str, ...]], list[str] | Missing] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def ready(self, name: str, requirements: tuple[str, ...] = ()) -> list[str]:
        """The words before a command that is to run in an environment with the requirements installed over it.

        Missing says why there is none.
        """
        with self.lock:
            if (name, requirements) not in self.made:
                self.made[name, requirements] = self._make(name, requirements)
            found = self.made[name, requirements]
        if isinstance(found, Missing):
            raise found
        return found

    def _make(self, name: str, requirements: tuple[str, ...]) -> list[str] | Missing:
        """Let tox do all but the tests. Its `commands_pre` are made: they say what of the system is missing."""
        folder = WORK / "releases" / file_name("-".join(requirements)) if requirements else WORK
        where = ["--workdir", str(folder), "-e", name]
        if said := _told([*TOX, "run", *where, "--override", f"testenv:{name}.commands="]):
            return Missing(said)
        inside = [*TOX, "exec", "-qq", "--skip-pkg-install", "--skip-env-install", *where, "--"]
        if said := _told([*inside, "python", "-m", "pip", "install", "--quiet", *requirements] if requirements else []):
            return Missing(said)
        return inside


def run(command: list[str], *, seconds: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command of an environment in the root of the project, as tox does.

    TimeoutExpired says that it took longer than the seconds; all that it had started is ended then, and not tox alone.
    """
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("TOX_", "VIRTUAL_ENV"))}
    group = None if seconds is None else 0  # a group of its own, which Ctrl-C does not reach, only to end the group
    with subprocess.Popen(
        command, cwd=ROOT, env=outside, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, process_group=group
    ) as process:
        try:
            stdout, stderr = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def file_name(text: str) -> str:
    """The text as the name of a file."""
    return re.sub(r"[^\w.=-]+", "-", text)


def _told(command: list[str]) -> str:
    """Run a command, if there is one. Why it failed, in one sentence; empty where it did not."""
    if not command:
        return ""
    ran = run(command)
    return "" if ran.returncode == 0 else why(ran.stdout + ran.stderr) or f"exit status {ran.returncode}"


def why(output: str) -> str:
    """The sentence of an output that says why something could not be installed."""
    if found := NO_RELEASE.search(output):
        return f"there is no release {found[1]} for Python {platform.python_version()} on {platform.machine()}"
    if found := NO_ENVIRONMENT.search(output):
        return f"tox.ini has no environment {found[1]}"
    lines = [line.strip() for line in output.splitlines() if not NOISE.search(line)]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or [""])[-1]
