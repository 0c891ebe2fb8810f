"""Whether the same sum has the same bits in another call, in a batch, and elsewhere in the output."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.fingerprint.probe_result import ProbeResult, ProbeResults
from conv2d_conformance.fingerprint.prober import NotSeen, Prober, spread

RUNS = 10
"""A choice: of libraries that have either of two results by an even chance, no more than one in 512 goes unnoticed."""

IMAGES = 3
"""A choice: the fewest of which one is neither the first nor the last."""


def same_call_again(prober: Prober, seen: ProbeResults) -> ProbeResult:  # noqa: ARG001  # the signature of a probe
    x, w = prober.dense(1)
    first, *others = [prober.call(x, w) for _ in range(RUNS)]
    different = sum(not same(first, other) for other in others)
    if not different:
        return ProbeResult(f"the same bits in {RUNS} calls", {"identical": True, "runs": RUNS})
    largest = max(float(np.abs(other - first).max()) for other in others)
    words = (
        f"{different} of {RUNS - 1} repetitions gave other bits than the first call; they differ by up to {largest:.2g}"
    )
    return ProbeResult(words, {"identical": False, "runs": RUNS})


def alone_and_in_a_batch(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Compare each image of a batch with its own call."""
    require_repeatable(seen)
    x, w = prober.dense(IMAGES)
    together = prober.call(x, w)
    alone = [prober.call(x[i : i + 1], w)[0] for i in range(IMAGES)]
    different = sum(int((together[i] != alone[i]).sum()) for i in range(IMAGES))
    if not different:
        return ProbeResult(f"an image has the same bits alone and in a batch of {IMAGES}", True)
    return ProbeResult(
        f"{different} of {together.size} elements have other bits in a batch of {IMAGES} than for the image alone",
        False,
    )


def elsewhere_in_the_output(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Give every output element the same sum."""
    require_repeatable(seen)
    inner = equal_sums(prober)
    over_pixels = bool((inner == inner[:, :1, :1]).all())
    over_channels = bool((inner == inner[:1]).all())
    found = {"pixels": over_pixels, "channels": over_channels}
    match over_pixels, over_channels:
        case True, True:
            words = "every pixel and output channel sums in the same way"
        case False, True:
            words = "not all pixels sum in the same way; all output channels do"
        case True, False:
            words = "not all output channels sum in the same way; all pixels do"
        case _:
            words = "neither all pixels nor all output channels sum in the same way"
    return ProbeResult(words, found)


def equal_sums(prober: Prober) -> Floats:
    """The outputs (M, rows, columns) away from the border of a call in which all of them are the same sum.

    It has an image of equal pixels, and the same weights for all channels.
    """
    shape = prober.shape
    channels, weights = shape.channels, shape.taps
    values = spread(prober.random(channels + weights, key=3), prober.dtype)
    pixel = np.tile(values[:channels], shape.groups)
    x = np.broadcast_to(pixel[None, :, None, None], (1, shape.C, shape.H, shape.W))
    w = np.tile(values[channels:], (shape.M, 1)).reshape(shape.M, channels, shape.KH, shape.KW)
    p = shape.padding
    return prober.call(x, w)[0, :, p : shape.OH - p, p : shape.OW - p]


def same(one: Floats, other: Floats) -> bool:
    return bool(np.array_equal(one, other, equal_nan=True))


def require_repeatable(seen: ProbeResults) -> None:
    """NotSeen where the same call has other bits each time, so that nothing follows from those of another."""
    found = seen["repeating"].value
    if found is not None and not found["identical"]:
        raise NotSeen("not even the same call gives the same bits")
