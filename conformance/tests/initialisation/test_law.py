"""The null hypothesis holds for every usual way to draw: no value is farther from a uniform variable than the slack."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.layer_case import LayerCase
from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.initialisation.law import GRID_BITS, layer_law

SHAPES = [LayerCase(C=c, M=1, kernel=k) for c, k in ((1, 1), (3, 1), (5, (2, 7)), (7, 3), (20, (5, 2)), (96, 11))]


def fused(x: Array, t: float, kind: type[Any]) -> Array:
    """X * 2t - t with one rounding, which is t (2x - 1) since that is exact here."""
    return (float(kind(t)) * (2 * x - 1)).astype(kind)


def unfused(x: Array, t: float, kind: type[Any]) -> Array:
    t = kind(t)
    return (x.astype(kind) * (t + t) - t).astype(kind)


def multiplied(x: Array, t: float, kind: type[Any]) -> Array:
    return ((2 * x - 1) * t).astype(kind)


def from_float32(x: Array, t: float, kind: type[Any]) -> Array:
    """PyTorch's 16-bit types: rounded, and the upper end moved to the lower one."""
    rounded = fused(x, t, np.float32).astype(kind)
    top = kind(np.float32(t))
    return np.where(rounded == top, -top, rounded)


WAYS = [(dtype, make) for dtype in DTYPES for make in (fused, unfused, multiplied)]
WAYS += [(dtype, from_float32) for dtype in ("float16", "bfloat16")]


@pytest.mark.parametrize(("dtype", "make"), WAYS)
@pytest.mark.parametrize("open_below", [False, True])
def test_the_slack_covers_it(dtype: str, make: Callable[..., Any], open_below: bool) -> None:
    kind = dtype_of(dtype).type
    bits = min(GRID_BITS[dtype], 23)
    step = 2**-bits
    number = np.unique(np.linspace(0, 2**bits - 1, 2**14).astype(int) if bits > 14 else np.arange(2**bits))
    x = (number + open_below) * step
    for case in SHAPES:
        law = layer_law(LayerCase(C=case.C, M=1, kernel=case.kernel, dtype=dtype))
        y = make(x, law.bound, kind).astype(float) / law.bound
        assert (np.abs(y) <= law.limit).all()
        low, high = 2 * number * step - 1, 2 * (number + 1) * step - 1  # the X that have this number
        # A value that was moved around the circle is compared with an X moved by 2u: see the proof in `law`.
        moved = np.abs(y - x * 2 + 1) > 1
        turn = np.where(moved, 2.0, 0.0)
        distance = np.maximum(np.abs(y - low + turn), np.abs(y - high + turn))
        assert moved.sum() <= 2 * law.slack * 2**bits
        assert distance[~moved].max() <= law.slack
        assert (distance[moved] <= law.slack).all()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_no_value_is_more_probable_than_the_atom(dtype: str) -> None:
    """Counted over all 2^20 equidistant points, which stand for PyTorch's float32 grid, and over the coarse grid."""
    kind = dtype_of(dtype).type
    for case in SHAPES:
        law = layer_law(LayerCase(C=case.C, M=1, kernel=case.kernel, dtype=dtype))
        for bits in (20, GRID_BITS[dtype]):
            values = from_float32(np.arange(2**bits) / 2**bits, law.bound, kind)
            _, counts = np.unique(values.astype(float), return_counts=True)
            assert counts.max() / 2**bits <= law.atom


def test_fan_in_counts_the_channels_of_one_group() -> None:
    case = LayerCase(C=6, M=10, kernel=(3, 5), groups=2)
    assert case.fan_in == 45
    assert layer_law(case).bound == pytest.approx(1 / np.sqrt(45), rel=1e-15)
