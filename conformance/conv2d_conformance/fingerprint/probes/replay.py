"""Compute sums as the other probes say, and compare them with the answers bit by bit."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from conv2d_conformance.contract.formats import Format
from conv2d_conformance.fingerprint.exact_arithmetic import of_precision, rounded
from conv2d_conformance.fingerprint.probe_result import ProbeResult, ProbeResults, value
from conv2d_conformance.fingerprint.prober import NotSeen, Prober, spread
from conv2d_conformance.fingerprint.tree import Tree, count, leaves, parse

ROWS = 16

Products = dict[int, Fraction]


def replay(prober: Prober, seen: ProbeResults) -> ProbeResult:
    order, width = value(seen, "order"), value(seen, "accumulator")
    if order is None or width is None or width["bits"] is None:
        raise NotSeen("it needs the order of the additions and the bits of the sum")
    taps = prober.shape.chosen
    words = prober.random(len(taps) * (ROWS + 1), key=11)
    values = spread(words, prober.dtype).reshape(ROWS + 1, -1)
    x = prober.row(dict(zip(taps, values[0].tolist(), strict=True)))
    rows = [prober.row(dict(zip(taps, row.tolist(), strict=True))) for row in values[1:]]
    got = prober.sums(x, np.array(rows)).tolist()

    tree, numbers = parse(order["tree"]), of_precision(width["bits"])
    rounding = "toward zero" if value(seen, "sums") == "toward zero" else "nearest-even"
    last = value(seen, "products")
    last = last if last in ("nearest-even", "toward zero") else "nearest-even"
    products = [{tap: Fraction(float(x[tap])) * Fraction(float(row[tap])) for tap in taps} for row in rows]
    same = 0
    for arithmetic in _arithmetics(value(seen, "fma"), numbers, rounding):
        ordered = arithmetic.ordered(tree)
        computed = [rounded(arithmetic.total(ordered, row), prober.numbers, last) for row in products]
        same = max(same, sum(answer == float(right) for answer, right in zip(got, computed, strict=True)))
    found = {"same": same, "of": ROWS}
    if same == ROWS:
        return ProbeResult(f"all of {ROWS} random sums, computed as is said here, have the same bits", found)
    return ProbeResult(
        f"{same} of {ROWS} random sums, computed as is said here, have the same bits: something is missing", found
    )


def _arithmetics(fma: str | None, numbers: Format, rounding: str) -> list[Arithmetic]:
    """The arithmetics to try. With FMA the first of two products is rounded, and no probe tells which one is first."""
    if fma != "fused":
        return [Arithmetic(numbers, rounding, fused=False)]
    return [Arithmetic(numbers, rounding, fused=True, smaller_first=smaller_first) for smaller_first in (True, False)]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Sums along a tree in a given number of bits."""

    numbers: Format
    rounding: str
    fused: bool
    smaller_first: bool = True

    def ordered(self, tree: Tree) -> Tree:
        """The tree, at every node the smallest member first: it is the product that is added to the others."""
        if isinstance(tree, int):
            return tree
        sign = -1 if self.smaller_first else 1
        members = sorted(tree, key=lambda child: (count(child), min(leaves(child)) * sign))
        return tuple(self.ordered(member) for member in members)

    def total(self, tree: Tree, products: Products) -> Fraction:
        """The sum of the products along a tree that is `ordered`."""
        if isinstance(tree, int):
            return self._rounded(products[tree])
        added, *others = tree
        unrounded = self.fused and isinstance(added, int) and len(tree) == 2
        first = products[added] if unrounded and isinstance(added, int) else self.total(added, products)
        return self._rounded(first + sum((self.total(other, products) for other in others), Fraction(0)))

    def _rounded(self, exact: Fraction) -> Fraction:
        return rounded(exact, self.numbers, self.rounding)
