"""What a wrong implementation costs beside a right one, at effort quick: `python waits.py [NAME ...]`.

Each of `classic_faults.py` is examined in one run, as are two workers in C that give no answer. Processor time and
time are ratios to the right implementation in the same run of this program. Who hangs takes the time that a call is
allowed, at its default, so many times as calls are waited for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
LITTLE_MEMORY = ("--memory", "0.5")
FEW_CHECKS = ("--only", "bias.*")
OPTIONS = {
    "memory_hog": LITTLE_MEMORY,
    "memory_leak": LITTLE_MEMORY,
    "slow": FEW_CHECKS,
    "slow_and_wrong": FEW_CHECKS,
}
RIGHT = {"slow_and_wrong": "slow"}
"""What a fault is compared with, where it is not the right implementation itself."""


@dataclass(frozen=True)
class Cost:
    """What a run took, in seconds, and how it ended."""

    seconds: float
    processor: float
    causes: int
    headline: str


def examine(target: str, options: tuple[str, ...], output: Path) -> Cost:
    """One run in a process of its own."""
    from conv2d_conformance.report.causes import causes

    command = [sys.executable, "-m", "conv2d_conformance", "run", target, "--effort", "quick", "--output", str(output)]
    started, before = time.perf_counter(), os.times()
    subprocess.run([*command, *options], stdout=subprocess.DEVNULL, check=False)
    seconds, after = time.perf_counter() - started, os.times()
    processor = sum(after[2:4]) - sum(before[2:4])
    report = json.loads(output.read_text(encoding="utf-8"))
    return Cost(seconds, processor, len(causes(report)), report.conclusion.headline)


def targets(folder: Path, names: list[str]) -> dict[str, str]:
    """By name, the right one first."""
    import classic_faults

    program = folder / "no_answer"
    subprocess.run(["cc", "-O1", "-o", str(program), str(HERE / "no_answer.c")], check=True)
    faults = {name: f"{HERE / 'classic_faults.py'}:{name}" for name in classic_faults.FAULTS}
    known = {**faults, "segfaults_in_c": f"command:{program}", "hangs_in_c": f"command:{program} hang"}
    wanted = ["right", *(RIGHT[name] for name in names if name in RIGHT), *names] if names else list(known)
    return {name: known[name] for name in dict.fromkeys(wanted)}


def main() -> None:
    console = Console(width=120)
    table = Table(title="What a wrong implementation costs", title_justify="left", box=None, pad_edge=False)
    for column in ("fault", "seconds", "time", "processor", "causes", "end"):
        table.add_column(column, justify="left" if column in ("fault", "end") else "right")
    found: dict[str, Cost] = {}
    with tempfile.TemporaryDirectory() as name:
        for fault, target in targets(Path(name), sys.argv[1:]).items():
            found[fault] = cost = examine(target, OPTIONS.get(fault, ()), Path(name, f"{fault}.json"))
            right = found[RIGHT.get(fault, "right")]
            ratios = (cost.seconds / right.seconds, cost.processor / right.processor)
            table.add_row(
                fault,
                f"{cost.seconds:.0f}",
                *(f"{ratio:.2f}" for ratio in ratios),
                str(cost.causes),
                cost.headline[:60],
            )
            print(f"{fault} {cost.seconds:.0f} s", file=sys.stderr)
    console.print(table)


if __name__ == "__main__":
    main()
