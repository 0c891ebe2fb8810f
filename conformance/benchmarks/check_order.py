"""In which order the checks kill most mutants a second, for a run that ends at the first broken requirement.

    python check_order.py conformance/conv2d_conformance/check-order.json [--every 4] [--workers 2] [--checks NAME ...]

Every check meets one in `--every` of the mutants that break a MUST, whichever requirement that is, with the cases of
effort quick. Its price is the processor time in which it asks what is right. The next check is always the one that
kills most of the mutants that are left, for its price: for a sum of waits this greedy order is at most four times the
best one, and nothing that takes polynomial time has a better proven ratio (Feige, Lovasz and Tetali 2004).

The price at effort standard too, and of a fingerprint, divide a run into parts that take equally long.

With names, these checks alone are measured, and take a place among those of the file that kill no mutant first.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import time
from collections.abc import Iterable
from concurrent.futures import as_completed
from typing import Any

from conv2d_conformance import spec
from conv2d_conformance.checks import Check, catalogue
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.effort import EFFORTS, Effort
from conv2d_conformance.emulation.adapters import EVERYTHING, as_conv2d, as_gradients
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.gradients_call import Derived
from conv2d_conformance.fingerprint import take
from conv2d_conformance.fingerprint.shapes import SHAPES
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.implementation.target import load, parse
from conv2d_conformance.mutants import catalogue as mutants
from conv2d_conformance.output.destination import find
from conv2d_conformance.output.saving import save
from conv2d_conformance.pool import pool
from conv2d_conformance.running.examine import examination_of, examine, run_check
from conv2d_conformance.variants.panel import Panel
from conv2d_conformance.verdict.kept_questions import Questions

EFFORT = EFFORTS["quick"]
RIGHT = Adapter(
    name="right",
    version="1",
    capabilities=EVERYTHING,
    conv2d=as_conv2d(Call.right),
    gradients=as_gradients(Derived.right),
)
LARGER = EFFORTS["standard"]
LEAST_SECONDS = 0.005
"""Less than this cannot be measured."""

Prices = dict[str, float]
"""Seconds at effort quick and, as `standard_seconds`, at effort standard."""


def sampled(every: int) -> list[str]:
    """One in so many mutants that break a MUST, of each operation."""
    found: dict[str, list[str]] = {}
    for name, mutant in mutants().items():
        if spec.get(mutant.breaks).level == "MUST" and mutant.effort == EFFORT.name:
            found.setdefault(spec.operation_of(mutant.breaks), []).append(name)
    return [name for names in found.values() for name in names[::every]]


def met(check_name: str, names: Iterable[str]) -> tuple[Prices, list[str]]:
    """The prices of a check, and the mutants that it kills."""
    check = catalogue()[check_name]
    panels: dict[str, list[InProcess]] = {}
    for name in names:
        implementation = InProcess(mutants()[name].adapter)
        claims = implementation.hello.capabilities
        if check.needs <= implementation.hello.claimed:
            panels.setdefault(f"{sorted(claims.dtypes)} {claims.limits}", []).append(implementation)
    killed: list[str] = []
    for panel in panels.values():
        questions = Questions()
        examinations = [examination_of(check, one, EFFORT, 0, simplifier=None, prepare=questions) for one in panel]
        run_check(check, Panel(examinations))
        killed += [found.implementation.hello.name for found in examinations if _is_broken(found.tally)]
    return {"seconds": _price(check, EFFORT), "standard_seconds": _price(check, LARGER)}, killed


def _is_broken(tally: Any) -> bool:
    broken = [name for name in tally.observed if spec.get(name).level == "MUST"]
    return tally.failure is not None or bool(broken)


def _price(check: Check, effort: Effort) -> float:
    asked = InProcess(load(parse("reference-correlate")) if "initialize" in check.operations else RIGHT)
    if not check.needs <= asked.hello.claimed:
        return LEAST_SECONDS
    started = time.process_time()
    examine(check, asked, effort, 0, simplifier=None)
    return max(time.process_time() - started, LEAST_SECONDS)


def price_of_fingerprint() -> Prices:
    """At effort quick it is taken of the small shape alone."""
    found = {}
    for name, shapes in (("seconds", SHAPES[:1]), ("standard_seconds", SHAPES)):
        started = time.process_time()
        take(InProcess(load(parse("reference-correlate"))), shapes=shapes, longest_call=1.0)
        found[name] = round(time.process_time() - started, 3)
    return found


def ordered(seconds: dict[str, float], killed: dict[str, list[str]]) -> list[tuple[str, int]]:
    """The checks in their order, each with the number of mutants that no check before it kills."""
    left, order, alive = dict(seconds), [], {name for names in killed.values() for name in names}
    while left:
        best = max(
            left,
            key=lambda name: (
                len(alive.intersection(killed[name])) / left[name],
                len(killed[name]) / left[name],
                -left[name],
            ),
        )
        order.append((best, len(alive.intersection(killed[best]))))
        alive -= set(killed[best])
        del left[best]
    return order


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("output", type=find)
    parser.add_argument("--every", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--checks", nargs="+", metavar="NAME", choices=tuple(catalogue()))
    options = parser.parse_args()
    names = sampled(options.every)
    prices, killed = measured_now(options.checks or list(catalogue()), names, options.workers)
    seconds = {name: found["seconds"] for name, found in prices.items()}
    if options.checks:
        record = with_more(json.loads(options.output.path.read_text(encoding="utf-8")), prices, killed)
    else:
        record = {
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "edition": spec.load().edition,
            "effort": EFFORT.name,
            "mutants": len(names),
            "killed": len({name for found in killed.values() for name in found}),
            "fingerprint": price_of_fingerprint(),
            "checks": {name: entry(prices, killed, name, new) for name, new in ordered(seconds, killed)},
        }
    save(options.output, json.dumps(record, indent=2) + "\n")


def with_more(record: dict[str, Any], prices: dict[str, Prices], killed: dict[str, list[str]]) -> dict[str, Any]:
    """The record with some checks more, or measured anew; none of them is the first to kill a mutant."""
    checks = {name: said for name, said in record["checks"].items() if name not in prices or said["first_kills"]}
    checks |= {name: entry(prices, killed, name, 0) for name in prices if name not in checks}
    first = {name: said for name, said in checks.items() if said["first_kills"]}
    others = [name for name in checks if name not in first]
    others.sort(key=lambda name: checks[name]["kills"] / checks[name]["seconds"], reverse=True)
    return record | {"checks": first | {name: checks[name] for name in others}}


def entry(prices: dict[str, Prices], killed: dict[str, list[str]], name: str, new: int) -> dict[str, float]:
    rounded = {effort: round(seconds, 3) for effort, seconds in prices[name].items()}
    return {**rounded, "kills": len(killed[name]), "first_kills": new}


def measured_now(
    checks: Iterable[str], names: list[str], workers: int
) -> tuple[dict[str, Prices], dict[str, list[str]]]:
    """The prices of each check, and the mutants that it kills."""
    found: dict[str, tuple[Prices, list[str]]] = {}
    started = time.perf_counter()
    with pool(workers) as executor:
        futures = {executor.submit(met, name, names): name for name in checks}
        for number, future in enumerate(as_completed(futures), 1):
            name = futures[future]
            found[name] = future.result()
            passed = time.perf_counter() - started
            print(f"{number}/{len(futures)} {passed:.0f} s {name}: {len(found[name][1])}", file=sys.stderr, flush=True)
    in_order = [name for name in catalogue() if name in found]  # so that equal ones keep their order
    return {name: found[name][0] for name in in_order}, {name: found[name][1] for name in in_order}


if __name__ == "__main__":
    main()
