"""NaN and infinity, by the rules of IEEE 754."""

from typing import Any

import numpy as np

from conv2d_conformance.law.allowed import Allowed, compare
from conv2d_conformance.law.classes import accuracy_class
from conv2d_conformance.law.evaluate import law_of

Array = np.ndarray[Any, Any]
INF, NAN = float("inf"), float("nan")


def law(x: Any, w: Any, b: Any = None, pad: int = 0, grade: str = "A", *, flushed: bool = False) -> Allowed:
    """Of a row of pixels and a row of taps, padded with zeros on both sides."""
    placement: Any = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, "pads": ((0, 0), (pad, pad))}
    row, taps = np.array(x, np.float32).reshape(1, 1, 1, -1), np.array(w, np.float32).reshape(1, 1, 1, -1)
    bias = None if b is None else np.array([b], np.float32)
    return law_of(row, taps, bias, placement, accuracy_class(grade, "float32"), flushed=flushed)


def wrong(found: Allowed, *answer: float) -> list[bool]:
    row = np.array(answer, np.float32).reshape(1, 1, 1, -1)
    return [bool(flag) for flag in compare(row, found).wrong.ravel()]


def test_a_nan_in_the_window_makes_nan_and_outside_has_no_effect() -> None:
    found = law([NAN, 1, 2, 3], [1, 2])
    assert wrong(found, NAN, 5, 8) == [False, False, False]
    assert wrong(found, 2, 5, NAN) == [True, False, True]
    assert found.evident.all()


def test_a_nan_under_a_zero_weight_is_nan() -> None:
    assert wrong(law([NAN, 1, 2], [0, 2]), NAN, 4) == [False, False]
    assert wrong(law([NAN, 1, 2], [0, 2]), 2, 4) == [True, False]


def test_an_infinity_keeps_the_sign_of_its_product() -> None:
    assert wrong(law([INF, 1, 2], [-1, 2]), -INF, 3) == [False, False]
    assert wrong(law([INF, 1, 2], [-1, 2]), INF, 3) == [True, False]
    assert wrong(law([INF, 1, 2], [-1, 2]), NAN, 3) == [True, False]


def test_infinities_of_both_signs_and_infinity_times_zero_are_nan() -> None:
    assert wrong(law([INF, INF], [1, -1]), NAN) == [False]
    assert wrong(law([INF, INF], [1, -1]), INF) == [True]
    assert wrong(law([INF, 3], [0, 1]), NAN) == [False]
    assert wrong(law([INF, 3], [0, 1]), 3) == [True]


def test_an_infinity_times_a_factor_that_is_flushed_may_be_nan() -> None:
    for found in (law([INF, 3], [1e-40, 1], flushed=True), law([1e-40, 3], [INF, 1], flushed=True)):
        assert wrong(found, NAN) == wrong(found, INF) == [False]
        assert wrong(found, -INF) == wrong(found, 3) == [True]
    assert wrong(law([INF, 3], [1e-40, 1]), NAN) == [True]
    assert wrong(law([INF, 3], [1e-30, 1], flushed=True), NAN) == [True]


def test_an_infinity_times_a_factor_that_is_rounded_to_zero_may_be_nan() -> None:
    assert wrong(law([INF, 3], [1e-9, 1], grade="R-fp16"), NAN) == [False]
    assert wrong(law([INF, 3], [1e-9, 1], grade="R-fp16"), INF) == [False]
    assert wrong(law([INF, 3], [1e-7, 1], grade="R-fp16"), NAN) == [True]
    assert wrong(law([INF, 3], [1e-9, 1], grade="R-tf32"), NAN) == [True]
    assert wrong(law([INF, 3], [1e-9, 1], grade="R-fp16", flushed=True), NAN) == [False]


def test_a_special_bias_is_added() -> None:
    assert wrong(law([1, 2], [1], INF), INF, INF) == [False, False]
    assert wrong(law([1, 2], [1], NAN), NAN, 2) == [False, True]
    assert wrong(law([-INF, 2], [1], INF), NAN, INF) == [False, False]


def test_an_infinite_weight_over_padding_may_or_may_not_be_multiplied() -> None:
    found = law([1, 2], [INF, 1], pad=1)
    assert wrong(found, NAN, INF, INF) == [False, False, False]
    assert wrong(found, 1, INF, INF) == [False, False, False]
    assert wrong(found, 2, INF, INF) == [True, False, False]
    assert wrong(found, 1, NAN, INF) == [False, True, False]


def test_a_nan_weight_over_padding_too() -> None:
    found = law([1, 2], [NAN, 1], pad=1)
    assert wrong(found, 1, NAN, NAN) == [False, False, False]
    assert wrong(found, NAN, NAN, NAN) == [False, False, False]
    assert wrong(found, 1, 5, NAN) == [False, True, False]
