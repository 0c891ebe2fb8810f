"""Faults that show at full size alone are caught there, wherever they lie, and right variants pass.

Thresholds are scaled down, so that the arrays stay small: an index of 31 bits becomes one of 11, and so on. Each mutant
takes the right answers and spoils them at places that only sizes reach.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.shape_sets import shapes_of
from conv2d_conformance.checks import every_check
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import CORE, Capabilities
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.running.examine import examine
from conv2d_conformance.variants import catalogue as variants
from conv2d_conformance.verdict.tally import Tally
from conv2d_reference.correlate import conv2d
from conv2d_reference.gradients_by_tap import gradients

(SHAPE,) = shapes_of("n4c3h20w37 m9k3 p1 bias")
"""Output of 4 * 9 * 20 * 37 = 26,640 elements."""

CLAIMS = Capabilities(dtypes={"float32"})

Spoil = Callable[[Array, list[Array]], None]
"""Spoils a right answer of any number of elements in place, given the answers to earlier calls."""


def flat(change: Callable[[Array], None]) -> Spoil:
    return lambda answer, _: change(answer.reshape(-1))


def _put(places: Any, value: Callable[[Array], Any]) -> Spoil:
    def spoil(values: Array) -> None:
        values[places] = value(values)

    return flat(spoil)


def zeroed(places: Any) -> Spoil:
    return _put(places, lambda _: 0)


def doubled(places: Any) -> Spoil:
    return _put(places, lambda values: 2 * values[places] + 1)


def wrapped(bits: int) -> Spoil:
    """An index of so few bits: what lies beyond is what lies at the start."""
    size = 1 << bits
    return _put(slice(size, None), lambda values: np.resize(values[:size], values.size - size))


def stale(places: Any) -> Spoil:
    """Memory that the call leaves as an earlier one had filled it."""

    def spoil(answer: Array, before: list[Array]) -> None:
        if before and before[-1].shape == answer.shape:
            answer[places] = before[-1][places]

    return spoil


def one_more(place: int) -> Spoil:
    return _put(place, lambda values: values[place] + 1)


def swapped(first: int, second: int) -> Spoil:
    return _put([first, second], lambda values: values[[second, first]])


MUTANTS: dict[str, Spoil] = {
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


def spoilt(spoil: Spoil | None) -> Adapter:
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


def judged(adapter: Adapter, *shapes: Case, seed: int = 0, check: str = "test_named_shapes") -> Tally:
    found = every_check()[f"test_full_size::{check}"]
    return examine(found, InProcess(adapter), EFFORTS["quick"], seed, shapes=shapes).tally


@pytest.mark.parametrize("name", MUTANTS)
def test_a_fault_of_size_is_caught(name: str) -> None:
    tally = judged(spoilt(MUTANTS[name]), SHAPE)
    assert tally.outcome == "fail"
    assert tally.failure is not None
    assert tally.failure.aspect == "values"


def test_there_are_forty_of_them() -> None:
    assert len(MUTANTS) >= 40


SMALL = shapes_of("n2c3h5w6 m2k3x2 s2x1 p1 bias")


@pytest.mark.parametrize("name", variants())
def test_no_right_variant_is_refused(name: str) -> None:
    adapter = variants()[name]
    tally = judged(adapter, *SMALL)
    assert tally.failure is None
    if not adapter.capabilities.limits and adapter.capabilities.features >= CORE:
        assert tally.outcome == "pass"


def gradient_adapter(spoil: Callable[[tuple[Array, Array, Array | None]], None]) -> Adapter:
    def adapter(x: Array, w: Array, b: Array | None, gy: Array, **arguments: Any) -> tuple[Array, Array, Array | None]:
        wide = [None if array is None else array.astype(np.float64) for array in (x, w, b, gy)]
        made = gradients(*wide, **arguments)  # type: ignore[arg-type]  # input, weight and grad_output are arrays
        gx, gw, gb = (None if array is None else np.ascontiguousarray(array, x.dtype) for array in made)
        assert gx is not None
        assert gw is not None
        spoil((gx, gw, gb))
        return gx, gw, gb

    return replace(spoilt(None), gradients=adapter)


@pytest.mark.parametrize(("number", "name"), [*enumerate(("grad_input", "grad_weight", "grad_bias"))])
def test_a_wrong_element_of_a_gradient_is_caught(number: int, name: str) -> None:
    def spoil(found: tuple[Array, Array, Array | None]) -> None:
        array = found[number]
        assert array is not None
        array.reshape(-1)[array.size // 3] += 1

    tally = judged(gradient_adapter(spoil), *SMALL, check="test_gradients_of_named_shapes")
    assert tally.failure is not None
    assert f" at {name}[" in tally.failure.got


def test_right_gradients_pass() -> None:
    right = judged(gradient_adapter(lambda _: None), *SMALL, check="test_gradients_of_named_shapes")
    assert (right.failure, right.outcome, right.asked) == (None, "pass", 3)


def test_every_call_has_other_data_and_integers_come_last() -> None:
    asked = judged(spoilt(None), SHAPE)
    assert (asked.outcome, asked.asked, len(asked.digests)) == ("pass", 3, 3)
    assert asked.elements == 3 * 26640
    assert 26640 + 2 * 2000 < asked.evidence <= 26640 + 2 * 4096
    assert judged(spoilt(None), SHAPE, seed=1).digests.isdisjoint(asked.digests)


def test_a_shape_beyond_the_claims_is_left_out() -> None:
    adapter = replace(spoilt(None), capabilities=replace(CLAIMS, bias=False))
    assert judged(adapter, SHAPE).asked == 0
    assert judged(adapter, replace(SHAPE, bias=False)).asked == 3
