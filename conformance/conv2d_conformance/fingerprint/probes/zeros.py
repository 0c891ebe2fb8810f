"""Which zeros are multiplied. An infinity tells: times zero it is NaN, while a skipped product adds nothing."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.fingerprint.probe_result import ProbeResult, ProbeResults
from conv2d_conformance.fingerprint.prober import NotSeen, Prober
from conv2d_conformance.fingerprint.probes.algorithm import require_direct


def skipped_weights(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Let an infinite x meet a weight of zero, and the other way round."""
    require_direct(seen)
    last = prober.shape.taps - 1
    # A second product, if there is one, keeps the whole sum from being skipped as empty.
    other = {0: 1.0} if last else {}
    infinite, zero = prober.row({**other, last: np.inf}), prober.row({**other, last: 0.0})
    got = {"w": prober.sums(infinite, zero)[0], "x": prober.sums(zero, infinite)[0]}
    without = 1.0 if last else 0.0
    if any(not np.isnan(value) and value != without for value in got.values()):
        raise NotSeen(f"infinity times zero gave {', '.join(f'{value:.6g}' for value in got.values())}")
    names = [name for name, value in got.items() if value == without]
    if not names:
        return ProbeResult("multiplied like any other: infinity times zero is NaN", [])
    return ProbeResult(f"skipped where {' or '.join(names)} is zero: infinity times zero is nothing", names)


def multiplied_padding(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Let an infinite weight meet the padding, in the corner of the output."""
    require_direct(seen)
    if not prober.shape.padding:
        raise NotSeen("there is none")
    x, w = prober.dense(1)
    x, w = np.abs(x), np.abs(w)
    w[:, :, 0, 0] = np.inf
    corner = prober.call(x, w)[0, :, 0, 0]
    if np.isnan(corner).all():
        return ProbeResult("multiplied like data", "multiplied")
    if np.isfinite(corner).all():
        return ProbeResult("left out of the sum", "skipped")
    return ProbeResult("multiplied in some output channels, left out in others", "mixed")
