"""How many mutants of some modules the checks kill, before anything is repaired because of them.

    python mutation_score.py OUTPUT.json [MODULE ...]

Every mutant meets all checks of the requirement that it breaks, once with the cases of `quick` and once with those of
`standard`. One that says itself that it needs more effort than that is not tried, and counts as not killed.
"""

import datetime
import importlib
import json
import sys
import time
from pathlib import Path

from conv2d_conformance import selftest, spec
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.mutants import Mutant, catalogue

LEVELS = ("quick", "standard")


def mutants_of(modules: list[str]) -> dict[str, Mutant]:
    if not modules:
        return catalogue()
    values = [value for name in modules for value in vars(importlib.import_module(name)).values()]
    return {value.name: value for value in values if isinstance(value, Mutant)}


def survivors(chosen: dict[str, Mutant], effort: str) -> set[str]:
    order = list(EFFORTS)
    tried = [name for name, mutant in chosen.items() if order.index(mutant.effort) <= order.index(effort)]
    started = time.perf_counter()

    def show(done: int, count: int, name: str) -> None:
        print(f"{effort} {done}/{count} {time.perf_counter() - started:.0f} s {name}", file=sys.stderr, flush=True)

    found = selftest.run(effort=effort, workers=2, names=tried, on_progress=show)
    return (set(chosen) - set(tried)) | set(selftest.Summary.of(found, tried).survivors)


def main() -> None:
    output, *modules = sys.argv[1:]
    chosen = mutants_of(modules)
    left = {effort: survivors(chosen, effort) for effort in LEVELS}
    record = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "edition": spec.load().edition,
        "mutants": len(chosen),
        "killed": {effort: len(chosen) - len(names) for effort, names in left.items()},
        "survivors": {
            effort: {name: mutant.sentence for name, mutant in chosen.items() if name in names}
            for effort, names in left.items()
        },
    }
    Path(output).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
