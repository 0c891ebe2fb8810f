"""The oracle against a brute force on Python's integers, which knows no rounding."""

from collections.abc import Callable
from fractions import Fraction
from math import inf
from typing import Any

import ml_dtypes
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conv2d_reference import direct, lowered, oracle
from conv2d_reference.lowered import Array
from conv2d_reference.oracle import Sums
from conv2d_reference.splitting import nearest

DTYPES = {"float16": np.float16, "bfloat16": ml_dtypes.bfloat16, "float32": np.float32, "float64": np.float64}
MODES: dict[str, Any] = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
FIELDS = ("high", "low", "error", "magnitude", "terms", "smallest")
repeatable = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck), max_examples=150
)

PLAIN: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, "pads": ((0, 0), (0, 0))}


def units(value: float | Any, exponent: int) -> int:
    """A float as an integer multiple of 2^exponent."""
    exact = Fraction(float(value)) * 2**-exponent
    assert exact.denominator == 1
    found: int = exact.numerator
    return found


def products(
    x: Array,
    w: Array,
    *,
    stride: tuple[int, int],
    dilation: tuple[int, int],
    groups: int,
    pads: tuple[tuple[int, int], tuple[int, int]],
    padding_mode: str = "zeros",
) -> Array:
    """For every output element the list of its products as integers, in units of 2^-2148."""
    N, _, H, W = x.shape
    M, Cg, KH, KW = w.shape
    border: dict[str, Any] = {"constant_values": -1} if padding_mode == "zeros" else {}
    where = np.pad(np.arange(H * W).reshape(H, W), pads, MODES[padding_mode], **border)
    xs = [[[units(v, -1074) for v in image.ravel()] for image in images] for images in x]
    ws = [[[[units(v, -1074) for v in row] for row in kernel] for kernel in kernels] for kernels in w]
    OH = (where.shape[0] - dilation[0] * (KH - 1) - 1) // stride[0] + 1
    OW = (where.shape[1] - dilation[1] * (KW - 1) - 1) // stride[1] + 1
    result = np.empty((N, M, OH, OW), object)
    for n, m, oh, ow in np.ndindex(result.shape):
        result[n, m, oh, ow] = [
            ws[m][c][kh][kw] * xs[n][m // (M // groups) * Cg + c][source]
            for c, kh, kw in np.ndindex(Cg, KH, KW)
            if (source := where[oh * stride[0] + kh * dilation[0], ow * stride[1] + kw * dilation[1]]) >= 0
        ]
    return result


def assert_right(x: Array, w: Array, *, exact: bool, **attributes: Any) -> Sums:
    """Every promise of Sums, element by element and without rounding."""
    sums = oracle.sums(x, w, exact=exact, **attributes)
    brute = products(x, w, **attributes)
    wide = np.float64 in (x.dtype, w.dtype)
    for field in FIELDS:
        assert getattr(sums, field).shape == brute.shape
        assert getattr(sums, field).dtype == np.float64
    for index in np.ndindex(brute.shape):
        high, low, error, magnitude, terms, smallest = (float(getattr(sums, field)[index]) for field in FIELDS)
        nonzero = [abs(p) for p in brute[index] if p]
        S, A = sum(brute[index]), sum(nonzero)
        where = f"{index}: {high=} {low=} {error=} {magnitude=} {terms=} {smallest=} {S=} {A=}"
        assert terms == len(nonzero), where
        if magnitude < inf:
            bound = units(magnitude, -2148)
            assert bound >= A, where
            assert bound <= A + A // 10**12 + 2 * 2**1074, where
        else:
            assert A >= (2**1024 - 2**972) * 2**2148, where
        if error < inf:
            distance = abs(S - units(high, -2148) - units(low, -2148))
            assert distance <= units(error, -2148), where
            if wide and terms == 1:
                assert high == nearest(Fraction(S, 2**2148)), where
                left = S - units(high, -2148)
                assert not exact or np.sign(low) == (left > 0) - (left < 0), where
            if exact:
                assert units(error, -2148) <= A // 2**100 + 4 * 2**1074, where
                assert units(high, -2148) == 0 or abs(low) <= max(np.spacing(abs(high)) / 2, 2.0**-1074), where
        else:
            assert abs(S) >= (2**1024 - 2**971) * 2**2148, where
            assert high == (inf if S > 0 else -inf), where
            assert low == 0, where
        if nonzero:
            assert units(smallest, -2148) <= min(nonzero), where
            least = min(min(nonzero), units(float(np.finfo(float).max), -2148))
            assert units(smallest, -2148) >= least - wide * (least // 2**51 + 2 * 2**1074), where
        else:
            assert (high, low, error, magnitude, smallest) == (0, 0, 0, 0, inf), where
    return sums


def normal(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return generator.standard_normal(shape)


def integers(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return generator.integers(-9, 10, shape).astype(float)


def sparse(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return generator.standard_normal(shape) * (generator.random(shape) < 0.2)


def nothing(_: np.random.Generator, shape: tuple[int, int, int, int]) -> Array:
    return np.zeros(shape)


def cancelling(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """The sum of many windows is far below the products: neighbours along the width are nearly opposite."""
    values = generator.standard_normal(shape)
    return values * (-1.0) ** np.arange(shape[-1]) * 2.0**-20 + (-1.0) ** np.arange(shape[-1])


def spread(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return generator.standard_normal(shape) * 2.0 ** generator.integers(-10, 11, shape)


def scales(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return generator.standard_normal(shape) * 2.0 ** generator.integers(-60, 61, shape)


def wild(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return generator.standard_normal(shape) * 2.0 ** generator.integers(-300, 301, shape)


def tiny(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.ldexp(generator.standard_normal(shape), -1060)


def small(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.ldexp(generator.standard_normal(shape), -530)


def huge(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.ldexp(generator.uniform(-1, 1, shape), 1024)


def large(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.ldexp(generator.uniform(-1, 1, shape), 511)


def everything(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    return np.ldexp(generator.uniform(-1, 1, shape), generator.integers(-1074, 1025, shape))


ORDINARY = (normal, integers, sparse, nothing, cancelling, spread)
EXTREME = (scales, wild, tiny, small, huge, large, everything)


Placed = tuple[tuple[tuple[int, ...], tuple[int, ...]], dict[str, Any]]
"""The shapes of input and weight, and the attributes."""


@st.composite
def geometries(
    draw: st.DrawFn,
) -> Placed:
    """The shapes of input and weight, and the attributes."""
    few = st.integers(1, 3)
    groups, Cg, Mg = draw(few), draw(few), draw(few)
    kernel, stride, dilation = (draw(st.tuples(few, few)) for _ in range(3))
    mode = draw(st.sampled_from(sorted(MODES)))
    size = tuple(draw(st.integers(d * (k - 1) + 1, d * (k - 1) + 4)) for d, k in zip(dilation, kernel, strict=True))
    pads = tuple((draw(st.integers(0, min(2, s - 1))), draw(st.integers(0, min(2, s - 1)))) for s in size)
    shapes = (draw(st.integers(1, 2)), groups * Cg, *size), (groups * Mg, Cg, *kernel)
    return shapes, {"stride": stride, "dilation": dilation, "groups": groups, "pads": pads, "padding_mode": mode}


@repeatable
@given(
    geometries(), st.sampled_from(sorted(DTYPES)), *[st.sampled_from(ORDINARY)] * 2, st.integers(0, 99), st.booleans()
)
def test_every_dtype_and_geometry(
    geometry: Placed,
    dtype: str,
    input_recipe: Callable[..., Any],
    weight_recipe: Callable[..., Any],
    seed: int,
    exact: bool,
) -> None:
    """All fields are right for every dtype, padding mode, stride, dilation and number of groups."""
    shapes, attributes = geometry
    generator = np.random.default_rng(seed)
    x, w = (
        recipe(generator, s).astype(DTYPES[dtype])
        for recipe, s in zip((input_recipe, weight_recipe), shapes, strict=True)
    )
    sums = assert_right(x, w, exact=exact, **attributes)
    assert exact or not sums.low.any()


@repeatable
@given(*[st.sampled_from(EXTREME + ORDINARY[:3])] * 2, st.integers(0, 99), st.booleans())
def test_every_exponent_of_float64(
    input_recipe: Callable[..., Any], weight_recipe: Callable[..., Any], seed: int, exact: bool
) -> None:
    """All fields are right for subnormal numbers, next to overflow, and for any mixture of exponents."""
    generator = np.random.default_rng(seed)
    x, w = input_recipe(generator, (2, 4, 4, 5)), weight_recipe(generator, (4, 2, 2, 3))
    assert_right(x, w, exact=exact, stride=(1, 2), dilation=(2, 1), groups=2, pads=((1, 0), (0, 1)))


@repeatable
@given(*[st.sampled_from(EXTREME)] * 2, st.integers(0, 99))
def test_the_sum_of_one_product_is_correctly_rounded(
    input_recipe: Callable[..., Any], weight_recipe: Callable[..., Any], seed: int
) -> None:
    """Where an element has one term, `high` is the float64 next to it, subnormals included."""
    generator = np.random.default_rng(seed)
    x, w = np.zeros((1, 1, 9, 9)), weight_recipe(generator, (3, 1, 2, 2))
    x[:, :, ::2, ::2] = input_recipe(generator, (1, 1, 5, 5))
    assert (assert_right(x, w, exact=True, **PLAIN).terms <= 1).all()


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("exponent", [-40, 0, 40])
def test_integers_times_a_power_of_two_are_exact(exact: bool, dtype: type[Any], exponent: int) -> None:
    """Where all sums fit 53 bits, there is no error, and the magnitude is the sum itself."""
    generator = np.random.default_rng(0)
    x, w = integers(generator, (2, 3, 6, 7)), integers(generator, (5, 3, 3, 2))
    scale = 2.0**exponent
    sums = assert_right((x * scale).astype(dtype), w.astype(dtype), exact=exact, **PLAIN)
    assert not sums.error.any()
    assert not sums.low.any()
    assert (sums.high == lowered.conv2d(x, w, **PLAIN) * scale).all()
    assert (sums.magnitude == lowered.conv2d(np.abs(x), np.abs(w), **PLAIN) * scale).all()
    assert (sums.smallest == scale * np.round(sums.smallest / scale)).all()


@pytest.mark.parametrize("shape", [(2, 16, 70, 90), (5, 8, 60, 50), (1, 4, 300, 500)])
@pytest.mark.parametrize("exact", [False, True])
def test_large_images_go_through_in_blocks(shape: tuple[int, int, int, int], exact: bool) -> None:
    """Several images, and several bands of rows, give what NumPy's integers give."""
    generator = np.random.default_rng(1)
    x, w = integers(generator, shape), integers(generator, (40, shape[1] // 2, 3, 3))
    attributes: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1), "groups": 2, "pads": ((1, 1), (1, 1))}
    sums = oracle.sums(x.astype(np.float32), w.astype(np.float32), exact=exact, **attributes)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), (3, 3), (2, 3))

    def expected(x: Array, w: Array) -> Array:
        halves = zip(np.split(x, 2, axis=1), np.split(w, 2), strict=True)
        return np.concatenate([np.einsum("nchwij,mcij->nmhw", *half, optimize=True) for half in halves], axis=1)

    assert (sums.high == expected(windows, w)).all()
    assert (sums.magnitude == expected(abs(windows), abs(w))).all()
    assert (sums.terms == expected((windows != 0) * 1.0, (w != 0) * 1.0)).all()
    assert not sums.error.any()
    for n, m, oh, ow in zip(*(generator.integers(0, size, 500) for size in sums.high.shape), strict=True):
        sizes = np.abs(w[m] * np.split(windows, 2, axis=1)[m // 20][n, :, oh, ow])
        assert 0 < sums.smallest[n, m, oh, ow] <= sizes[sizes > 0].min()
    assert (lowered.conv2d(x, w, **attributes) == sums.high).all()


def test_no_term_no_smallest_product() -> None:
    """A filter that sees only zeros in a large image has no smallest product."""
    x, w = np.ones((1, 2, 90, 90), np.float32), np.ones((20, 2, 3, 3), np.float32)
    x[:, 0] = w[:, 1] = 0
    sums = oracle.sums(x, w, exact=False, **PLAIN)
    assert not sums.terms.any()
    assert not sums.magnitude.any()
    assert (sums.smallest == inf).all()


@pytest.mark.parametrize(("taps", "exact"), [(31, True), (33, False), (101, False)])
def test_53_bits_and_no_more_are_exact(taps: int, exact: bool) -> None:
    """An odd number of odd products of 48 bits fits float64 up to 2^53, and the plain sum knows it."""
    x = np.full((1, 1, 1, taps), 2.0**24 - 1, np.float32)
    sums = assert_right(x, x, exact=False, **PLAIN)
    assert (sums.error == 0).all() == exact


def test_powers_of_two_have_one_bit() -> None:
    """The unit of a power of two is the number itself, so that 2^52 + 1 is known to be exact."""
    x, w = np.ones((1, 1, 1, 2), np.float32), np.array([[[[2.0**52, 1]]]], np.float32)
    assert not assert_right(x, w, exact=False, **PLAIN).error.any()


def test_the_definition_agrees() -> None:
    """The seven loops of `direct`, on fractions, give the same sums and magnitudes."""
    generator = np.random.default_rng(2)
    x, w = normal(generator, (2, 4, 6, 7)), normal(generator, (6, 2, 3, 2))
    attributes: dict[str, Any] = {"stride": (2, 1), "dilation": (1, 2), "groups": 2}
    sums = oracle.sums(x, w, pads=((1, 1), (2, 2)), exact=True, **attributes)
    fractions = np.vectorize(Fraction, otypes=[object])
    S = direct.conv2d(fractions(x), fractions(w), padding=(1, 2), **attributes)
    A = direct.conv2d(abs(fractions(x)), abs(fractions(w)), padding=(1, 2), **attributes)
    assert (abs(S - fractions(sums.high) - fractions(sums.low)) <= fractions(sums.error)).all()
    assert (fractions(sums.magnitude) >= A).all()


@pytest.mark.parametrize("shape", [(0, 2, 5, 5), (2, 5, 5)])
@pytest.mark.parametrize("exact", [False, True])
def test_no_image_and_one_image_without_a_batch_axis(shape: tuple[int, ...], exact: bool) -> None:
    """An empty batch gives empty arrays; one image gives N = 1."""
    x, w = np.ones(shape), np.ones((3, 2, 2, 2))
    sums = oracle.sums(x, w, exact=exact, **PLAIN)
    assert all(getattr(sums, field).shape == (shape[0] if len(shape) == 4 else 1, 3, 4, 4) for field in FIELDS)
    assert (sums.high == 8).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_forward_works_in_the_dtype_given(dtype: type[Any]) -> None:
    """A float32 product is rounded in float32, within the bound of any order of summation."""
    generator = np.random.default_rng(4)
    x, w = normal(generator, (2, 4, 6, 7)).astype(dtype), normal(generator, (6, 2, 3, 2)).astype(dtype)
    attributes: dict[str, Any] = {
        "stride": (2, 1),
        "dilation": (1, 2),
        "groups": 2,
        "pads": ((2, 1), (0, 3)),
        "padding_mode": "circular",
    }
    y = lowered.conv2d(x, w, **attributes)
    assert y.dtype == dtype
    sums = oracle.sums(x, w, exact=True, **attributes)
    distance = np.abs((y - sums.high) - sums.low)
    assert distance.any()
    assert (distance <= sums.terms * np.finfo(dtype).eps / 2 * sums.magnitude * 1.01).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"groups": 2}, "do not fit 2 groups"),
        ({"groups": 0}, "do not fit 0 groups"),
        ({"dilation": (9, 1)}, "no output"),
        ({"padding_mode": "mirror"}, "unknown padding_mode 'mirror'"),
    ],
)
def test_impossible_calls_are_refused(changes: dict[str, Any], message: str) -> None:
    """A ValueError says what does not fit."""
    x, w = np.ones((1, 3, 5, 5)), np.ones((2, 3, 2, 2))
    for call in (oracle.sums, lowered.conv2d):
        extra = {"exact": False} if call is oracle.sums else {}
        with pytest.raises(ValueError, match=message):
            call(x, w, **PLAIN | changes | extra)


@pytest.mark.parametrize("value", [inf, -inf, np.nan])
@pytest.mark.parametrize("which", [0, 1])
def test_data_that_are_not_finite_are_refused(value: float, which: int) -> None:
    """Infinities and NaN have rules of their own, elsewhere."""
    arrays = [np.ones((1, 1, 5, 5), np.float32), np.ones((2, 1, 2, 2), np.float32)]
    arrays[which][0, 0, 1, 1] = value
    with pytest.raises(ValueError, match="finite"):
        oracle.sums(*arrays, exact=True, **PLAIN)


def test_float64_arrays_may_hold_numbers_of_float32() -> None:
    generator = np.random.default_rng(3)
    x, w = (generator.standard_normal(shape).astype(np.float32) for shape in ((2, 3, 6, 7), (4, 3, 3, 2)))
    known = oracle.sums(x, w, **PLAIN, exact=False)
    said = oracle.sums(x.astype(np.float64), w.astype(np.float64), **PLAIN, exact=False, narrow=True)
    not_said = oracle.sums(x.astype(np.float64), w.astype(np.float64), **PLAIN, exact=False)
    for name in ("high", "low", "error", "magnitude", "terms", "smallest"):
        np.testing.assert_array_equal(getattr(said, name), getattr(known, name))
    assert (said.error < not_said.error).all()
