"""What a target costs among many, with `run --effort quick --stop first --workers 2`, beside a run of one alone.

    python many.py [--every N] [--markdown FILE]

Classic faults, kernels that are wrong for few calls, 200 that are made of parts (or one in N of them), and right ones
are each examined in one command. (Mutants and variants are no targets for this: they are made of the reference, which
is a reason to refuse them.) Seconds of a busy
machine say little: processor seconds are those of the command and of all its processes, and the ratio is to a run of a
right kernel alone, before and after, which a busy machine slows as much. The seconds until told are from when the
process of a target was up to its report, with diagnosis and confirmation.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import classic_faults
import generated_kernels
import other_kernels

HERE = Path(__file__).resolve().parent
RIGHT = f"{HERE / 'classic_faults.py'}:right"
NEVER_SOON = {"right", "slow", "slow_and_wrong", "memory_leak", "memory_hog", "hangs_sometimes"}
NEVER_SOON |= {"hangs_always", "spins_always", "hangs_with_dilation"}
"""A right one, slow ones, and those that wait for a time limit or take memory: these cost what the limits say."""


@dataclass(frozen=True)
class Row:
    """What the targets of one command cost, each on average."""

    name: str
    targets: int
    as_expected: int
    seconds: float
    processor: float
    told: float


NOTHING_BROKEN, BROKEN = (0, 4), (1,)


def examined(name: str, targets: list[str], statuses: tuple[int, ...]) -> Row:
    """Examine targets; each should end with one of the statuses."""
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder, "targets")
        named.write_text("\n".join(targets) + "\n", encoding="utf-8")
        command = [sys.executable, "-m", "conv2d_conformance", "run", "--targets", str(named), "--effort", "quick"]
        command += ["--stop", "first", "--workers", "2", "--format", "jsonl", "--accept-limits"]
        command += ["--output", f"{folder}/{'report.json' if len(targets) == 1 else ''}"]
        before, started = os.times(), time.perf_counter()
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        seconds, after = time.perf_counter() - started, os.times()
        found: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
        told = [json.loads(Path(one["report"]).read_text())["execution"]["seconds"] for one in found if one["report"]]
    for one in found:
        if one["exit_status"] not in statuses:
            print(f"{one['target']} ended with {one['exit_status']}: {one['headline']}", file=sys.stderr)
    count = len(targets)
    processor = sum(after[2:4]) - sum(before[2:4])
    right = sum(one["exit_status"] in statuses for one in found)
    return Row(name, count, right, seconds / count, processor / count, statistics.median(told))


def others(*, are_right: bool) -> list[str]:
    return _of("other_kernels", [name for name in other_kernels.KERNELS if (name in other_kernels.RIGHT) == are_right])


def generated(names: Iterable[str], every: int) -> list[str]:
    return _of("generated_kernels", [*names][::every])


def _of(module: str, names: Iterable[str]) -> list[str]:
    return [f"{HERE / module}.py:{name}" for name in names]


def classic() -> list[str]:
    return _of("classic_faults", (name for name in classic_faults.FAULTS if name not in NEVER_SOON))


def markdown(rows: list[Row], alone: float) -> str:
    load = os.getloadavg()[1]
    told = (
        f"Measured by `many.py` on {datetime.datetime.now(datetime.UTC).date()}, on {os.cpu_count()} processors that "
        f"had {load:.0f} processes to run at a time: all seconds, those of the processor too, are longer than on an "
        "idle machine. The ratio is to the processor seconds of a right kernel alone in the same minutes. On two idle "
        "processors, a target takes about half its processor seconds."
    )
    lines = [
        "# What a target costs among many",
        "",
        textwrap.fill(told, 120),
        "",
        "| kernels | number | told as they are | processor seconds | ratio | seconds | seconds until told, median |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        lines.append(
            f"| {row.name} | {row.targets} | {row.as_expected} | {row.processor:.2f} | {row.processor / alone:.2f} "
            f"| {row.seconds:.2f} | {row.told:.2f} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--markdown", type=Path, metavar="FILE")
    parser.add_argument("--every", type=int, default=1, metavar="N")
    options = parser.parse_args()
    rows = [
        examined("a right one alone, before", [RIGHT], NOTHING_BROKEN),
        examined("classic faults", classic(), BROKEN),
        examined("wrong for few calls", others(are_right=False), BROKEN),
        examined("generated, wrong", generated(generated_kernels.WRONG, options.every), BROKEN),
        examined("right ones", others(are_right=True), NOTHING_BROKEN),
        examined("generated, right", generated(generated_kernels.RIGHT, options.every), NOTHING_BROKEN),
        examined("a right one alone, after", [RIGHT], NOTHING_BROKEN),
    ]
    text = markdown(rows, (rows[0].processor + rows[-1].processor) / 2)
    print(text)
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
