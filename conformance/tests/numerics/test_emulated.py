"""The emulated arithmetics are what they are called, held against exact fractions."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from conv2d_conformance.cases import call, parse
from conv2d_conformance.contract.formats import FORMATS
from conv2d_conformance.emulation import orders, pieces
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.fixed_point import fixed_point_sum
from conv2d_conformance.emulation.formats import flushing, rounded_to
from conv2d_conformance.emulation.fourier import fourier_planes
from conv2d_conformance.emulation.strassen import strassen_product
from conv2d_conformance.emulation.terms import Order, summed
from conv2d_conformance.emulation.winograd import winograd_tiles

ORDERS: dict[str, Order] = {
    "sequential": orders.sequential,
    "backwards": orders.backwards,
    "pairwise": orders.pairwise,
    "lanes": orders.interleaved(8),
    "blocks": orders.blocked(4),
    "split": orders.split(3),
    "tree": orders.shuffled,
    "kahan": orders.kahan,
    "fma": orders.fused,
    "engine": orders.aligned(4),
}

ALGORITHMS: dict[str, Callable[[Call], Any]] = {
    "F2": lambda call: winograd_tiles(call, 2),
    "F4": lambda call: winograd_tiles(call, 4),
    "F6": lambda call: winograd_tiles(call, 6),
    "fourier": fourier_planes,
    "strassen": strassen_product,
    "fixed point": fixed_point_sum,
    "3 pieces": lambda call: pieces.one_after_the_other(call, pieces.BFLOAT16, pieces.SIX),
    "3 pieces, tap by tap": lambda call: pieces.tap_by_tap(call, pieces.BFLOAT16, pieces.NINE),
    "2 pieces": lambda call: pieces.tap_by_tap(call, pieces.TF32_CUT, pieces.THREE, orders.aligned(8)),
}

LINES = (
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias",
    "c3h7w8 m2k3 same bias",
    "n1c5h1w1 m3k1",
    "n2c2h6w5 m4k5x1 p2x0 g2 bias",
    "n1c4h8w9 m4k3x4 s1 p2 g4 reflect",
    "n0c2h5w6 m2k3",
)


def called(line: str) -> Call:
    arguments, arrays = call(parse(line))
    return Call(arrays["input"], arrays["weight"], arrays["bias"], **arguments)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("order", ORDERS)
def test_every_order_adds_up_every_product_once(order: str, line: str) -> None:
    for dtype in ("float32", "float64"):
        asked = called(f"{line} {dtype} integers:1")
        for bias in ("first", "last", "apart"):
            answer = summed(asked, ORDERS[order], bias=bias)
            assert answer.dtype == dtype
            assert np.array_equal(answer, asked.right())


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_algorithm_is_a_convolution_up_to_rounding(name: str, line: str) -> None:
    asked = called(f"{line} float32 integers:1")
    answer = ALGORITHMS[name](asked)
    assert answer.shape == asked.right().shape
    np.testing.assert_allclose(answer, asked.right(), atol=0.05)


def test_orders_differ_in_their_rounding() -> None:
    asked = called("n1c16h5w5 m4k3 float32 normal:1")
    names = [name for name in ORDERS if name != "engine"]
    answers = {summed(asked, ORDERS[name]).tobytes() for name in names}
    assert len(answers) == len(names)


def test_fused_multiply_add_rounds_once() -> None:
    asked = called("n1c2h9w9 m3k1 float32 normal:3")
    answer = summed(asked, orders.fused)
    for m, row, column in np.ndindex(3, 9, 9):
        x, w = asked.input[0, :, row, column], asked.weight[m, :, 0, 0]
        first = np.float32(x[0] * w[0])
        exact = Fraction(float(first)) + Fraction(float(x[1])) * Fraction(float(w[1]))
        nearest = answer[0, m, row, column]
        below, above = (np.nextafter(nearest, np.float32(side)) for side in (-np.inf, np.inf))
        error = abs(Fraction(float(nearest)) - exact)
        assert all(error <= abs(Fraction(float(other)) - exact) for other in (below, above))


@pytest.mark.parametrize("value", [1.0, 1 + 2.0**-10, 3.14159, -0.1, 1e-42, 2.0**-126 * 1.75, 0.0, np.inf])
def test_precision_is_that_of_the_dtype(value: float) -> None:
    array = np.array([value], np.float32)
    bfloat16 = array.astype(ml_dtypes.bfloat16).astype(np.float32)
    assert rounded_to(FORMATS["bfloat16"])(array) == bfloat16
    cut = rounded_to(FORMATS["bfloat16"], np.trunc)(array)
    assert np.abs(cut) <= np.abs(array)
    assert np.array_equal(cut.view(np.uint32), array.view(np.uint32) & np.uint32(0xFFFF0000))
    assert rounded_to(FORMATS["float32"])(array) == array
    upwards = rounded_to(FORMATS["bfloat16"], np.ceil)(array)
    assert cut <= array <= upwards if value > 0 else upwards <= 0


def test_float16_has_subnormals() -> None:
    values = np.array([2.0**-24, 2.0**-25 * 1.5, 2.0**-15 * 1.0009765625, 1.0009765625], np.float64)
    assert np.array_equal(rounded_to(FORMATS["float16"])(values), values.astype(np.float16).astype(np.float64))


def test_an_engine_loses_what_lies_below_the_last_place_of_the_largest() -> None:
    x = np.array([2.0**12, 2.0**-12, 2.0**12], np.float32).reshape(1, 3, 1, 1)
    w = np.array([1.0, 1.5, -1.0], np.float32).reshape(1, 3, 1, 1)
    assert summed(Call(x, w), orders.aligned(4)) == 0
    assert summed(Call(x, w), orders.aligned(1)) == 0
    assert summed(Call(x[:, [0, 2, 1]], w[:, [0, 2, 1]]), orders.aligned(2)) == 1.5 * 2.0**-12


def test_flushing_keeps_normal_numbers() -> None:
    flush = flushing(FORMATS["float32"])
    assert np.array_equal(flush(np.array([1e-40, -1e-40, 2.0**-126, 0], np.float32)), [0, 0, 2.0**-126, 0])


def test_kahan_keeps_what_a_plain_sum_loses() -> None:
    x = np.array([1.0, *[2.0**-25] * 64], np.float32).reshape(1, 65, 1, 1)
    w = np.ones((1, 65, 1, 1), np.float32)
    assert summed(Call(x, w), orders.sequential) == 1
    assert summed(Call(x, w), orders.kahan) == 1 + 2.0**-19
