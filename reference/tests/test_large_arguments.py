"""Strides, dilations and paddings of any size: what they cost follows from the sizes of the data and the output."""

import itertools
from typing import Any

import numpy as np
import pytest

from conv2d_reference import correlate, direct, lowered, oracle, resolve
from conv2d_reference.gradients_by_tap import gradients as by_tap
from conv2d_reference.gradients_direct import gradients as by_definition
from conv2d_reference.lowered import Array

LARGE = (2**31 - 1, 2**31, 2**32 + 1, 10**18 - 1)

CALLS = [
    *(((1, 1), (1, 1), {"stride": (large, 1)}) for large in LARGE),
    *(((5, 4), (3, 2), {"stride": large}) for large in LARGE),
    *(((3, 4), (1, 1), {"dilation": (large, 7)}) for large in LARGE),
    *(((3, 4), (1, 2), {"dilation": (large, 2), "stride": (1, large)}) for large in LARGE),
]
PADDED = [
    *(((3, 2), (1, 1), {"padding": (large, 1), "stride": (large, 1)}) for large in LARGE),
    *(((3, 4), (2, 2), {"padding": large, "stride": large}) for large in LARGE),
    *(((3, 2), (3, 1), {"padding": (large, 0), "dilation": (large, 1), "stride": (1, large)}) for large in LARGE),
    ((3, 3), (2, 2), {"padding": (2**31, 5), "dilation": (2**31, 4), "stride": (2**30, 1)}),
]


def arrays(input_plane: tuple[int, int], kernel: tuple[int, int]) -> list[Array]:
    count = itertools.count(1)
    sizes = ((2, 4, *input_plane), (6, 2, *kernel), (6,))
    return [np.array([next(count) % 17 - 8.0 for _ in range(int(np.prod(s)))]).reshape(s) for s in sizes]


def placement(x: Array, w: Array, b: Array, arguments: dict[str, Any]) -> dict[str, Any]:
    g = resolve(x.shape, w.shape, b.shape, groups=2, **arguments)
    return {"stride": g.stride, "dilation": g.dilation, "groups": 2, "pads": g.pads}


@pytest.mark.parametrize(("plane", "kernel", "arguments"), [*CALLS, *PADDED])
def test_all_give_the_same(plane: tuple[int, int], kernel: tuple[int, int], arguments: dict[str, Any]) -> None:
    x, w, b = arrays(plane, kernel)
    required = direct.conv2d(x, w, b, groups=2, **arguments)
    placed = placement(x, w, b, arguments)
    assert required.any()
    np.testing.assert_array_equal(correlate.conv2d(x, w, b, groups=2, **arguments), required)
    np.testing.assert_array_equal(lowered.conv2d(x, w, **placed) + b[:, None, None], required)
    for exact in (False, True):
        np.testing.assert_array_equal(oracle.sums(x, w, **placed, exact=exact).high + b[:, None, None], required)


@pytest.mark.parametrize(("plane", "kernel", "arguments"), CALLS)
def test_gradients_too(plane: tuple[int, int], kernel: tuple[int, int], arguments: dict[str, Any]) -> None:
    x, w, b = arrays(plane, kernel)
    shape = direct.conv2d(x, w, b, groups=2, **arguments).shape
    gy = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    for got, required in zip(
        by_tap(x, w, b, gy, groups=2, **arguments), by_definition(x, w, b, gy, groups=2, **arguments), strict=True
    ):
        np.testing.assert_array_equal(got, required)
