"""Whether numbers below the normal range are kept."""

from __future__ import annotations

from conv2d_conformance.fingerprint.probe_result import ProbeResult, ProbeResults
from conv2d_conformance.fingerprint.prober import NotSeen, Prober
from conv2d_conformance.fingerprint.probes.algorithm import require_direct

PLACES = {
    "x": "subnormal x are read as zero",
    "w": "subnormal w are read as zero",
    "result": "subnormal results become zero",
    "product": "subnormal products are lost in a sum that is normal again",
}


def subnormals(prober: Prober, seen: ProbeResults) -> ProbeResult:
    require_direct(seen)
    numbers = prober.numbers
    # Large enough to turn the smallest subnormal number into a normal one, with a bit to spare.
    lift = 2.0**numbers.precision if numbers.name != "float16" else 2.0**13
    lifted = lift * numbers.tiny
    got = prober.products([numbers.tiny, lift, numbers.normal], [lift, numbers.tiny, 0.5]).tolist()
    flushed = [
        name
        for name, answer, right in zip(("x", "w", "result"), got, (lifted, lifted, numbers.normal / 2), strict=True)
        if answer != right
    ]
    if prober.shape.taps > 1:
        halves = prober.sums(prober.row({0: numbers.normal, 1: numbers.normal}), prober.row({0: 0.5, 1: 0.5}))
        if halves[0] != numbers.normal:
            flushed.append("product")
    if any(answer not in (0.0, right) for answer, right in zip(got, (lifted, lifted, numbers.normal / 2), strict=True)):
        raise NotSeen(f"the answers are neither right nor zero: {got}")
    if not flushed:
        return ProbeResult("kept, in inputs, products and results", [])
    return ProbeResult("flushed: " + "; ".join(PLACES[name] for name in flushed), flushed)
