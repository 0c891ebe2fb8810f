"""All that the suite says, in files to be compared: `python what_it_says.py FOLDER`, before a change and after it.

    diff -r BEFORE AFTER

A change of structure changes nothing of it. The reports are those of the bundled adapters at quick, without what
depends on the day, the machine and the text of the sources. The table of the self-test has every mutant and every check
of its requirement. And some drawn cases are judged, three of each mutant.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import Progress

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.cases.strategies import sample
from conv2d_conformance.checks.gradient_cases import gradients_of
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import Mutant
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.pool import pool
from conv2d_conformance.selftest import kills
from conv2d_conformance.typed_json import as_json
from conv2d_conformance.verdict.examination import Examination, Nonconforming

RUNS = {
    "reference-direct": "layer",
    "reference-correlate": "training",
    "torch": "forward",
    "torch-layer": "training",
    "onnxruntime": "forward",
}
"""The profile of each bundled adapter."""

CASES = 3
"""Drawn for each mutant."""


def report(target: str, profile: str, folder: Path) -> Any:
    path = folder / "report.json"
    arguments = ["run", target, "--profile", profile, "--effort", "quick", "--output", str(path)]
    command = [sys.executable, "-m", "conv2d_conformance", *arguments]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    found = json.loads(path.read_text(encoding="utf-8"))
    path.unlink()
    del found["environment"], found["execution"], found["suite"]["sources"]
    return found


def encounters(name: str) -> list[dict[str, Any]]:
    """One mutant and the checks of its requirement."""
    return [asdict(found) | {"seconds": None} for found in kills.encounters(name, "quick", 0)]


def judged(name: str) -> list[dict[str, Any]]:
    """What is said of one mutant in drawn cases."""
    mutant = mutants()[name]
    return [{"mutant": name, **_judged(mutant, case)} for case in _drawn(mutant)]


def _drawn(mutant: Mutant) -> Iterator[Case]:
    number = list(mutants()).index(mutant.name)
    wanted = "gradients" if mutant.breaks.startswith("gradients.") else "conv2d"
    for case in sample(CASES, number):
        yield gradients_of(case) if wanted == "gradients" else case


def _judged(mutant: Mutant, case: Case) -> dict[str, Any]:
    examination = Examination(InProcess(mutant.adapter), EFFORTS["quick"], simplifier=None)
    try:
        examination.judge(case)
    except Nonconforming as found:
        failure = as_json(found.failure)
        assert isinstance(failure, dict)
        return {**failure, "case": format_case(case)}
    tally = examination.tally
    return {"case": format_case(case), "elements": tally.elements, "evidence": tally.evidence}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with Progress() as progress:
        for target, profile in progress.track(RUNS.items(), description="reports"):
            _write(options.folder / f"{target}.json", report(target, profile, options.folder))
        for work in (judged, encounters):
            task = progress.add_task(work.__name__, total=len(mutants()))
            found: dict[str, list[dict[str, Any]]] = {}
            with pool(options.workers) as executor:
                futures = {executor.submit(work, name): name for name in mutants()}
                for future in as_completed(futures):
                    found[futures[future]] = future.result()
                    progress.advance(task)
            rows = [row for name in mutants() for row in found[name]]
            _write(options.folder / f"{work.__name__}.json", rows)


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
