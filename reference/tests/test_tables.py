"""Both references against arrays that were computed by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from conv2d_reference import correlate, direct
from conv2d_reference.lowered import Array

ZEROS, REFLECT, REPLICATE, CIRCULAR = "zeros", "reflect", "replicate", "circular"
SQUARE = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
ONE = [[1]]


@pytest.fixture(params=[direct, correlate], ids=["direct", "correlate"])
def conv2d(request: pytest.FixtureRequest) -> Callable[..., Any]:
    found: Callable[..., Any] = request.param.conv2d
    return found


def plane(
    conv2d: Callable[..., Any], image: Array | list[list[int]], kernel: Array | list[list[int]], **attributes: Any
) -> Array:
    """Convolve one image with one kernel, both of one channel."""
    found: Array = conv2d(
        np.array(image)[np.newaxis, np.newaxis], np.array(kernel)[np.newaxis, np.newaxis], **attributes
    )[0, 0]
    return found


def channels(
    conv2d: Callable[..., Any],
    values: Array | list[int],
    weight: Array | list[list[int]],
    bias: list[int] | None = None,
    **attributes: Any,
) -> list[int]:
    """Convolve an image of one pixel: what is left of a convolution is the sum over channels."""
    image = np.array(values).reshape(1, -1, 1, 1)
    filters = np.array(weight)[:, :, np.newaxis, np.newaxis]
    found: list[int] = conv2d(image, filters, None if bias is None else np.array(bias), **attributes)[
        0, :, 0, 0
    ].tolist()
    return found


def test_the_kernel_is_not_flipped(conv2d: Callable[..., Any]) -> None:
    assert plane(conv2d, [[1, 2], [3, 4]], [[1, 10], [100, 1000]]).tolist() == [[4321]]


def test_the_kernel_slides_over_the_image(conv2d: Callable[..., Any]) -> None:
    expected = [[5421, 6532], [8754, 9865]]
    assert plane(conv2d, SQUARE, [[1, 10], [100, 1000]]).tolist() == expected


@pytest.mark.parametrize(
    ("stride", "expected"),
    [
        (1, SQUARE),
        (2, [[1, 3], [7, 9]]),
        ((2, 1), [[1, 2, 3], [7, 8, 9]]),
        ((1, 2), [[1, 3], [4, 6], [7, 9]]),
        ((3, 2), [[1, 3]]),
        (9, [[1]]),
    ],
)
def test_stride(conv2d: Callable[..., Any], stride: int | tuple[int, int], expected: list[list[int]]) -> None:
    assert plane(conv2d, SQUARE, ONE, stride=stride).tolist() == expected


def test_rows_and_columns_that_no_window_reaches_are_lost(conv2d: Callable[..., Any]) -> None:
    assert plane(conv2d, [[1, 2, 3, 4, 5]], [[1, 10]], stride=(1, 2)).tolist() == [[21, 43]]
    assert plane(conv2d, [[1], [2], [3], [4], [5]], [[1], [10]], stride=(2, 1)).tolist() == [[21], [43]]


@pytest.mark.parametrize(
    ("dilation", "expected"),
    [
        (1, [[5421, 6532], [8754, 9865]]),
        (2, [[9731]]),
        ((2, 1), [[8721, 9832]]),
        ((1, 2), [[6431], [9764]]),
    ],
)
def test_dilation(conv2d: Callable[..., Any], dilation: int | tuple[int, int], expected: list[list[int]]) -> None:
    assert plane(conv2d, SQUARE, [[1, 10], [100, 1000]], dilation=dilation).tolist() == expected


def test_dilation_with_stride(conv2d: Callable[..., Any]) -> None:
    assert plane(conv2d, [[1, 2, 3, 4, 5, 6, 7]], [[1, 10]], dilation=(1, 3), stride=(1, 2)).tolist() == [[41, 63]]


# A kernel of one element shows the padded image itself.
@pytest.mark.parametrize(
    ("mode", "padding", "expected"),
    [
        (ZEROS, (1, 0), [[0, 0, 0], [1, 2, 3], [4, 5, 6], [0, 0, 0]]),
        (ZEROS, (0, 2), [[0, 0, 1, 2, 3, 0, 0], [0, 0, 4, 5, 6, 0, 0]]),
        (ZEROS, 1, [[0, 0, 0, 0, 0], [0, 1, 2, 3, 0], [0, 4, 5, 6, 0], [0, 0, 0, 0, 0]]),
        (REFLECT, (1, 0), [[4, 5, 6], [1, 2, 3], [4, 5, 6], [1, 2, 3]]),
        (REFLECT, (0, 2), [[3, 2, 1, 2, 3, 2, 1], [6, 5, 4, 5, 6, 5, 4]]),
        (REPLICATE, (2, 1), [[1, 1, 2, 3, 3]] * 3 + [[4, 4, 5, 6, 6]] * 3),
        (REPLICATE, (0, 4), [[1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3], [4, 4, 4, 4, 4, 5, 6, 6, 6, 6, 6]]),
        (CIRCULAR, (2, 1), [[3, 1, 2, 3, 1], [6, 4, 5, 6, 4]] * 3),
        (CIRCULAR, (0, 3), [[1, 2, 3] * 3, [4, 5, 6] * 3]),
    ],
)
def test_padding(
    conv2d: Callable[..., Any], mode: str, padding: int | tuple[int, int], expected: list[list[int]]
) -> None:
    assert plane(conv2d, [[1, 2, 3], [4, 5, 6]], ONE, padding=padding, padding_mode=mode).tolist() == expected


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (ZEROS, [3210, 4321, 5432, 543, 54]),
        (REFLECT, [3212, 4321, 5432, 4543, 3454]),
        (REPLICATE, [3211, 4321, 5432, 5543, 5554]),
        (CIRCULAR, [3215, 4321, 5432, 1543, 2154]),
    ],
)
def test_same_puts_the_extra_cell_at_the_end(conv2d: Callable[..., Any], mode: str, expected: list[int]) -> None:
    row, kernel = np.array([[1, 2, 3, 4, 5]]), np.array([[1, 10, 100, 1000]])
    assert plane(conv2d, row, kernel, padding="same", padding_mode=mode).tolist() == [expected]
    assert plane(conv2d, row.T, kernel.T, padding="same", padding_mode=mode).T.tolist() == [expected]


def test_same_with_dilation(conv2d: Callable[..., Any]) -> None:
    image, kernel = [[1, 2, 3, 4, 5]], [[1, 10]]  # one cell on each side for a dilation of 2; for 3, one and two
    assert plane(conv2d, image, kernel, padding="same", dilation=2).tolist() == [[20, 31, 42, 53, 4]]
    assert plane(conv2d, image, kernel, padding="same", dilation=3).tolist() == [[30, 41, 52, 3, 4]]


def test_same_with_a_kernel_larger_than_the_input(conv2d: Callable[..., Any]) -> None:
    assert plane(conv2d, [[5]], [[1, 10, 100, 1000, 10000]], padding="same").tolist() == [[500]]
    assert plane(conv2d, [[1, 2, 3]], [[1] * 7], padding="same", padding_mode=CIRCULAR).tolist() == [[13, 14, 15]]


def test_valid_is_no_padding(conv2d: Callable[..., Any]) -> None:
    for mode in (ZEROS, REFLECT, REPLICATE, CIRCULAR):
        result = plane(conv2d, [[1, 2, 3, 4]], [[1, 10]], padding="valid", padding_mode=mode, stride=2)
        assert result.tolist() == [[21, 43]]


def test_a_window_inside_the_padding_sees_the_bias_alone(conv2d: Callable[..., Any]) -> None:
    image, weight = np.array([[[[2]]]]), np.array([[[[1, 10], [100, 1000]]]])
    expected = np.full((6, 6), 7)
    expected[2:4, 2:4] += [[2000, 200], [20, 2]]
    assert conv2d(image, weight, np.array([7]), padding=3)[0, 0].tolist() == expected.tolist()


def test_all_inputs_are_convolved_to_all_outputs(conv2d: Callable[..., Any]) -> None:
    assert channels(conv2d, [1, 2, 3], [[1, 10, 100], [2, 0, 0]]) == [321, 2]


def test_bias_is_added_once_to_each_output_channel(conv2d: Callable[..., Any]) -> None:
    assert channels(conv2d, [1, 2, 3], [[1, 10, 100], [2, 0, 0]], [5000, 40]) == [5321, 42]


def test_groups_are_layers_side_by_side(conv2d: Callable[..., Any]) -> None:
    weight = [[1, 10], [2, 20], [3, 30], [4, 40]]
    assert channels(conv2d, [1, 2, 3, 4], weight, groups=2) == [21, 42, 129, 172]


def test_depthwise_gives_each_input_channel_its_own_filters(conv2d: Callable[..., Any]) -> None:
    weight = [[1], [2], [3], [4], [5], [6]]
    assert channels(conv2d, [1, 10, 100], weight, groups=3) == [1, 2, 30, 40, 500, 600]


def test_numpy_integers_count_beyond_their_own_range(conv2d: Callable[..., Any]) -> None:
    values, weight = np.arange(300), np.full((300, 3), 2)
    expected = np.repeat(2 * values.reshape(100, 3).sum(axis=1), 3)
    assert channels(conv2d, values, weight, groups=np.uint8(100)) == expected.tolist()


def test_a_batch_is_convolved_image_by_image(conv2d: Callable[..., Any]) -> None:
    images = np.array([1, 2, 3, 4, 5, 6]).reshape(3, 2, 1, 1)
    weight = np.array([1, 10]).reshape(1, 2, 1, 1)
    assert conv2d(images, weight).tolist() == [[[[21]]], [[[43]]], [[[65]]]]


def test_unbatched_input_gives_unbatched_output(conv2d: Callable[..., Any]) -> None:
    image = np.array([1, 2, 3, 4]).reshape(2, 1, 2)
    weight = np.array([1, 10]).reshape(1, 2, 1, 1)
    assert conv2d(image, weight).tolist() == [[[31, 42]]]


def test_an_empty_batch_gives_an_empty_batch(conv2d: Callable[..., Any]) -> None:
    image, weight = np.empty((0, 2, 5, 6)), np.empty((4, 1, 2, 3))
    for mode in (ZEROS, REFLECT, REPLICATE, CIRCULAR):
        result = conv2d(image, weight, np.ones(4), groups=2, padding=1, stride=(1, 2), padding_mode=mode)
        assert result.shape == (0, 4, 6, 3)
