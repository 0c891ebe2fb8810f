"""Choose the cases that `export` writes, and store them with the package.

    python choose_vectors.py OUTPUT.txt [--workers N] [--keep MATRIX.json]

Candidates are the calls that the checks of profile forward ask of a right implementation at effort quick, among them
the rows of a covering array. Every mutant that a call alone can show is asked the cheapest of all, and those of the
checks of its requirement until ENOUGH have seen it. Then a greedy choice takes again and again the candidate that sees
most mutants which no other has seen, for its size; and then the row that covers most pairs of factors which no other
has covered. Nothing but the suite decides it. `--keep` keeps what was asked for another choice.
"""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import as_completed
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from conv2d_conformance import mutants, spec
from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.combinations import case_of, rows
from conv2d_conformance.cases.covering_array import tuples_of
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.checks import catalogue
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.emulation.adapters import EVERYTHING, as_conv2d
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.pool import pool
from conv2d_conformance.running.examine import examine
from conv2d_conformance.selftest import kills
from conv2d_conformance.vectors.asked_vector import AskedVector, core_features, features_of_vector
from conv2d_conformance.vectors.chosen import SIZES, ChosenCase, is_shown_by_one_call, text_of
from conv2d_conformance.verdict.claims import keeps_limits
from conv2d_conformance.verdict.question import Question

EFFORT = "quick"
ENOUGH = 20
CHEAPEST = 800
LARGEST = 60_000

Matrix = dict[str, dict[str, str]]
"""For each mutant the lines that see it, each with its check where it is no candidate."""


def elements(case: Case) -> int:
    """What a vector takes: its arrays and its answer."""
    question = Question(case)
    shapes = [*case.shapes.values(), None if question.illegal_because else question.shape]
    return sum(int(np.prod(shape)) for shape in shapes if shape is not None)


def candidates() -> dict[str, str]:
    """The check that asks each line; one on which a certificate depends, where there is one."""
    right = Adapter(name="right", version="1", conv2d=as_conv2d(Call.right), capabilities=EVERYTHING)
    found: dict[str, str] = {}
    named = [
        check
        for check in catalogue().values()
        if spec.is_smallest(check.profile) and any(map(is_shown_by_one_call, check.requirements))
    ]
    for check in sorted(named, key=lambda one: not one.decides):
        asked: list[Case] = []

        def prepare(case: Case, claims: Capabilities, asked: list[Case] = asked) -> Question:
            asked.append(case)
            return Question(case, claims)

        if not check.features <= EVERYTHING.features:
            continue
        with InProcess(right) as implementation:
            tally = examine(check, implementation, EFFORTS[EFFORT], 0, simplifier=None, prepare=prepare).tally
        assert tally.failure is None, (check.name, tally.failure)
        for case in asked:
            found.setdefault(format_case(case), check.name)
        print(f"{check.name}: {len(asked)}", file=sys.stderr, flush=True)
    return found


def require_right_answers(lines: Iterable[str]) -> None:
    """AssertionError where the checker refuses a right answer: then it would see every mutant."""
    conv2d = as_conv2d(Call.right)
    for line in lines:
        assert not (said := AskedVector.of(parse(line)).fault_of(conv2d)), (line, said)


@cache
def vector(line: str, grades: tuple[tuple[str, str], ...], subnormals: tuple[tuple[str, str], ...]) -> AskedVector:
    return AskedVector.of(parse(line), Capabilities(grades=dict(grades), subnormals=dict(subnormals)))


@cache
def features(line: str) -> frozenset[str]:
    return features_of_vector(parse(line))


def seen_by(name: str, lines: dict[str, str]) -> dict[str, str]:
    """The lines that see a mutant; if none does, the first cases with which its own checks see it, by check.

    `lines` has the check of each candidate, the cheapest first.
    """
    mutant = mutants.catalogue()[name]
    claims = mutant.adapter.capabilities
    keys = tuple(sorted(claims.grades.items())), tuple(sorted(claims.subnormals.items()))
    own = {check.name for check in catalogue().values() if mutant.breaks in check.requirements}
    found: dict[str, str] = {}
    for number, (line, check) in enumerate(lines.items()):
        is_due = number < CHEAPEST or (check in own and len(found) < ENOUGH)
        if is_due and features(line) <= claims.features and sees(vector(line, *keys), mutant):
            found[line] = ""
    return found or {line: check for line, check in of_its_own(mutant) if sees(vector(line, *keys), mutant)}


def sees(asked: AskedVector, mutant: mutants.Mutant) -> bool:
    if asked.case.hands_over_output or not keeps_limits(asked.case, mutant.adapter.capabilities):
        return False
    return bool(asked.fault_of(mutant.adapter.conv2d))


def of_its_own(mutant: mutants.Mutant) -> Iterator[tuple[str, str]]:
    for check in catalogue().values():
        if mutant.breaks in check.requirements:
            met = kills.meet(mutant, check, EFFORTS[mutant.effort], 0, simplifier=None)
            if met.killed and met.case:
                yield met.case, check.name


def matrix(lines: dict[str, str], workers: int) -> Matrix:
    due = [name for name, mutant in mutants.catalogue().items() if is_shown_by_one_call(mutant.breaks)]
    found: Matrix = {}
    started = time.perf_counter()
    with pool(workers) as executor:
        futures = {executor.submit(seen_by, name, lines): name for name in due}
        for future in as_completed(futures):
            name = futures[future]
            found[name] = future.result()
            seconds = time.perf_counter() - started
            print(f"{len(found)}/{len(due)} {seconds:.0f} s {name}: {len(found[name])}", file=sys.stderr, flush=True)
    return {name: found[name] for name in due}


# ---- the choice --------------------------------------------------------------------------------------------------


class Room(NamedTuple):
    """What a size has room for: elements of one vector, and of all whose only use are pairs of factors."""

    of_one: int
    of_pairs: int
    times: int


ROOMS = {"mcu": Room(500, 6_000, 1), "phone": Room(6_000, 150_000, 1), "full": Room(400_000, 1_500_000, 2)}
"""`times`: how many vectors see each mutant, where so many are."""

OVERHEAD = 100
"""Elements that a vector costs beside its own."""

Pair = tuple[tuple[int, int], ...]


def is_for(size: str, case: Case) -> bool:
    """A microcontroller has a function in C, and float32."""
    return size != "mcu" or (case.N != 0 and features_of_vector(case) <= core_features())


def pairs_of_rows(lines: Iterable[str]) -> dict[str, frozenset[Pair]]:
    """The pairs of levels of the factors that a line has, if it is a row of the covering array."""
    known = {format_case(case_of(row, number)): row for number, row in enumerate(rows()[: EFFORTS[EFFORT].combined])}
    return {line: frozenset(tuples_of(known[line], 2)) for line in lines if line in known}


def choice(checks: dict[str, str], seen: Matrix) -> Iterator[ChosenCase]:
    checks = {line: check for lines in seen.values() for line, check in lines.items() if check} | checks
    sees_which: dict[str, set[str]] = {line: set() for line in checks}
    for name, lines in seen.items():
        for line in lines:
            sees_which[line].add(name)
    cost = {line: OVERHEAD + elements(parse(line)) for line in sees_which}
    pairs = pairs_of_rows(sees_which)
    order = sorted(sees_which, key=lambda line: (cost[line], line))
    met: Counter[str] = Counter()
    covered: set[Pair] = set()
    taken: set[str] = set()

    for size in SIZES:
        room = ROOMS[size]
        among = [line for line in order if cost[line] <= room.of_one and is_for(size, parse(line))]
        due = {name for name in seen if met[name] < room.times}
        while best := _best(among, taken, cost, {line: len(sees_which[line] & due) for line in among}):
            taken.add(best)
            names = sees_which[best] & due
            met.update(sees_which[best])
            new = pairs.get(best, frozenset()) - covered
            covered |= new
            yield ChosenCase(size, checks[best], tuple(sorted(names)), len(new), best)
            due = {name for name in due if met[name] < room.times}
        left = room.of_pairs
        fitting = [line for line in among if line in pairs]
        while best := _best(fitting, taken, cost, {line: len(pairs[line] - covered) for line in fitting}):
            left -= cost[best]
            if left < 0:
                break
            taken.add(best)
            met.update(sees_which[best])
            new = pairs[best] - covered
            covered |= new
            yield ChosenCase(size, checks[best], (), len(new), best)


def _best(among: list[str], taken: set[str], cost: dict[str, int], gain: dict[str, int]) -> str | None:
    """The line with the most gain for its cost; of equals the first."""
    free = [line for line in among if line not in taken and gain[line]]
    return max(free, key=lambda line: gain[line] / cost[line], default=None)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path, metavar="MATRIX.json")
    options = parser.parse_args()
    if options.keep is not None and options.keep.exists():
        checks, seen = json.loads(options.keep.read_text())
    else:
        checks = {line: check for line, check in candidates().items() if elements(parse(line)) <= LARGEST}
        require_right_answers(checks)
        order = sorted(checks, key=lambda line: (elements(parse(line)), line))
        seen = matrix({line: checks[line] for line in order}, options.workers)
        if options.keep is not None:
            options.keep.write_text(json.dumps([checks, seen]))
    found = [*choice(checks, seen)]
    options.output.write_text(text_of(found), encoding="utf-8")
    unseen = [name for name, lines in seen.items() if not lines]
    print(f"{len(found)} cases; of {len(seen)} mutants that a call alone can show, {len(unseen)} are seen by none:")
    print(*unseen, sep="\n")
    for size in SIZES:
        of_size = [case for case in found if case.size == size]
        print(size, len(of_size), sum(elements(parse(case.line)) for case in of_size), "elements")


if __name__ == "__main__":
    main()
