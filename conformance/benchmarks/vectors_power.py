"""What the exported vectors see, alone: every mutant that a call can show, and every right implementation.

    python vectors_power.py FOLDER [TARGET ...]

FOLDER holds vectors of `export`. Each mutant is asked vector after vector by the very checker that is exported, until
one sees it. With targets, those alone are asked, and all that is wrong is told. Exit status 1 where a right
implementation is refused, or fewer than 95 % of the mutants are seen.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from conv2d_conformance import mutants, spec, variants
from conv2d_conformance.cases.grammar import parse as case_of
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import dtype_of
from conv2d_conformance.contract.grades import default_class
from conv2d_conformance.implementation.target import load, parse
from conv2d_conformance.vectors.check_vectors import fault, range_of, read_arrays, read_index
from conv2d_conformance.vectors.chosen import SEVERAL_CALLS, is_shown_by_one_call
from conv2d_conformance.verdict.claims import keeps_limits

SHARE = 0.95

Stored = list[tuple[dict[str, Any], dict[str, Any]]]


def read(folder: Path) -> Stored:
    """The vectors and their arrays, kept for all implementations."""
    found = []
    for vector in read_index(folder)["vectors"]:
        arrays = read_arrays(folder, vector)
        for name, dtype in vector["dtypes"].items():
            arrays[name] = arrays[name].view(dtype_of(dtype))
        found.append((vector, arrays))
    return found


def faults(adapter: Adapter, vectors: Stored) -> Iterator[tuple[dict[str, Any], str]]:
    """The vectors that an adapter answers wrongly, of those that it claims."""
    claims = adapter.capabilities
    for vector, arrays in vectors:
        if not claims.features.issuperset(vector["features"]) or not keeps_limits(case_of(vector["case"]), claims):
            continue
        dtype = vector["dtype"]
        flushed = claims.subnormals.get(dtype) == "flushed"
        allowed = range_of(vector, arrays, claims.grades.get(dtype, default_class(dtype)), flushed=flushed)
        if said := fault(vector, arrays, allowed, adapter.conv2d):
            yield vector, said


def profile_of(mutant: mutants.Mutant) -> str:
    return spec.get(mutant.breaks).profile


def main(folder: str, *targets: str) -> int:
    vectors = read(Path(folder))
    if targets:
        refused = 0
        for target in targets:
            found = [*faults(load(parse(target)), vectors)]
            refused += bool(found)
            print(f"{target}: {len(found)} wrong of {len(vectors)}")
            for vector, said in found:
                print(f"  {vector['level']} {vector['requirement']}: {said}\n    {vector['case']}")
        return 1 if refused else 0
    due = {name: one for name, one in mutants.catalogue().items() if is_shown_by_one_call(one.breaks)}
    unseen = [name for name, one in due.items() if not any(faults(one.adapter, vectors))]
    print(f"{len(due) - len(unseen)} of {len(due)} mutants are seen ({100 - 100 * len(unseen) / len(due):.1f} %); not:")
    print(*(f"  {name} ({due[name].breaks}): {due[name].sentence}" for name in unseen), sep="\n")
    later = {name: one for name, one in mutants.catalogue().items() if spec.is_smallest(profile_of(one))}
    for what, why in SEVERAL_CALLS.items():
        named = [name for name, one in later.items() if what in (one.breaks, one.breaks.partition(".")[0])]
        print(f"{len(named)} of {what} were not asked, since what they break {why}: {', '.join(named)}")
    alarms = {name: found for name, adapter in variants.catalogue().items() if (found := [*faults(adapter, vectors)])}
    print(f"{len(alarms)} of {len(variants.catalogue())} right implementations are refused")
    for name, found in alarms.items():
        print(f"  {name}: {found[0][1]}\n    {found[0][0]['case']}")
    return 1 if alarms or len(unseen) > (1 - SHARE) * len(due) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
