"""What is multiplied although it is zero. An infinity tells: times zero it is NaN, and left out it is nothing."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.fingerprint.bench import Bench, NotSeen
from conv2d_conformance.fingerprint.finding import Findings
from conv2d_conformance.fingerprint.fingerprint import Finding
from conv2d_conformance.fingerprint.probes.algorithm import require_direct


def skipped_weights(bench: Bench, seen: Findings) -> Finding:
    """Let an infinite x meet a weight of zero, and the other way round."""
    require_direct(seen)
    last = bench.shape.taps - 1
    # Where there is a second product, it makes sure that the whole sum is not skipped as empty.
    other = {0: 1.0} if last else {}
    infinite, zero = bench.row({**other, last: np.inf}), bench.row({**other, last: 0.0})
    got = {"w": bench.sums(infinite, zero)[0], "x": bench.sums(zero, infinite)[0]}
    without = 1.0 if last else 0.0
    if any(not np.isnan(value) and value != without for value in got.values()):
        raise NotSeen(f"infinity times zero gave {', '.join(f'{value:.6g}' for value in got.values())}")
    names = [name for name, value in got.items() if value == without]
    if not names:
        return Finding("multiplied like any other: infinity times zero is NaN", [])
    return Finding(f"skipped where {' or '.join(names)} is zero: infinity times zero is nothing", names)


def multiplied_padding(bench: Bench, seen: Findings) -> Finding:
    """Let an infinite weight meet the padding, in the corner of the output."""
    require_direct(seen)
    if not bench.shape.padding:
        raise NotSeen("there is none")
    x, w = bench.dense(1)
    x, w = np.abs(x), np.abs(w)
    w[:, :, 0, 0] = np.inf
    corner = bench.call(x, w)[0, :, 0, 0]
    if np.isnan(corner).all():
        return Finding("multiplied like data", "multiplied")
    if np.isfinite(corner).all():
        return Finding("left out of the sum", "skipped")
    return Finding("multiplied in some output channels, left out in others", "mixed")
