"""How often a report tells first, of all that one fault breaks, a requirement that explains the fault.

    python told_first.py OUTPUT.json [--mutants 60] [--seed 0] [MUTANT ...]

A random sample of the mutants of conv2d is examined at effort quick, each in a process of its own, by the checks that
fail: which ones do is looked for with few cases first. What is told first explains the fault where it is the
requirement that the mutant declares to break, or one beside it in its chapter.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from concurrent.futures import as_completed
from pathlib import Path
from typing import Any

from conv2d_conformance import spec
from conv2d_conformance.checks import Check, catalogue
from conv2d_conformance.diagnosis.diagnoses import Diagnoses
from conv2d_conformance.effort import EFFORTS, Effort
from conv2d_conformance.implementation.host import connect
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import Mutant
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.pool import pool
from conv2d_conformance.report.assemble import assemble
from conv2d_conformance.report.causes import causes
from conv2d_conformance.running.confirmer import Confirmer
from conv2d_conformance.running.examine import examine
from conv2d_conformance.running.header import header
from conv2d_conformance.running.options import Options
from conv2d_conformance.typed_json import known
from conv2d_conformance.verdict.explanation import explains
from conv2d_conformance.verdict.history import Remembering, packed
from conv2d_conformance.verdict.record import Ended
from conv2d_conformance.verdict.simplifier import Simplifier
from conv2d_conformance.verdict.tally import recorded

FEW = Effort("few", drawn=5, multiply_adds=50_000, tiles=64, combined=20)
QUICK = EFFORTS["quick"]
RUN_SEED = 0


def sample(count: int, number: int) -> list[str]:
    """So many mutants of conv2d that quick finds, by a seed."""
    names = [
        name
        for name, mutant in mutants().items()
        if spec.get(mutant.breaks).profile == "forward" and mutant.effort == "quick"
    ]
    return sorted(random.Random(number).sample(names, count))


def failing(mutant: Mutant) -> list[Check]:
    """The checks of the requirement that it breaks, and those that a few cases show to fail."""
    return [
        check
        for check in catalogue().values()
        if check.operations == {"conv2d"} and (mutant.breaks in check.requirements or _fails(mutant, check))
    ]


def _fails(mutant: Mutant, check: Check) -> bool:
    return examine(check, InProcess(mutant.adapter), FEW, RUN_SEED, simplifier=None).tally.failure is not None


def told(name: str) -> dict[str, Any]:
    """What a report of a mutant tells first."""
    mutant = mutants()[name]
    checks = failing(mutant)
    options = Options(target=_target(mutant), effort="quick", seed=RUN_SEED, output=Path(), timeout=60.0)
    implementation, confirmer = Remembering(connect(options.target, timeout=options.timeout)), Confirmer(options)
    try:
        diagnoses = Diagnoses()
        records = []
        for check in checks:
            ended = _ended(implementation, check, diagnoses)
            if ended.record.failure is not None:
                confirmer.ask(ended, ended.record.failure)
                records.append(ended.record)
        amended = confirmer.amended()
        records = [amended.get(record.check, record) for record in records]
        report = assemble(header(options, implementation, time.time()), records, complete=False)
    finally:
        implementation.close()
        confirmer.close()
    found = causes(report)
    first = found[0].entries[0] if found else None
    failure = first.failure if first else None
    return {
        "declared": mutant.breaks,
        "told": first.id if first else None,
        "explains": bool(first and (first.id == mutant.breaks or explains(first.id, mutant.breaks))),
        "causes": len(found),
        "broken": sum(len(cause.entries) for cause in found),
        "case": failure.case if failure else None,
        "explained_by": known(failure.explained_by, None) if failure else None,
    }


def _ended(implementation: Remembering, check: Check, diagnoses: Diagnoses) -> Ended:
    simplifier = Simplifier(diagnose=diagnoses.sentence_about, known=diagnoses.know)
    tally = examine(check, implementation, QUICK, RUN_SEED, simplifier=simplifier).tally
    return Ended(record=recorded(check.name, tally), before=packed(implementation.asked))


def _target(mutant: Mutant) -> str:
    modules = [name for name in sys.modules if name.startswith("conv2d_conformance.mutants.")]
    module = next(name for name in modules if vars(sys.modules[name]).get(mutant.name) is mutant)
    return f"{module}:{mutant.name}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("output", type=Path)
    parser.add_argument("names", nargs="*", metavar="MUTANT")
    parser.add_argument("--mutants", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    names = options.names or sample(options.mutants, options.seed)
    found: dict[str, dict[str, Any]] = {}
    with pool(options.workers) as executor:
        futures = {executor.submit(told, name): name for name in names}
        for future in as_completed(futures):
            found[futures[future]] = one = future.result()
            print(
                f"{len(found)}/{len(names)} {futures[future]}: {one['declared']}, told {one['told']}", file=sys.stderr
            )
            _write(options.output, options.seed, {name: found[name] for name in names if name in found})


def _write(output: Path, number: int, found: dict[str, dict[str, Any]]) -> None:
    """The share so far: what an interrupted measurement has found is not lost."""
    record = {
        "edition": spec.load().edition,
        "seed": number,
        "mutants": len(found),
        "explained": sum(one["explains"] for one in found.values()),
        "exact": sum(one["told"] == one["declared"] for one in found.values()),
        "by_mutant": found,
    }
    output.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
