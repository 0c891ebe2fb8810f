"""Faults that show at full size alone, and adapters that have them.

Thresholds are scaled down, so that the arrays stay small: an index of 31 bits becomes one of 11, and so on. Each mutant
takes the right answers and spoils them at places that only sizes reach.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from conv2d_conformance.cases.shape_sets import shapes_of
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_reference.correlate import conv2d

(SHAPE,) = shapes_of("n4c3h20w37 m9k3 p1 bias")
"""Output of 4 * 9 * 20 * 37 = 26,640 elements."""

SpoilInPlace = Callable[[Array, list[Array]], None]
"""Spoils a right answer of any number of elements in place, given the answers to earlier calls."""


def flat(change: Callable[[Array], None]) -> SpoilInPlace:
    return lambda answer, _: change(answer.reshape(-1))


def _put(places: Any, value: Callable[[Array], Any]) -> SpoilInPlace:
    def spoil(values: Array) -> None:
        values[places] = value(values)

    return flat(spoil)


def zeroed(places: Any) -> SpoilInPlace:
    return _put(places, lambda _: 0)


def doubled(places: Any) -> SpoilInPlace:
    return _put(places, lambda values: 2 * values[places] + 1)


def wrapped(bits: int) -> SpoilInPlace:
    """An index of so few bits: what lies beyond is what lies at the start."""
    size = 1 << bits
    return _put(slice(size, None), lambda values: np.resize(values[:size], values.size - size))


def stale(places: Any) -> SpoilInPlace:
    """Memory that the call leaves as an earlier one had filled it."""

    def spoil(answer: Array, before: list[Array]) -> None:
        if before and before[-1].shape == answer.shape:
            answer[places] = before[-1][places]

    return spoil


def one_more(place: int) -> SpoilInPlace:
    return _put(place, lambda values: values[place] + 1)


def swapped(first: int, second: int) -> SpoilInPlace:
    return _put([first, second], lambda values: values[[second, first]])


FAULTS_OF_SIZE: dict[str, SpoilInPlace] = {
    **{f"index-of-{bits}-bits": wrapped(bits) for bits in (11, 12, 13, 14)},
    **{f"signed-index-of-{bits}-bits-writes-nothing": zeroed(slice(1 << bits, None)) for bits in (11, 12, 13, 14)},
    **{f"element-{place}": one_more(place) for place in (0, 1, 739, 740, 4095, 4096, 8192, 16383, 16384, 26639)},
    **{f"element-{place}-is-zero": zeroed([4097, place]) for place in (12345, 20000)},
    "tile-beyond-the-64th": zeroed(slice(64 * 64, 65 * 64)),
    "tile-beyond-the-256th": zeroed(slice(256 * 64, 257 * 64)),
    "last-tile": zeroed(slice(-16, None)),
    "last-row-of-a-tile": doubled(slice(16 * 37 - 1, None, 16 * 37)),
    "remainder-of-a-vector": zeroed(slice(26640 // 32 * 32, None)),
    "two-tiles-swapped": swapped(1024, 1088),
    "two-elements-swapped": swapped(5000, 21000),
    "every-4099th": doubled(slice(4099, None, 4099)),
    "not-a-number": _put(17000, lambda _: np.nan),
    "infinite": _put(17001, lambda _: np.inf),
    "stale-last-image": stale(-1),
    "stale-first-image": stale(0),
    "stale-tile": stale((2, 5, slice(8, 16), slice(16, 32))),
    "stale-element": stale((3, 8, 19, 36)),
    "stale-channel": stale((slice(None), 8)),
    "stale-everything": stale(...),
    "image-of-another": lambda answer, _: answer.__setitem__(3, answer[2]),
    "split-of-images-loses-one": lambda answer, _: answer.__setitem__(2, 0),
    "split-of-channels-loses-one": lambda answer, _: answer.__setitem__((slice(None), 8), 0),
    "channels-beyond-the-8th": lambda answer, _: answer.__setitem__((slice(None), slice(8, None)), answer[:, :1]),
    "rows-beyond-the-16th": lambda answer, _: answer.__setitem__((..., slice(16, None), slice(None)), 0),
    "columns-beyond-the-32nd": lambda answer, _: answer.__setitem__((..., slice(32, None)), 0),
    "column-twice": lambda answer, _: answer.__setitem__((..., 33), answer[..., 32]),
}


CLAIMS = Capabilities(dtypes={"float32"})


def spoilt(spoil: SpoilInPlace | None) -> Adapter:
    """A conv2d whose answers are right, and then spoilt where the shape is large."""
    before: list[Array] = []

    def adapter(x: Array, w: Array, b: Array | None, **arguments: Any) -> Array:
        wide = None if b is None else b.astype(np.float64)
        right = conv2d(x.astype(np.float64), w.astype(np.float64), wide, **arguments)
        answer = np.ascontiguousarray(right, x.dtype)
        if spoil is not None:
            spoil(answer, before)
        before[:] = [right.astype(x.dtype)]
        return answer

    return Adapter(name="spoilt", version="1", conv2d=adapter, capabilities=CLAIMS)
