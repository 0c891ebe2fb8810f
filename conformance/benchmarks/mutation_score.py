"""How many mutants the checks of their requirements kill with the cases of `quick`, and with those of `standard`.

    python mutation_score.py OUTPUT.json [--first-attempt FILE] [--seeds N] [--workers N] [MODULE ...]

Each seed draws other cases; `quick` is asked with as many of them, `standard` with the first. With modules, their
mutants alone. One that says itself that it needs more effort is not tried, and counts as not
killed. What the package publishes is in conv2d_conformance/mutation-score.json, with the counts of the first attempt,
before anything was repaired because of the mutants that survived.
"""

import argparse
import datetime
import importlib
import json
import sys
import time
from concurrent.futures import as_completed
from pathlib import Path
from typing import Any

from conv2d_conformance import spec
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.mutants import Mutant, catalogue
from conv2d_conformance.output.destination import Destination, find
from conv2d_conformance.output.saving import save
from conv2d_conformance.pool import pool
from conv2d_conformance.selftest import kills


def mutants_of(modules: list[str]) -> dict[str, Mutant]:
    if not modules:
        return catalogue()
    values = [value for name in modules for value in vars(importlib.import_module(name)).values()]
    return {value.name: value for value in values if isinstance(value, Mutant)}


def killers(
    chosen: dict[str, Mutant], effort: str, workers: int, known: dict[str, str], run_seed: int = 0
) -> dict[str, str]:
    """A check that kills each mutant, or nothing. The one that is `known` from before is asked first."""
    order = list(EFFORTS)
    tried = [name for name, mutant in chosen.items() if order.index(mutant.effort) <= order.index(effort)]
    found = dict.fromkeys(chosen, "")
    started = time.perf_counter()
    with pool(workers) as executor:
        futures = {
            executor.submit(kills.killer, name, effort, run_seed, first=known.get(name, "")): name for name in tried
        }
        for number, future in enumerate(as_completed(futures), 1):
            name = futures[future]
            found[name] = future.result()
            seconds = time.perf_counter() - started
            print(
                f"{effort}, seed {run_seed}: {number}/{len(tried)} {seconds:.0f} s {name}", file=sys.stderr, flush=True
            )
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("output", type=find)  # before the work, which is long
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    parser.add_argument("--first-attempt", type=Path, metavar="FILE")
    parser.add_argument("--seeds", type=int, default=1, metavar="N")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    chosen = mutants_of(options.modules)
    quick = killers(chosen, "quick", options.workers, {})
    by_seed = {seed: killers(chosen, "quick", options.workers, quick, seed) for seed in range(1, options.seeds)}
    beside = {"seeds": seeds_of(chosen, "quick", options.seeds, by_seed)} | first_attempt(options.first_attempt)
    found = {"quick": quick}
    write(options.output, score(chosen, found) | beside)  # the rest takes longer
    found["standard"] = killers(chosen, "standard", options.workers, quick)
    write(options.output, score(chosen, found) | beside)


def write(output: Destination, record: dict[str, Any]) -> None:
    save(output, json.dumps(record, indent=2) + "\n")


def first_attempt(file: Path | None) -> dict[str, Any]:
    """What is kept of a score from before anything was repaired; nothing without a file."""
    if file is None:
        return {}
    earlier = json.loads(file.read_text(encoding="utf-8"))
    return {"first_attempt": {name: earlier[name] for name in ("date", "mutants", "killed")}}


def score(chosen: dict[str, Mutant], found: dict[str, dict[str, str]]) -> dict[str, Any]:
    """How many are killed, and which are not."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "edition": spec.load().edition,
        "mutants": len(chosen),
        "killed": {effort: sum(map(bool, by.values())) for effort, by in found.items()},
        "survivors": {
            effort: {name: chosen[name].sentence for name, check in by.items() if not check}
            for effort, by in found.items()
        },
    }


def seeds_of(chosen: dict[str, Mutant], effort: str, asked: int, by_seed: dict[int, dict[str, str]]) -> dict[str, Any]:
    """Of the mutants that an effort suffices for: those that some seeds do not kill, and which seeds these are."""
    due = [name for name, mutant in chosen.items() if mutant.effort == effort]
    survivors = {name: seeds for name in due if (seeds := [seed for seed, by in by_seed.items() if not by[name]])}
    return {"effort": effort, "asked": asked, "mutants": len(due), "survivors": survivors}


if __name__ == "__main__":
    main()
