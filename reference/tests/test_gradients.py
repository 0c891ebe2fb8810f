"""The derivatives: both references against each other, the identities of adjoints, and tables made by hand.

Everything is in integers, so that every comparison is exact. conv2d is linear in each of its arrays, so that a finite
difference with h = 1 has no truncation error either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conv2d_reference import correlate, gradients_by_tap, gradients_direct, resolve
from conv2d_reference.lowered import Array

deterministic = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck), max_examples=100
)
few = settings(deterministic, max_examples=25)


Call = tuple[tuple[Array, Array, Array | None], dict[str, Any], Array]
"""The arrays of conv2d, the attributes, and grad_output."""

Function = Callable[..., tuple[Array, Array, Any]]
"""Of those; the last result is the gradient of the bias, or None."""


@st.composite
def calls(draw: st.DrawFn, most: int = 9) -> Call:
    """Legal calls in integers: (arrays of conv2d, attributes, grad_output)."""
    sizes = st.tuples(st.integers(1, 4), st.integers(1, 4))
    mode = draw(st.sampled_from(["zeros", "reflect", "replicate", "circular"]))
    padding: Any = draw(st.sampled_from(["valid", "same", "explicit", "explicit", "explicit"]))
    stride = (1, 1) if padding == "same" else draw(sizes)
    kernel, dilation = draw(sizes), draw(sizes)
    spans = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
    if padding == "explicit":
        padding = tuple(size - 1 for size in draw(sizes))
    pads: Any = {"valid": (0, 0), "same": [(span + 1) // 2 for span in spans]}.get(padding, padding)
    H, W = (
        max(1 if padding == "same" else span + 1 - 2 * pad, {"zeros": 1, "replicate": 1}.get(mode, pad + 1))
        + draw(st.integers(0, 4))
        for span, pad in zip(spans, pads, strict=True)
    )
    groups = draw(st.integers(1, 3))
    C, M = (groups * draw(st.integers(1, 2)) for _ in range(2))
    attributes: dict[str, Any] = {
        "stride": stride,
        "padding": padding,
        "dilation": dilation,
        "groups": groups,
        "padding_mode": mode,
    }

    batch = draw(st.sampled_from([(), (0,), (1,), (2,), (3,)]))
    data = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    x = data.integers(-most, most + 1, (*batch, C, H, W))
    w = data.integers(-most, most + 1, (M, C // groups, *kernel))
    b = data.integers(-most, most + 1, M) if draw(st.booleans()) else None
    gy = data.integers(-most, most + 1, resolve(x.shape, w.shape, **attributes).output_shape)
    return (x, w, b), attributes, gy


def inner(a: Array, b: Array) -> int:
    """The inner product, in Python's integers."""
    found: int = sum((p * q for p, q in zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)), 0)
    return found


def unit_vectors(shape: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Array]]:
    for index in np.ndindex(shape):
        unit = np.zeros(shape, dtype=np.int64)
        unit[index] = 1
        yield index, unit


@pytest.fixture(params=[gradients_direct, gradients_by_tap], ids=["direct", "by_tap"])
def gradients(request: pytest.FixtureRequest) -> Function:
    found: Function = request.param.gradients
    return found


# ---- against each other ------------------------------------------------------------------------------------------


@given(calls())
@deterministic
def test_the_two_references_agree_on_integers(
    call: Call,
) -> None:
    (x, w, b), attributes, gy = call
    for one, other in zip(
        gradients_direct.gradients(x, w, b, gy, **attributes),
        gradients_by_tap.gradients(x, w, b, gy, **attributes),
        strict=True,
    ):
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert one.dtype == other.dtype
            assert one.shape == other.shape
            assert (one == other).all()


@given(calls())
@few
def test_exact_numbers_stay_exact(call: Call) -> None:
    (x, w, b), attributes, gy = call
    expected = gradients_direct.gradients(x, w, b, gy, **attributes)
    thirds: list[Any] = [None if array is None else array.astype(object) * Fraction(1, 3) for array in (x, w, b, gy)]
    found = gradients_direct.gradients(*thirds, **attributes)
    for scale, one, other in zip((9, 9, 3), found, expected, strict=True):
        assert (one is None) == (other is None)
        assert one is None or (one * scale == other).all()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int32", "complex64"])
def test_the_gradients_have_the_dtype_and_the_shape_of_their_arrays(gradients: Function, dtype: str) -> None:
    x, w, b, gy = (np.ones(shape, dtype) for shape in [(2, 4, 6, 5), (6, 2, 2, 3), (6,), (2, 6, 3, 3)])
    found = gradients(x, w, b, gy, groups=2, stride=(2, 1))
    assert [(g.shape, g.dtype) for g in found] == [(a.shape, a.dtype) for a in (x, w, b)]


# ---- the identities that define an adjoint -------------------------------------------------------------------------


@given(calls())
@deterministic
def test_the_gradients_are_the_adjoints(call: Call) -> None:
    (x, w, b), attributes, gy = call
    gx, gw, gb = gradients_direct.gradients(x, w, b, gy, **attributes)
    product = inner(correlate.conv2d(x, w, **attributes), gy)
    assert product == inner(x, gx)
    assert product == inner(w, gw)
    assert (gb is None) == (b is None)
    if b is not None and gb is not None:
        alone = correlate.conv2d(np.zeros_like(x), w, b, **attributes)
        assert inner(alone, gy) == inner(b, gb)


@given(calls(most=3))
@few
def test_the_gradients_are_finite_differences_with_h_1(
    call: Call,
) -> None:
    (x, w, b), attributes, gy = call
    b = np.zeros(len(w), dtype=np.int64) if b is None else b

    def loss(x: Array, w: Array, b: Array) -> int:
        return inner(correlate.conv2d(x, w, b, **attributes), gy)

    here = loss(x, w, b)
    gx, gw, gb = gradients_by_tap.gradients(x, w, b, gy, **attributes)
    assert gb is not None
    for index, h in unit_vectors(gx.shape):
        assert gx[index] == loss(x + h, w, b) - here
    for index, h in unit_vectors(gw.shape):
        assert gw[index] == loss(x, w + h, b) - here
    for index, h in unit_vectors(gb.shape):
        assert gb[index] == loss(x, w, b + h) - here


def test_complex_gradients_are_adjoints_of_the_complex_inner_product(gradients: Function) -> None:
    data = np.random.default_rng(0)

    def gaussian_integers(*shape: int) -> Array:
        return data.integers(-9, 10, shape) + 1j * data.integers(-9, 10, shape)

    x, w = gaussian_integers(2, 2, 5, 4), gaussian_integers(4, 1, 2, 3)
    y = correlate.conv2d(x, w, stride=(2, 1), padding=1, groups=2)
    gy = gaussian_integers(*y.shape)
    gx, gw, _ = gradients(x, w, None, gy, stride=(2, 1), padding=1, groups=2)
    assert np.vdot(gy, y) == np.vdot(gx, x) == np.vdot(gw, w)


# ---- tables ------------------------------------------------------------------------------------------------------


def row(
    gradients: Function, x: list[int], w: list[int], gy: list[int] | None = None, **attributes: Any
) -> tuple[list[int], list[int], list[int]]:
    """The gradients of one row of one channel, as lists; gy is all 1 unless it is given."""
    data, taps = (np.array(values).reshape(1, 1, 1, -1) for values in (x, w))
    ints = {name: value for name, value in attributes.items() if isinstance(value, int)}
    attributes |= {name: (0 if name == "padding" else 1, value) for name, value in ints.items()}
    shape = resolve(data.shape, taps.shape, **attributes).output_shape
    derived = np.ones(shape, dtype=data.dtype) if gy is None else np.array(gy).reshape(shape)
    gx, gw, gb = gradients(data, taps, np.zeros(1, data.dtype), derived, **attributes)
    assert gb is not None
    return gx.ravel().tolist(), gw.ravel().tolist(), gb.tolist()


def test_every_tap_gives_to_the_element_that_it_reads(gradients: Function) -> None:
    gx, gw, gb = row(gradients, [1, 2, 3, 4], [10, 100], [1, 2, 3])
    assert gx == [10, 20 + 100, 30 + 200, 300]
    assert gw == [1 * 1 + 2 * 2 + 3 * 3, 1 * 2 + 2 * 3 + 3 * 4]
    assert gb == [6]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        # The padded row gets 1 2 3 3 3 2 1 from its five windows; its copies give what they got to the elements.
        ("zeros", [3, 3, 3]),
        ("replicate", [6, 3, 6]),
        ("reflect", [3 + 1, 3 + 2 + 2, 3 + 1]),
        ("circular", [3 + 2, 3 + 1 + 1, 3 + 2]),
    ],
)
def test_copies_in_the_padding_give_to_the_element_that_they_copy(
    gradients: Function, mode: str, expected: list[int]
) -> None:
    assert row(gradients, [1, 2, 3], [1, 1, 1], padding=2, padding_mode=mode)[0] == expected


def test_elements_in_no_window_get_zero(gradients: Function) -> None:
    assert row(gradients, [1, 2, 3, 4, 5, 6, 7, 8], [1, 1], stride=3)[0] == [1, 1, 0, 1, 1, 0, 1, 1]
    assert row(gradients, [1, 2, 3, 4, 5], [1, 1], stride=3)[0] == [1, 1, 0, 1, 1]
    assert row(gradients, [1, 2, 3, 4], [1, 1], stride=3)[0] == [1, 1, 0, 0]
    assert row(gradients, [1, 2, 3, 4, 5], [5, 7], dilation=4)[0] == [5, 0, 0, 0, 7]


def test_the_odd_pad_of_same_is_at_the_end(gradients: Function) -> None:
    assert row(gradients, [1, 2, 3], [10, 1], [1, 2, 4], padding="same")[:2] == ([10, 21, 42], [17, 8])


def test_the_sum_is_over_the_batch_and_not_its_mean(gradients: Function) -> None:
    x, w = np.full((3, 1, 2, 2), 5), np.full((1, 1, 1, 1), 7)
    gx, gw, gb = gradients(x, w, np.zeros(1, int), np.ones((3, 1, 2, 2), int))
    assert (gx == 7).all()
    assert gw.tolist() == [[[[60]]]]
    assert gb.tolist() == [12]


def test_groups_stand_side_by_side(gradients: Function) -> None:
    data = np.random.default_rng(1)
    x, w, gy = (data.integers(-9, 10, shape) for shape in [(2, 4, 5, 5), (6, 2, 2, 2), (2, 6, 4, 4)])
    gx, gw, _ = gradients(x, w, None, gy, groups=2)
    for g in range(2):
        i, o = slice(2 * g, 2 * g + 2), slice(3 * g, 3 * g + 3)
        alone = gradients(x[:, i], w[o], None, gy[:, o])
        assert (gx[:, i] == alone[0]).all()
        assert (gw[o] == alone[1]).all()


@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
def test_the_gradients_of_an_empty_batch_are_zeros(gradients: Function, mode: str) -> None:
    x, w, b, gy = (np.ones(shape) for shape in [(0, 4, 5, 6), (6, 2, 3, 3), (6,), (0, 6, 5, 6)])
    gx, gw, gb = gradients(x, w, b, gy, padding=1, groups=2, padding_mode=mode)
    assert gx.shape == x.shape
    assert gw.shape == w.shape
    assert not gw.any()
    assert gb.tolist() == [0] * 6


def test_an_unbatched_input_has_an_unbatched_gradient(gradients: Function) -> None:
    x, w, gy = np.arange(24.0).reshape(2, 3, 4), np.ones((1, 2, 2, 2)), np.ones((1, 2, 3))
    batch = gradients(x[None], w, None, gy[None])
    found = gradients(x, w, None, gy)
    assert found[0].shape == x.shape
    assert (found[0] == batch[0][0]).all()
    assert (found[1] == batch[1]).all()


# ---- refusals ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gy", "error", "sentence"),
    [
        (np.ones((1, 1, 3, 3)), ValueError, r"grad_output must have shape \(1, 1, 2, 2\), got \(1, 1, 3, 3\)"),
        (np.ones((1, 2, 2)), ValueError, r"grad_output must have shape \(1, 1, 2, 2\), got \(1, 2, 2\)"),
        (
            np.ones((1, 1, 2, 2), "float32"),
            TypeError,
            "grad_output must have the dtype of the input, float64, got float32",
        ),
        ([[[[1.0]]]], TypeError, "grad_output must be a NumPy array, got list"),
    ],
)
def test_a_gradient_of_another_shape_or_dtype_is_refused(
    gradients: Function, gy: Array | list[list[list[list[float]]]], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=f"^{sentence}$"):
        gradients(np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2)), None, gy)


def test_what_conv2d_refuses_is_refused(gradients: Function) -> None:
    with pytest.raises(ValueError, match="must be divisible by groups"):
        gradients(np.ones((1, 3, 3, 3)), np.ones((2, 1, 2, 2)), None, np.ones((1, 2, 2, 2)), groups=2)
    with pytest.raises(ValueError, match="must be divisible by groups"):
        gradients(np.ones((0, 3, 3, 3)), np.ones((2, 1, 2, 2)), None, np.ones((0, 2, 2, 2)), groups=2)


def test_whole_arrays_hold_no_objects() -> None:
    x = np.ones((1, 1, 1, 1), object)
    with pytest.raises(TypeError, match="NumPy's own numbers"):
        gradients_by_tap.gradients(x, x, None, x)
