"""The two references, and the kinds of number, agree exactly wherever the numbers are exact."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conv2d_reference import correlate, direct, resolve
from conv2d_reference.lowered import Array

deterministic = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck), max_examples=150
)
Call = tuple[Array, Array, Array | None, dict[str, Any]]


@st.composite
def calls(draw: st.DrawFn) -> Call:
    """Legal calls: integer arrays of every geometry, with sizes from the smallest that is legal."""
    mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    padding: Any = draw(st.sampled_from(["explicit", "valid", "same"]))
    if padding == "explicit":
        padding = draw(st.tuples(*[st.integers(0, 3)] * 2))
    stride = (1, 1) if padding == "same" else draw(st.tuples(*[st.integers(1, 3)] * 2))
    dilation = draw(st.tuples(*[st.integers(1, 3)] * 2))
    kernel = draw(st.tuples(*[st.integers(1, 4)] * 2))
    groups = draw(st.integers(1, 3))
    C, M = groups * draw(st.integers(1, 3)), groups * draw(st.integers(1, 3))

    sizes = []
    for axis in range(2):
        span = dilation[axis] * (kernel[axis] - 1)
        before = {"same": span // 2, "valid": 0}[padding] if isinstance(padding, str) else padding[axis]
        after = span - before if padding == "same" else before
        room = {"reflect": after + 1, "circular": after}.get(mode, 1)
        sizes.append(max(1, room, span + 1 - before - after) + draw(st.integers(0, 4)))

    N = draw(st.sampled_from([None, 0, 1, 2]))
    data = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    images = data.integers(-9, 10, size=([] if N is None else [N]) + [C, *sizes])
    weight = data.integers(-9, 10, size=(M, C // groups, *kernel))
    bias = data.integers(-99, 100, size=M) if draw(st.booleans()) else None
    attributes: dict[str, Any] = {
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
        "padding_mode": mode,
    }
    return images, weight, bias, attributes


@given(calls())
@deterministic
def test_direct_and_correlate_agree_on_integers(call: Call) -> None:
    images, weight, bias, attributes = call
    expected = direct.conv2d(images, weight, bias, **attributes)
    result = correlate.conv2d(images, weight, bias, **attributes)
    assert result.dtype == expected.dtype
    assert result.shape == expected.shape
    assert (result == expected).all()


@given(calls())
@deterministic
def test_the_output_has_the_resolved_shape(call: Call) -> None:
    images, weight, bias, attributes = call
    geometry = resolve(images.shape, weight.shape, None if bias is None else bias.shape, **attributes)
    assert correlate.conv2d(images, weight, bias, **attributes).shape == geometry.output_shape


@given(calls())
@settings(deterministic, max_examples=40)
def test_fractions_ints_and_floats_agree_on_dyadic_data(
    call: Call,
) -> None:
    # Eighths times eighths are sixty-fourths, and so is the bias: every sum is a whole number of them.
    images, weight, bias, attributes = call
    expected = direct.conv2d(images, weight, bias, **attributes)

    def in_units(make: Callable[..., Any]) -> tuple[Array, Array, Array | None]:
        return make(images, 8), make(weight, 8), None if bias is None else make(bias, 64)

    exact = direct.conv2d(*in_units(fractions), **attributes)
    assert exact.dtype == object
    assert (exact * 64 == expected).all()
    for reference in (direct, correlate):
        for dtype in (np.float32, np.float64):
            result = reference.conv2d(*in_units(lambda array, unit, d=dtype: (array / unit).astype(d)), **attributes)
            assert result.dtype == dtype
            assert (result == exact).all()


def fractions(array: Array, unit: int) -> Array:
    return np.array([Fraction(number, unit) for number in array.ravel().tolist()], dtype=object).reshape(array.shape)


@given(calls())
@settings(deterministic, max_examples=40)
def test_complex_numbers_are_pairs_of_reals(call: Call) -> None:
    images, weight, bias, attributes = call
    other_images, other_weight = images[..., ::-1, :], weight[..., ::-1]
    real = direct.conv2d(images, weight, bias, **attributes) - direct.conv2d(other_images, other_weight, **attributes)
    imaginary = direct.conv2d(images, other_weight, **attributes) + direct.conv2d(other_images, weight, **attributes)
    for reference in (direct, correlate):
        result = reference.conv2d(
            images + 1j * other_images, weight + 1j * other_weight, None if bias is None else bias + 0j, **attributes
        )
        assert (result == real + 1j * imaginary).all()


@given(calls())
@settings(deterministic, max_examples=40)
def test_arguments_may_be_scalars_lists_and_numpy_integers(
    call: Call,
) -> None:
    images, weight, bias, attributes = call
    expected = correlate.conv2d(images, weight, bias, **attributes)
    spelled: dict[str, Any] = {
        name: list(map(np.int32, v)) if isinstance(v, tuple) else v for name, v in attributes.items()
    }
    spelled["groups"] = np.int16(attributes["groups"])
    for name in ("stride", "padding", "dilation"):
        if attributes[name][0] == attributes[name][1]:
            spelled[name] = np.uint8(attributes[name][0])
    for reference in (direct, correlate):
        assert (reference.conv2d(images, weight, bias, **spelled) == expected).all()


@pytest.mark.parametrize("stride", range(1, 7))
@pytest.mark.parametrize("dilation", range(1, 7))
def test_every_phase_of_stride_and_dilation_reads_what_the_definition_reads(stride: int, dilation: int) -> None:
    """NaN stands where no window looks: it must not come in."""
    for kernel, outputs in itertools.product(range(1, 5), range(1, 5)):
        size = (outputs - 1) * stride + (kernel - 1) * dilation + 3
        starts = range(0, size - (kernel - 1) * dilation, stride)
        read = {start + k * dilation for start in starts for k in range(kernel)}
        line = np.array([float(i * i + 1) if i in read else np.nan for i in range(size)])
        taps = np.arange(1.0, kernel + 1)
        along: tuple[Any, ...] = (
            (line[:, np.newaxis], taps[:, np.newaxis], {"stride": (stride, 1), "dilation": (dilation, 1)}),
            (line[np.newaxis], taps[np.newaxis], {"stride": (1, stride), "dilation": (1, dilation)}),
        )
        for x, w, attributes in along:
            got = correlate.conv2d(x[np.newaxis, np.newaxis], w[np.newaxis, np.newaxis], **attributes)
            expected = [sum((k + 1) * line[start + k * dilation] for k in range(kernel)) for start in starts]
            assert got.ravel().tolist() == expected
            assert not np.isnan(got).any()
