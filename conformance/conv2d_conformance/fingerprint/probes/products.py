"""How a single product is rounded."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from conv2d_conformance.fingerprint.exact_arithmetic import rounded, which_rounding
from conv2d_conformance.fingerprint.probe_result import ProbeResult, ProbeResults
from conv2d_conformance.fingerprint.prober import Prober, significands
from conv2d_conformance.fingerprint.probes.algorithm import require_direct

PRODUCTS = 64
LARGEST = 1e300
"""Close to the largest float that a fraction can become."""

WORDS = {
    "nearest-even": "rounded to nearest, ties to even",
    "nearest-away": "rounded to nearest, ties away from zero",
    "toward zero": "rounded toward zero: the rest is cut off",
    "up": "rounded up",
    "down": "rounded down",
}


def rounding(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Multiply numbers of both signs that use all their bits, and some whose product is a tie."""
    require_direct(seen)
    precision = prober.numbers.precision
    words = prober.random(2 * PRODUCTS, key=9)
    signs = 1 - 2 * (words % np.uint64(2)).astype(np.float64)
    x, w = (signs * significands(words, precision)).reshape(2, -1)
    # (1 + 2^-a)(1 + 2^-b) with a + b = precision lies halfway between two numbers.
    a = np.arange(2, precision - 1)
    x, w = np.append(x, 1 + 2.0**-a), np.append(w, 1 + 2.0 ** (a - precision))
    exact = [Fraction(left) * Fraction(right) for left, right in zip(x.tolist(), w.tolist(), strict=True)]
    got = prober.products(x, w)
    found = which_rounding(exact, got.tolist(), prober.numbers)
    if found:
        return ProbeResult(WORDS[found], found)
    if not np.isfinite(got).all():
        return ProbeResult("some come back as infinity or NaN", "not finite")
    worst = max(
        abs(Fraction(answer) - rounded(value, prober.numbers)) / _spacing(value, prober)
        for value, answer in zip(exact, got.tolist(), strict=True)
    )
    wrong = sum(
        Fraction(answer) != rounded(value, prober.numbers) for value, answer in zip(exact, got.tolist(), strict=True)
    )
    by = f"up to {float(worst):.3g}" if worst < LARGEST else f"more than {LARGEST:.0e}"
    return ProbeResult(f"{wrong} of {len(x)} are off, by {by} units in the last place", "inexact")


def _spacing(value: Fraction, prober: Prober) -> Fraction:
    size = rounded(abs(value), prober.numbers, "down")
    above = rounded(size * (1 + Fraction(1, 2**60)), prober.numbers, "up")
    return above - size
