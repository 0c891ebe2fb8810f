"""In which order the products are added."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np

from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.fingerprint.probe_result import ProbeResult, ProbeResults, part_seen, value
from conv2d_conformance.fingerprint.prober import NotSeen, Prober
from conv2d_conformance.fingerprint.probes.algorithm import require_direct
from conv2d_conformance.fingerprint.tree import NoTree, Reconstruction, Tree, text
from conv2d_conformance.fingerprint.tree_description import in_words

SCALES = {
    "float64": ((0, 500), (0, 100), (0, 40)),
    "float32": ((0, 100), (0, 40), (-14, 15)),
    "bfloat16": ((0, 100), (0, 40), (-14, 15)),
    "float16": ((-24, 15), (-14, 15)),
}
"""Exponents of the unit and of the mask. The first pair that fits into the implementation's range is used."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit and a mask that swallows it: `unit` is lost beside `mask` in sums of up to `reach` bits."""

    unit: float
    mask: float

    @property
    def reach(self) -> int:
        return int(log2(self.mask / self.unit))


def order(prober: Prober, seen: ProbeResults) -> ProbeResult:
    require_direct(seen)
    taps = prober.shape.chosen
    if len(taps) < 2:
        raise NotSeen("there is only one product")
    scale = scale_of(prober)
    tree = _tree(prober, scale, seen)
    words = in_words(tree, prober.shape)
    if len(taps) < prober.shape.taps:
        words += part_seen(len(taps), prober.shape.taps)
    return ProbeResult(words, {"tree": text(tree), "taps": len(taps), "of": prober.shape.taps})


def _tree(prober: Prober, scale: Scale, seen: ProbeResults) -> Tree:
    taps = prober.shape.chosen
    sizes = sizes_by(prober, scale)
    if len(taps) > 2 and set(sizes(taps[0], taps[1:])) == {2}:
        raise NotSeen(f"nothing is lost in any order: sums are kept in more than {scale.reach} bits, or exactly")
    try:
        return Reconstruction(sizes).tree(taps)
    except (NoTree, RecursionError):
        repeated = value(seen, "repeating")
        if repeated and not repeated["identical"]:
            raise NotSeen("the order changes from call to call") from None
        raise NotSeen("the answers fit no tree of additions") from None


def scale_of(prober: Prober) -> Scale:
    """The widest scale at which equal summands are counted, and opposite ones cancel."""
    taps = prober.shape.chosen
    for unit, mask in SCALES[prober.dtype]:
        scale = Scale(2.0**unit, 2.0**mask)
        ones = prober.row(dict.fromkeys(taps, 1.0))
        rows = np.array([ones * scale.unit, prober.row({taps[0]: scale.mask, taps[-1]: -scale.mask})])
        if prober.sums(ones, rows).tolist() == [len(taps) * scale.unit, 0]:
            return scale
    raise NotSeen("a sum of equal numbers is not their number, or opposite numbers do not cancel")


def sizes_by(prober: Prober, scale: Scale) -> Callable[[int, Sequence[int]], list[int]]:
    """A function for the number of chosen taps already added where the masks of two of them meet."""
    taps = prober.shape.chosen
    ones = prober.row(dict.fromkeys(taps, 1.0))

    def sizes(first: int, others: Sequence[int]) -> list[int]:
        left = remainders(prober, scale.unit, [(ones, masked(ones, scale, first, other), 0.0) for other in others])
        return [len(taps) - count for count in left]

    return sizes


def masked(ones: Floats, scale: Scale, first: int, other: int) -> Floats:
    """Units everywhere except at two taps, which hold the masks."""
    row = ones * scale.unit
    row[first], row[other] = scale.mask, -scale.mask
    return row


def remainders(prober: Prober, unit: float, rows: Sequence[tuple[Floats, Floats, float]]) -> list[int]:
    """The units left of each sum of x * w, plus a bias if one is given. NotSeen unless they are a count."""
    x, w = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    bias = np.array([row[2] for row in rows])
    left = prober.sums(x, w, bias if bias.any() else None) / unit
    if not (np.isfinite(left).all() and (left == np.rint(left)).all() and (left >= 0).all()):
        raise NotSeen("masked sums do not come back as counts")
    return [int(number) for number in left]
