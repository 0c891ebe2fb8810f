"""What a run costs beside another version of the suite: `python paired.py OLD [TARGET ...] [--pairs N]`.

OLD is a checkout of the other version, as `git worktree add OLD COMMIT` makes it. Both examine each target at effort
quick, by turns, so that what else the machine does meets both. Told are medians, in seconds: the time, the processor
time of the harness and of the processes that it started, and the part of the former between an answer and the next
request, in which the implementation waits. Of a machine that is not idle, the processor times say more than the time.
Both are compiled beforehand, as they are where they are installed.

The reports must be the same, apart from times and from the digest of the suite's sources: cases and their order,
verdicts, sentences and fingerprint. Where they are not, the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

TREE = Path(__file__).parents[2]
TARGETS = ("reference-correlate", "torch")
PARTS = ("seconds", "processor", "harness", "worker", "between")
DIFFERENT = ("seconds", "started", "sources")
"""The keys of a report that no two runs, or no two versions, have alike."""

COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment in which modules are compiled once, and kept beside their sources."""

MEASURED_RUN = """
import json, resource, sys, threading, time
from conv2d_conformance import cli
from conv2d_conformance.implementation.process import WorkerProcess

me, between, since = threading.get_ident(), 0.0, None
send, receive = WorkerProcess.send, WorkerProcess.receive

def sends(process, message):
    global between
    if since is not None and threading.get_ident() == me:
        between += time.thread_time() - since
    send(process, message)

def receives(process, *arguments, **named):
    global since
    message = receive(process, *arguments, **named)
    if threading.get_ident() == me:
        since = time.thread_time()
    return message

WorkerProcess.send, WorkerProcess.receive = sends, receives
started, measured, sys.argv = time.perf_counter(), sys.argv[1], ["conv2d-conformance", *sys.argv[2:]]
try:
    cli.main()
except SystemExit:
    pass
used = {name: resource.getrusage(who) for name, who in
        (("harness", resource.RUSAGE_SELF), ("worker", resource.RUSAGE_CHILDREN))}
with open(measured, "w") as file:
    json.dump({"seconds": time.perf_counter() - started, "between": between,
               **{name: usage.ru_utime + usage.ru_stime for name, usage in used.items()}}, file)
"""


def measure(tree: Path, target: str, folder: Path) -> tuple[dict[str, float], Any]:
    """One run of the suite in this checkout: what it took, and its report."""
    paths = os.pathsep.join(str(tree / name) for name in ("conformance", "reference", "adapters"))
    took, report = folder / "took.json", folder / "report.json"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-c", MEASURED_RUN, str(took), "run", target, "--effort", "quick"]
    subprocess.run(
        [*command, "--output", str(report)],
        env={**COMPILED, "PYTHONPATH": paths},
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return json.loads(took.read_text()), _timeless(json.loads(report.read_text()))


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items() if key not in DIFFERENT}
    return [_timeless(item) for item in value] if isinstance(value, list) else value


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("old", type=Path)
    options.add_argument("targets", nargs="*", default=TARGETS)
    options.add_argument("--pairs", type=int, default=3)
    chosen = options.parse_args()
    table = Table("target", "what", "before", "after", "ratio", box=None, pad_edge=False)
    same = True
    for tree in (chosen.old, TREE):
        packages = [str(tree / name) for name in ("conformance/conv2d_conformance", "reference", "adapters")]
        subprocess.run([sys.executable, "-m", "compileall", "-q", *packages], env=COMPILED, check=True)
    with tempfile.TemporaryDirectory() as name:
        for target in chosen.targets:
            took: dict[Path, list[dict[str, float]]] = {chosen.old.resolve(): [], TREE: []}
            for _ in range(chosen.pairs):
                reports = []
                for tree, runs in took.items():
                    cost, report = measure(tree, target, Path(name))
                    runs.append({**cost, "processor": cost["harness"] + cost["worker"]})
                    reports.append(report)
                same &= reports[0] == reports[1]
            for part in PARTS:
                before, after = (median(run[part] for run in runs) for runs in took.values())
                table.add_row(target, part, f"{before:.1f}", f"{after:.1f}", f"{after / before:.2f}")
    console = Console()
    console.print(table)
    console.print(f"The reports are {'the same' if same else 'different'}.")
    sys.exit(not same)


if __name__ == "__main__":
    main()
