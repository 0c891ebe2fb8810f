"""Scripts that show the failures of a report with NumPy and the library alone."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

from conv2d_conformance.report.report import Report
from results.environments import run

SECONDS = 120
"""Longer than any library takes to load and answer one call: what has no end by then hangs, as the run told."""


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
            command = ["conv2d-conformance", "replay", failure.case, report.run.target, "--script", *after]
            asked = run([*inside, *command, "--format", "json"])
            script, why = script_in(asked)
            folder.mkdir(parents=True, exist_ok=True)
            if not publish(script, folder / f"{entry.id}.py", [*inside, "python"]):
                missing.append(f"`{entry.id}`: {why}; `{shlex.join(command)}`")
    if folder.exists():
        (folder / "README.md").write_text(page_of_missing(missing), encoding="utf-8")


def script_in(asked: subprocess.CompletedProcess[str]) -> tuple[str, str]:
    """The script in an answer of `replay`, or nothing, and why it may not be published. Behind it, tox may say more."""
    try:
        answer, _ = json.JSONDecoder().raw_decode(asked.stdout)
    except json.JSONDecodeError:
        said = asked.stderr.strip().splitlines() or ["nothing was said"]
        return "", said[-1].strip()
    return answer["script"] or "", answer["no_script"] or "runs without a fault here"


def publish(script: str, path: Path, python: list[str]) -> bool:
    """Keep a script only where it fails when it is run, as the run did. SyntaxError for what is no script."""
    if not script:
        return False
    compile(script, path.name, "exec")  # which would fail as well
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
