"""What happens to numbers: rounding, dtypes, infinities, NaN, and whose memory it is."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import ml_dtypes
import numpy as np
import pytest

import conv2d_reference
from conv2d_reference import correlate, direct
from conv2d_reference.lowered import Array

INF, NAN = np.inf, np.nan
Convolution = Callable[..., Array]

FLOATING = [np.float16, ml_dtypes.bfloat16, np.float32, np.float64, np.longdouble]


@pytest.fixture(params=[direct, correlate], ids=["direct", "correlate"])
def conv2d(request: pytest.FixtureRequest) -> Convolution:
    found: Convolution = request.param.conv2d
    return found


def row(
    conv2d: Convolution,
    values: list[Any],
    kernel: list[Any],
    bias: float | Fraction | None = None,
    dtype: type[Any] = np.float64,
    **attributes: Any,
) -> Array:
    x, w = (np.array(line, dtype=dtype).reshape(1, 1, 1, -1) for line in (values, kernel))
    b = None if bias is None else np.array([bias], dtype=dtype)
    found: Array = conv2d(x, w, b, **attributes)[0, 0, 0]
    return found


def test_conv2d_is_that_of_direct() -> None:
    assert conv2d_reference.conv2d is direct.conv2d


def test_fractions_stay_exact() -> None:
    third, seventh = Fraction(1, 3), Fraction(1, 7)
    result = row(direct.conv2d, [third, 2 * third, 1], [seventh, 1], Fraction(1, 2), dtype=object)
    assert result.tolist() == [Fraction(1, 21) + Fraction(2, 3) + Fraction(1, 2), Fraction(2, 21) + Fraction(3, 2)]


def test_python_ints_stay_exact() -> None:
    assert row(direct.conv2d, [2**70, 1], [2**70, 1], dtype=object).tolist() == [2**140 + 1]


def test_correlate_says_that_it_takes_no_objects() -> None:
    with pytest.raises(TypeError, match="got arrays of objects; `direct` takes both"):
        row(correlate.conv2d, [1], [1], dtype=object)


@pytest.mark.parametrize("dtype", [*FLOATING, np.complex64, np.complex128, np.int8, np.int64, np.uint8, np.uint64])
def test_the_result_has_the_dtype_of_the_input(conv2d: Convolution, dtype: type[Any]) -> None:
    result = row(conv2d, [1, 2, 3], [1, 10], 5, dtype=dtype)
    assert result.dtype == dtype
    assert result.tolist() == [26, 37]


def test_complex_weights_are_not_conjugated(conv2d: Convolution) -> None:
    assert row(conv2d, [1 + 2j], [3 - 4j], dtype=np.complex128).tolist() == [11 + 2j]


@pytest.mark.parametrize(
    ("dtype", "values", "exact"),
    [
        (np.float32, [2.0**24, 1, 1], 2.0**24 + 2),
        (np.float16, [2048, 1, 1], 2050),
        (np.float16, [60000, 60000, -60000], 60000),
        (ml_dtypes.bfloat16, [256, 1, 1], 258),
    ],
)
def test_sums_are_rounded_once(conv2d: Convolution, dtype: type[Any], values: list[float], exact: float) -> None:
    assert row(conv2d, values, [1, 1, 1], dtype=dtype).tolist() == [exact]


def test_bias_is_added_before_the_rounding(conv2d: Convolution) -> None:
    assert row(conv2d, [2048, 1], [1, 1], 1, dtype=np.float16).tolist() == [2050]


def test_a_sum_beyond_the_largest_number_is_infinite(conv2d: Convolution) -> None:
    assert row(conv2d, [60000, 60000], [1, 1], dtype=np.float16).tolist() == [INF]
    assert row(conv2d, [1e308, 1e308], [1, 1]).tolist() == [INF]


def test_an_integer_that_does_not_fit_is_refused() -> None:
    with pytest.raises(OverflowError):
        row(direct.conv2d, [100, 100], [1, 1], dtype=np.int8)


def test_an_infinity_that_the_kernel_steps_over_has_no_effect(conv2d: Convolution) -> None:
    assert row(conv2d, [1, INF, 2], [1, 10], dilation=(1, 2)).tolist() == [21]
    assert row(conv2d, [1, INF, 2, NAN, 3], [1, 10, 100], dilation=(1, 2)).tolist() == [321]


def test_an_infinity_between_windows_has_no_effect(conv2d: Convolution) -> None:
    assert row(conv2d, [1, INF, 2, NAN], [3], stride=(1, 2)).tolist() == [3, 6]


def test_an_infinity_in_a_lost_column_has_no_effect(conv2d: Convolution) -> None:
    assert row(conv2d, [1, 2, 3, 4, NAN], [1, 10], stride=(1, 2)).tolist() == [21, 43]


def test_a_zero_weight_does_not_hide_an_infinity_inside_the_window(conv2d: Convolution) -> None:
    result = row(conv2d, [1, INF, 2, 3], [0, 1])
    assert result[0] == INF
    assert np.isnan(result[1])
    assert result[2] == 3
    assert np.isnan(row(conv2d, [INF, -INF], [1, 1])).all()
    assert np.isnan(row(conv2d, [INF], [1], -INF)).all()


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_the_other_modes_copy_an_infinity_into_the_padding(conv2d: Convolution, mode: str) -> None:
    values = [INF, INF, 1, INF, INF]
    assert row(conv2d, values, [1], padding=(0, 1), padding_mode=mode)[[0, -1]].tolist() == [INF, INF]


def test_implicit_zeros_are_skipped_by_direct_and_multiplied_by_correlate() -> None:
    assert row(direct.conv2d, [1, 2], [INF, 1], padding=(0, 1)).tolist() == [1, INF, INF]
    result = row(correlate.conv2d, [1, 2], [INF, 1], padding=(0, 1))
    assert np.isnan(result[0])
    assert result[1:].tolist() == [INF, INF]


def test_other_samples_groups_and_filters_are_not_touched_by_a_nan(conv2d: Convolution) -> None:
    x, w = np.ones((2, 2, 3, 3)), np.ones((4, 1, 2, 2))
    x[0, 1, 1, 1], w[1, 0, 0, 0] = NAN, NAN
    touched = np.isnan(conv2d(x, w, groups=2))
    assert touched.any(axis=(2, 3)).tolist() == [[False, True, True, True], [False, True, False, False]]


def test_inputs_of_any_layout_are_read_and_left_alone(conv2d: Convolution) -> None:
    values = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
    weight = np.arange(2 * 3 * 2 * 3, dtype=np.float32).reshape(2, 3, 2, 3)
    expected = conv2d(values, weight, padding=1)
    for view in (
        np.asfortranarray(values),
        values.transpose(2, 0, 3, 1).copy().transpose(1, 3, 0, 2),
        values[..., ::-1].copy()[..., ::-1],
    ):
        view.setflags(write=False)
        assert (conv2d(view, weight, padding=1) == expected).all()
        assert (view == values).all()


def test_the_result_owns_its_memory(conv2d: Convolution) -> None:
    for shape in ((1, 1, 2, 3), (1, 2, 3)):
        image, weight = np.ones(shape), np.ones((1, 1, 1, 1))
        result = conv2d(image, weight)
        assert result.flags.writeable
        assert not np.shares_memory(result, image)
