"""Where the bits of a sum change: with the size of the batch, along the output, with the layout, with the threads."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Floats
from conv2d_conformance.contract.invariances import THREADS
from conv2d_conformance.fingerprint.probe_result import ProbeResult, ProbeResults
from conv2d_conformance.fingerprint.prober import NotSeen, Prober
from conv2d_conformance.fingerprint.probes.repeating import equal_sums, require_repeatable, same

BATCHES = (2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33)
"""Beside the powers of two, where libraries change their blocks."""

MOST_PRODUCTS = 1 << 26
"""Of a batch: a call should not take many times as long as the shape's own."""

THREAD_COUNTS = ("1", "2", "3")

LEAST_DIVIDED = 1 << 15
"""Products of a call that libraries divide among threads. A choice: smaller shapes are not worth a process each."""


def in_batches_of_every_size(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Compare an image with itself, many times in a batch."""
    require_repeatable(seen)
    x, w = prober.dense(1)
    alone = prober.call(x, w)
    sizes = [size for size in BATCHES if size * prober.shape.multiplications <= MOST_PRODUCTS]
    if not sizes:
        raise NotSeen("a batch takes too long")
    other = [size for size in sizes if not same(prober.call(np.repeat(x, size, axis=0), w), np.repeat(alone, size, 0))]
    found = {"tried": sizes, "other": other}
    if not other:
        return ProbeResult(f"an image has the same bits in batches of up to {sizes[-1]}", found)
    which = (
        f"every batch of 2 to {sizes[-1]}" if other == sizes else f"batches of {_listed(other)}, of {_listed(sizes)}"
    )
    return ProbeResult(f"an image has other bits than alone in {which}", found)


def along_the_output(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Name the rows, columns and channels from which on equal sums have other bits."""
    require_repeatable(seen)
    y = equal_sums(prober)
    rows, columns, channels = (_changes(np.moveaxis(y, axis, 0)) for axis in (1, 2, 0))
    p = prober.shape.padding
    found = {"rows": [row + p for row in rows], "columns": [column + p for column in columns], "channels": channels}
    said = [f"{name[:-1]} {_listed(places)}" for name, places in found.items() if places]
    words = f"equal sums change their bits at {', '.join(said)}" if said else "equal sums have the same bits everywhere"
    return ProbeResult(words, found)


def in_every_layout(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Compare a call of dense arrays with the same call in every claimed view."""
    require_repeatable(seen)
    # A broadcast view has other values than a dense array.
    views = sorted(prober.implementation.hello.capabilities.views - {"broadcast"})
    if not views:
        raise NotSeen("no view is claimed")
    x, w = prober.dense(2)
    dense = prober.call(x, w)
    other = [view for view in views if not same(prober.call(x, w, view=view), dense)]
    words = f"other bits where the arrays are {', '.join(other)}" if other else "the same bits in every claimed view"
    return ProbeResult(words, {"tried": views, "other": other})


def with_every_number_of_threads(prober: Prober, seen: ProbeResults) -> ProbeResult:
    """Compare a call with the same call by the same implementation with its option `threads`."""
    require_repeatable(seen)
    if prober.shape.multiplications < LEAST_DIVIDED:
        raise NotSeen("too little work to be divided")
    x, w = prober.dense(2)
    usual = prober.call(x, w)
    other = [count for count in THREAD_COUNTS if not same(prober.call(x, w, option=(THREADS, count)), usual)]
    counts = ", ".join(THREAD_COUNTS)
    if other:
        return ProbeResult(f"other bits with {THREADS}={', '.join(other)}", {"tried": [*THREAD_COUNTS], "other": other})
    return ProbeResult(f"the same bits with {THREADS}={counts}", {"tried": [*THREAD_COUNTS], "other": []})


def _changes(slices: Floats) -> list[int]:
    """The numbers of the slices that differ from the one before."""
    flat = slices.reshape(len(slices), -1)
    return [int(number) for number in np.flatnonzero((flat[1:] != flat[:-1]).any(axis=1)) + 1]


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))
