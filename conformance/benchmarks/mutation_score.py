"""How many mutants the checks of their requirements kill with the cases of `quick`, and with those of `standard`.

    python mutation_score.py OUTPUT.json [--first-attempt FILE] [--workers N] [MODULE ...]

With modules, their mutants alone. One that says itself that it needs more effort is not tried, and counts as not
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

from conv2d_conformance import selftest, spec
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.mutants import Mutant, catalogue
from conv2d_conformance.output.destination import find
from conv2d_conformance.output.saving import save
from conv2d_conformance.pool import pool

LEVELS = ("quick", "standard")


def mutants_of(modules: list[str]) -> dict[str, Mutant]:
    if not modules:
        return catalogue()
    values = [value for name in modules for value in vars(importlib.import_module(name)).values()]
    return {value.name: value for value in values if isinstance(value, Mutant)}


def killers(chosen: dict[str, Mutant], effort: str, workers: int, known: dict[str, str]) -> dict[str, str]:
    """A check that kills each mutant, or nothing. The one that is `known` from a lesser effort is asked first."""
    order = list(EFFORTS)
    tried = [name for name, mutant in chosen.items() if order.index(mutant.effort) <= order.index(effort)]
    found = dict.fromkeys(chosen, "")
    started = time.perf_counter()
    with pool(workers) as executor:
        futures = {executor.submit(selftest.killer, name, effort, first=known.get(name, "")): name for name in tried}
        for number, future in enumerate(as_completed(futures), 1):
            name = futures[future]
            found[name] = future.result()
            seconds = time.perf_counter() - started
            print(f"{effort} {number}/{len(tried)} {seconds:.0f} s {name}", file=sys.stderr, flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("output", type=find)  # before the work, which is long
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    parser.add_argument("--first-attempt", type=Path, metavar="FILE")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    chosen = mutants_of(options.modules)
    found: dict[str, dict[str, str]] = {}
    known: dict[str, str] = {}
    for effort in LEVELS:
        known = found[effort] = killers(chosen, effort, options.workers, known)
    record = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "edition": spec.load().edition,
        "mutants": len(chosen),
        "killed": {effort: sum(map(bool, by.values())) for effort, by in found.items()},
        "survivors": {
            effort: {name: chosen[name].sentence for name, check in by.items() if not check}
            for effort, by in found.items()
        },
    }
    if options.first_attempt:
        earlier = json.loads(options.first_attempt.read_text(encoding="utf-8"))
        record["first_attempt"] = {name: earlier[name] for name in ("date", "mutants", "killed")}
    save(options.output, json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
