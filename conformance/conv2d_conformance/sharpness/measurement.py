"""Measure every rule against every kind of error, on the deep sums that an effort asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import as_completed
from dataclasses import dataclass, field, replace

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.deep_sums import CHAINS, single_products
from conv2d_conformance.cases.extremes import DEEP
from conv2d_conformance.cases.geometry import multiply_adds
from conv2d_conformance.checks.test_numerics import SHARE_OF_DEPTH
from conv2d_conformance.contract.formats import FORMATS
from conv2d_conformance.effort import Effort
from conv2d_conformance.pool import pool
from conv2d_conformance.sharpness.injected_errors import KINDS, answers, in_other_orders, smallest_seen
from conv2d_conformance.sharpness.rules import rules
from conv2d_conformance.verdict.question import Question

DEPTHS = (64, 300, 1200, 5000, 20_000, 60_000)
"""The largest K of each column: K = C // groups * KH * KW, the products of a sum."""

MORE_BITS = 4
"""Errors are tried down to this many bits below the significand."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What rules see in some cases.

    seen: for a rule and a kind of error, the largest k such that the rule refuses an error of 2^-k. right: the number
    of right answers. refused: how many of them each rule refuses.
    """

    cases: int = 0
    right: int = 0
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: Sight) -> Sight:
        seen = {key: max(found.get(key, -1) for found in (self.seen, other.seen)) for key in self.seen | other.seen}
        names = self.refused | other.refused
        refused = {name: self.refused.get(name, 0) + other.refused.get(name, 0) for name in names}
        return Sight(self.cases + other.cases, self.right + other.right, seen, refused)


ColumnOfDepths = tuple[str, int]
"""A dtype, and the largest K of a column."""


def deep_cases(effort: Effort) -> Iterator[Case]:
    """The deep sums that the checks of `numerics` ask at an effort, without biases; each shape with normal data too."""
    shapes: dict[Case, None] = {}
    table = (*single_products(effort.multiply_adds // SHARE_OF_DEPTH, 4 * effort.tiles), *DEEP, *CHAINS)
    for case in (replace(case, bias=False) for case in table):
        if multiply_adds(case) <= effort.multiply_adds:
            yield case
            shapes.setdefault(replace(case, data=Recipe("normal")))
    yield from shapes


def depth(case: Case) -> int:
    """The column of a case."""
    length = case.C // case.groups * case.KH * case.KW
    return next(most for most in DEPTHS if length <= most)


def sight(case: Case) -> Sight:
    """What each rule sees in one case."""
    found = answers(case)
    seen, refused = {}, {}
    right = in_other_orders(case)
    for name, refuses in rules(Question(case), found.expected).items():
        refused[name] = sum(map(refuses, right))
        for kind in KINDS:
            k = smallest_seen(found, kind, refuses, FORMATS[case.dtype].precision + MORE_BITS)
            seen[name, kind] = -1 if k is None else k
    return Sight(1, len(right), seen, refused)


def measure(
    efforts: Iterable[Effort],
    *,
    dtypes: Iterable[str],
    workers: int = 1,
    scheduler: str = "",
    on_progress: Callable[[int, int, str], None] = lambda *_: None,
) -> dict[str, dict[ColumnOfDepths, Sight]]:
    """What rules see at each place, by the name of the effort."""
    chosen = frozenset(dtypes)
    asked = {effort.name: [case for case in deep_cases(effort) if case.dtype in chosen] for effort in efforts}
    count, done = sum(map(len, asked.values())), 0
    found: dict[str, dict[ColumnOfDepths, Sight]] = {name: {} for name in asked}
    with pool(workers, scheduler) as executor:
        for name, cases in asked.items():
            futures = {executor.submit(sight, case): (case.dtype, depth(case)) for case in cases}
            for future in as_completed(futures):
                place = futures[future]
                found[name][place] = found[name].get(place, Sight()) + future.result()
                done += 1
                on_progress(done, count, f"{name}, {place[0]}")
    return found
