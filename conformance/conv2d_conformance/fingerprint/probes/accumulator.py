"""The accumulator: how many bits a growing sum keeps, and how it rounds the rest."""

from __future__ import annotations

from itertools import permutations

import numpy as np

from conv2d_conformance.fingerprint.exact_arithmetic import format_name
from conv2d_conformance.fingerprint.probe_result import ProbeResult, ProbeResults, value
from conv2d_conformance.fingerprint.prober import NotSeen, Prober
from conv2d_conformance.fingerprint.probes.algorithm import require_direct
from conv2d_conformance.fingerprint.probes.order import Scale, masked, remainders, scale_of
from conv2d_conformance.fingerprint.tree import chain, count, depth, earliest, nodes, parse

PAIRS = 8
SPARE = 3
"""The bits by which a compensated sum seems wider than it is."""


def bits(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Add ones between M = 2^p and -M; the first p at which some are lost is the number of bits."""
    require_direct(seen)
    taps = prober.shape.chosen
    if len(taps) < 3:
        raise NotSeen("three products are needed")
    scale = scale_of(prober)
    found = sorted({width for pair in _pairs(taps, seen) if (width := _first_loss(prober, scale, pair)) is not None})
    if not found:
        return ProbeResult(f"more than {scale.reach} bits, or exact", {"bits": None, "more_than": scale.reach})
    if len(found) == 1:
        return ProbeResult(_named(found[0]), {"bits": found[0]})
    words = f"from {_named(found[0])} to {_named(found[-1])}, depending on the taps"
    return ProbeResult(words, {"bits": found[0], "most": found[-1]})


def _named(width: int) -> str:
    return f"{width} bits" + (f" ({name})" if (name := format_name(width)) else "")


def _pairs(taps: list[int], seen: ProbeResults) -> list[tuple[int, int]]:
    """Pairs of taps that meet at different heights of the tree; without a tree, near and far pairs."""
    order = value(seen, "order")
    if order is None:
        return [(taps[0], other) for other in taps[1 :: max(1, len(taps) // PAIRS)]]
    meeting = {}
    for node in nodes(parse(order["tree"])):
        if not isinstance(node, int) and count(node) > 2:
            # From the longest path, so that a mask first meets a single product, not a sum.
            longest, other = sorted(node, key=depth, reverse=True)[:2]
            meeting[count(node)] = (earliest(longest), earliest(other))
    every = [meeting[size] for size in sorted(meeting, reverse=True)]
    return every[:: max(1, len(every) // PAIRS)]


def _first_loss(prober: Prober, scale: Scale, pair: tuple[int, int]) -> int | None:
    taps = prober.shape.chosen
    ones = prober.row(dict.fromkeys(taps, 1.0))

    def loses(width: int) -> bool:
        row = masked(ones, Scale(scale.unit, scale.unit * 2.0**width), *pair)
        return remainders(prober, scale.unit, [(ones, row, 0.0)])[0] != len(taps) - 2

    low, high = 1, scale.reach
    if not loses(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if loses(middle) else (middle, high)
    return high


def compensation(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Add small numbers one by one to a large one that swallows each: only a compensated sum remembers them."""
    require_direct(seen)
    width, tree = _width(seen), value(seen, "order")
    if tree is None:
        raise NotSeen("it needs the order of the additions")
    if width > prober.numbers.precision + SPARE:
        raise NotSeen("the sum has more bits than the result")
    runs = [members for node in nodes(parse(tree["tree"])) if (members := chain(node))]
    longest = [tap for tap in max(runs, key=len) if isinstance(tap, int)]
    if len(longest) < 5:
        # Otherwise small numbers meet before they reach the large one, and so survive anyway.
        raise NotSeen("it shows only where products are added one after the other")
    first, _, *others = longest
    w = prober.row({first: 1.0, **dict.fromkeys(others, 0.375 * 2.0 ** (1 - prober.numbers.precision))})
    got = float(prober.sums(prober.row(dict.fromkeys(prober.shape.chosen, 1.0)), w)[0])
    if got > 1:
        return ProbeResult("sums are compensated (as by Kahan): what one addition loses the next makes good", True)
    return ProbeResult("none: what an addition loses is lost", False)


def rounding(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Add 0.75 units in the last place to a large number, then subtract the large number."""
    require_direct(seen)
    width, taps = _width(seen), prober.shape.chosen
    unit = 2.0**-5  # so that everything fits into float16
    large = unit * 2.0 ** (width - 4)
    small = unit * 2.0**-4 * 1.5  # the unit in the last place of `large` is 2 to the -3 of `unit`
    if large >= prober.numbers.largest:
        raise NotSeen(f"the range of the dtype is too small for sums of {width} bits")
    triples = {
        tuple(taps[i] for i in (start, start + step, start + 2 * step) if i < len(taps))
        for start in (0, len(taps) // 2)
        for step in (1, 2, 4, 8)
    }
    rows = [
        prober.row(dict(zip(places, (large, small, -large), strict=True)))
        for triple in sorted(triples)
        if len(triple) == 3
        for places in permutations(triple)
    ]
    if not rows:
        raise NotSeen("three products are needed")
    left = set((prober.sums(prober.row(dict.fromkeys(taps, 1.0)), np.array(rows)) / unit).tolist())
    lost = left - {small / unit}
    words = {
        0.125: ("rounded to nearest", "nearest-even"),
        0.0: ("cut off: the last place is truncated", "toward zero"),
        0.0625: ("cut off, with one bit more than the sum keeps", "one extra bit"),
    }
    if not lost:
        raise NotSeen("nothing was lost in any order")
    if len(lost) == 1 and (only := lost.pop()) in words:
        return ProbeResult(*words[only])
    remains = ", ".join(f"{number:g}" for number in sorted(left))
    return ProbeResult(f"in different ways: {remains} is left of 0.09375 units", "mixed")


def fused_products(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Add -(1 + 2^(1-e)) to (1 + 2^-e)^2: the difference, 2^(-2e), is lost if the product was rounded first.

    With FMA, the second of two products is added unrounded and the first is not, so the result depends on the order.
    """
    require_direct(seen)
    width, precision, taps = _width(seen), prober.numbers.precision, prober.shape.chosen
    if width >= 2 * precision:
        raise NotSeen(f"a product fits into a sum of {width} bits, fused or not")
    e = (precision + 1) // 2
    factor = 1 + 2.0**-e
    rows = []
    for squared in (taps[0], taps[-1]):
        x = prober.row(dict.fromkeys(taps, 1.0)) + prober.row({squared: 2.0**-e})
        rows += [(x, prober.row({squared: factor, other: -(1 + 2.0 ** (1 - e))})) for other in taps if other != squared]
    got = prober.sums(np.array([x for x, _ in rows]), np.array([w for _, w in rows]))
    exact = 2.0 ** (-2 * e)
    if not set(got.tolist()) <= {0.0, exact}:
        raise NotSeen("the answers are neither zero nor the rounding error of a product")
    if not got.any():
        return ProbeResult("none: products are rounded before they are added", "rounded")
    if (got == exact).all():
        return ProbeResult("products are added unrounded, in any order", "exact")
    return ProbeResult("fused multiply-add: a product is added without being rounded", "fused")


def _width(seen: ProbeResults) -> int:
    found = value(seen, "accumulator")
    if found is None:
        raise NotSeen("it needs the number of bits of the sum")
    if found["bits"] is None:
        raise NotSeen("sums are exact as far as can be seen")
    return int(found["bits"])
