"""Make the reports of the bundled adapters, their reproducers and their page anew: `tox -e results`."""

from __future__ import annotations

import platform
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

from conv2d_conformance.report.reading import read
from conv2d_conformance.report.report import Report

RESULTS = Path(__file__).parent
REPRODUCERS = RESULTS / "reproducers"
ADAPTERS = RESULTS.parent / "adapters" / "conv2d_adapters"
RUNS = tomllib.loads((RESULTS / "runs.toml").read_text(encoding="utf-8"))["run"]
"""What is run, and where its report is kept."""


def main() -> None:
    for run in RUNS:
        examine(run)
    paths = sorted(RESULTS.glob("*/*/*.json"))
    REPRODUCERS.mkdir(exist_ok=True)
    for old in REPRODUCERS.glob("*.py"):
        old.unlink()
    missing = [line for path in paths for line in reproduce(read(path))]
    (REPRODUCERS / "README.md").write_text(page_of_missing(missing), encoding="utf-8")
    page = [
        "conv2d-conformance",
        "summary",
        "--format",
        "markdown",
        *(str(path.relative_to(RESULTS)) for path in paths),
    ]
    text = subprocess.run(page, cwd=RESULTS, check=True, capture_output=True, text=True).stdout
    (RESULTS / "README.md").write_text(text, encoding="utf-8")


def examine(run: dict[str, str]) -> None:
    """Write the report of one run to where it belongs: IMPLEMENTATION/VERSION/PLATFORM[-OPTIONS].json."""
    target, options = run["target"], ["--profile", run["profile"], "--effort", run["effort"]]
    if file := run.get("file"):
        write_report(RESULTS / file, target, *options)
        return
    name, _, chosen = target.partition("?")
    draft, deviations = RESULTS / "draft.json", ADAPTERS / f"{name.replace('-', '_')}.deviations.toml"
    declared = ["--deviations", str(deviations)] if deviations.exists() else []
    write_report(draft, target, *options, *declared)
    version = read(draft).implementation.version
    place = f"{platform.system()}-{platform.machine()}".lower()
    suffix = f"-{chosen.replace('&', '-')}" if chosen else ""
    finished = RESULTS / name / version / f"{place}{suffix}.json"
    finished.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(finished)


def write_report(path: Path, target: str, *options: str) -> None:
    path.unlink(missing_ok=True)  # that of a run which came to no end, perhaps of another kind
    command = ["conv2d-conformance", "run", target, *options, "--output", str(path)]
    status = subprocess.run(command, check=False).returncode
    if status not in (0, 1):
        sys.exit(f"{target} could not be examined: exit status {status}")


def reproduce(report: Report) -> list[str]:
    """Write a script for every failure, which needs NumPy and the implementation alone; say what has none."""
    target = report.run.target
    missing = []
    for entry in report.requirements:
        if failure := entry.failure:
            after = [word for line in failure.after for word in ("--after", line)]
            command = ["conv2d-conformance", "replay", failure.case, target, "--script", *after]
            asked = subprocess.run(command, check=False, capture_output=True, text=True)
            name = f"{target.replace('?', '-').replace('&', '-')}-{entry.id}.py"
            if not publish(asked.stdout, REPRODUCERS / name):
                why = "runs without a fault here" if asked.stdout else asked.stderr.strip().splitlines()[-1].strip()
                missing.append(f"`{entry.id}` of `{target}`: {why}; `{shlex.join(command)}`")
    return missing


def publish(script: str, path: Path) -> bool:
    """Keep a script only where it fails when it is run, as the run did."""
    if not script:
        return False
    path.write_text(script, encoding="utf-8")
    if subprocess.run([sys.executable, str(path)], check=False, capture_output=True).returncode != 0:
        return True
    path.unlink()
    return False


def page_of_missing(missing: list[str]) -> str:
    """What stands beside the scripts: what no script shows."""
    items = "".join(f"- {sentence}\n" for sentence in missing) or "- none\n"
    return f"# Reproducers\n\nEach script failed when it was written. Failures without one:\n\n{items}"


if __name__ == "__main__":
    main()
