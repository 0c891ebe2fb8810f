"""Make the reports of the bundled adapters and their page anew: `tox -e results`."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

RESULTS = Path(__file__).parent
RUNS = (
    ("reference-direct", "forward", "quick"),
    ("reference-correlate", "training", "quick"),
    ("torch", "forward", "quick"),
    ("torch?channels_last=on", "forward", "quick"),
    ("torch?onednn=off", "forward", "quick"),
    ("torch?threads=2", "forward", "quick"),
    ("torch-layer", "training", "quick"),
    ("onnxruntime", "forward", "quick"),
)
"""What is run: target, profile, effort."""


def main() -> None:
    for target, profile, effort in RUNS:
        name, _, options = target.partition("?")
        draft = RESULTS / "draft.json"
        command = [
            "conv2d-conformance",
            "run",
            target,
            "--profile",
            profile,
            "--effort",
            effort,
            "--output",
            str(draft),
        ]
        status = subprocess.run(command, check=False).returncode
        if status not in (0, 1):
            sys.exit(f"{target} could not be examined: exit status {status}")
        version = json.loads(draft.read_text(encoding="utf-8"))["implementation"]["version"]
        place = f"{platform.system()}-{platform.machine()}".lower()
        suffix = f"-{options.replace('&', '-')}" if options else ""
        finished = RESULTS / name / f"{version}-{place}{suffix}.json"
        finished.parent.mkdir(exist_ok=True)
        draft.replace(finished)
    reports = sorted(str(path.relative_to(RESULTS)) for path in RESULTS.glob("*/*.json"))
    page = ["conv2d-conformance", "summary", "--format", "markdown", *reports]
    text = subprocess.run(page, cwd=RESULTS, check=True, capture_output=True, text=True).stdout
    (RESULTS / "README.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
