"""When the bias is added, and whether the sum is rounded before."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.fingerprint.probe_result import ProbeResult, ProbeResults, value
from conv2d_conformance.fingerprint.prober import NotSeen, Prober
from conv2d_conformance.fingerprint.probes.algorithm import require_direct
from conv2d_conformance.fingerprint.probes.order import remainders, scale_of


def place(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Treat the bias as one more leaf of the tree: M at a tap, -M in the bias."""
    require_direct(seen)
    _require_bias(prober)
    if value(seen, "order") is None:
        raise NotSeen("it needs the order of the additions")
    taps = prober.shape.chosen
    scale = scale_of(prober)
    ones = prober.row(dict.fromkeys(taps, 1.0))
    rows = []
    for tap in taps:
        row = ones * scale.unit
        row[tap] = scale.mask
        rows.append((ones, row, -scale.mask))
    left = remainders(prober, scale.unit, rows)
    # The taps that are left were added after the bias met the masked one.
    if not any(left):
        return ProbeResult("added last, to the whole sum", "last")
    if max(left) >= len(taps) - 1:
        return ProbeResult("the sum starts from it", "first")
    before = len(taps) - max(left)
    return ProbeResult(f"added to the sum of {before} of the {len(taps)} products seen, before the others", "between")


def rounding(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Add 2^p, 1 and a bias of 1, where the sum of the products is one bit too long for the dtype."""
    require_direct(seen)
    _require_bias(prober)
    width, precision, taps = value(seen, "accumulator"), prober.numbers.precision, prober.shape.chosen
    if width is None or len(taps) < 2:
        raise NotSeen("it needs the number of bits of the sum")
    if width["bits"] is not None and width["bits"] <= precision:
        raise NotSeen("the sum has no more bits than the result")
    ones = prober.row(dict.fromkeys(taps, 1.0))
    got = float(prober.sums(ones, np.array([prober.row({taps[0]: 2.0**precision, taps[-1]: 1.0})]), 1.0)[0])
    if got == 2.0**precision + 2:
        return ProbeResult("added before the result is rounded (fused)", "fused")
    if got == 2.0**precision:
        return ProbeResult("added after the sum was rounded to the dtype, then rounded again (unfused)", "unfused")
    raise NotSeen(f"the answer is {got!r}")


def _require_bias(prober: Prober) -> None:
    if not prober.implementation.hello.capabilities.bias:
        raise NotSeen("a bias is not claimed")
