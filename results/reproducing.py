"""Scripts that show the failures of a report with NumPy and the library alone."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from conv2d_conformance.report.report import Report
from results.environments import run

SECONDS = 600


def reproduce(report: Report, inside: list[str], folder: Path) -> None:
    """Write a script for every failure into the folder, and a page that says what has none.

    `inside` are the words before a command that is to run where the library is.
    """
    for old in folder.glob("*.py"):
        old.unlink()
    missing = []
    for entry in report.requirements:
        if failure := entry.failure:
            after = [word for line in failure.after for word in ("--after", line)]
            command = ["replay", failure.case, report.run.target, "--script", *after]
            asked = run([*inside, "conv2d-conformance", *command])
            folder.mkdir(parents=True, exist_ok=True)
            if not publish(asked.stdout, folder / f"{entry.id}.py", [*inside, "python"]):
                said = asked.stderr.strip().splitlines() or ["nothing was said"]
                why = "runs without a fault here" if asked.stdout else said[-1].strip()
                missing.append(f"`{entry.id}`: {why}; `{shlex.join(['conv2d-conformance', *command])}`")
    if folder.exists():
        (folder / "README.md").write_text(page_of_missing(missing), encoding="utf-8")


def publish(script: str, path: Path, python: list[str]) -> bool:
    """Keep a script only where it fails when it is run, as the run did."""
    if not script:
        return False
    path.write_text(script, encoding="utf-8")
    try:
        status = run([*python, str(path)], seconds=SECONDS).returncode
    except subprocess.TimeoutExpired:  # it hangs, as the run did
        return True
    if status != 0:
        return True
    path.unlink()
    return False


def page_of_missing(missing: list[str]) -> str:
    """What stands beside the scripts: what no script shows."""
    items = "".join(f"- {sentence}\n" for sentence in missing) or "- none\n"
    return f"# Reproducers\n\nEach script failed when it was written. Failures without one:\n\n{items}"
