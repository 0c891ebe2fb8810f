"""Every class allows the arithmetic that it is named after, and the classes before it do not."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import ml_dtypes
import numpy as np
import pytest

from conv2d_conformance.contract.arrays import dtype_of
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.grades import MEANINGS, class_names, default_class
from conv2d_conformance.emulation import winograd as emulated_winograd
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.formats import through
from conv2d_conformance.emulation.fourier import fourier_planes
from conv2d_conformance.emulation.winograd import winograd_tiles
from conv2d_conformance.law import winograd
from conv2d_conformance.law.allowed import Allowed, compare
from conv2d_conformance.law.bound import Operands
from conv2d_conformance.law.classes import accuracy_class
from conv2d_conformance.law.evaluate import law_of
from conv2d_conformance.law.transforms import matrices, points_for

Array = np.ndarray[Any, Any]
PLACEMENT: dict[str, Any] = {
    "stride": (1, 1),
    "dilation": (1, 1),
    "groups": 1,
    "pads": ((0, 0), (0, 0)),
    "padding_mode": "zeros",
}
SINGLE = np.float32
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


def dot(x: Array, w: Array, b: float | None, grade: str, *, flushed: bool = False) -> Allowed:
    bias = None if b is None else np.array([b]).astype(x.dtype)
    accuracy = accuracy_class(grade, x.dtype.name)
    return law_of(x.reshape(1, -1, 1, 1), w.reshape(1, -1, 1, 1), bias, PLACEMENT, accuracy, flushed=flushed)


def is_allowed(answer: Any, law: Allowed, dtype: Any) -> bool:
    return not compare(np.full((1, 1, 1, 1), answer).astype(dtype), law).wrong.any()


def truncate(value: float, bits: int) -> float:
    """Towards zero, to so many bits."""
    mantissa, exponent = np.frexp(value)
    return float(np.ldexp(np.trunc(np.ldexp(mantissa, bits)), exponent - bits))


def truncating_sum(x: Array, w: Array, b: float) -> float:
    """As a matrix engine in the worst of directions: every product and sum is cut to 24 bits."""
    total = b
    for a, c in zip(x.astype(float), w.astype(float), strict=True):
        total = truncate(total + truncate(a * c, 24), 24)
    return total


def with_inputs(rounding: Callable[[Array], Array]) -> Callable[[Array, Array, float], float]:
    def evaluate(x: Array, w: Array, b: float) -> float:
        return float(np.dot(rounding(x).astype(float), rounding(w).astype(float)) + b)

    return evaluate


def cut_to(bits: int) -> Callable[[Array], Array]:
    return lambda array: np.array([truncate(float(value), bits) for value in array])


ARITHMETICS: dict[str, Callable[[Array, Array, float], float]] = {
    "A-tc": truncating_sum,
    "R-tf32": with_inputs(cut_to(11)),
    "R-fp16": with_inputs(lambda array: array.astype(np.float16)),
    "R-bf16": with_inputs(cut_to(8)),
}


def cases(seed: int, count: int) -> list[tuple[Array, Array, float]]:
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        size = int(random.integers(1, 60))
        kept = random.random(size) < random.choice([0.1, 1.0])
        x = (1 + random.random(size)) * random.choice([-1, 1], size) * kept
        w = (1 + random.random(size)) * random.choice([-1, 1], size)
        found.append((x.astype(SINGLE), w.astype(SINGLE), float(random.choice([0.0, 1.5]))))
    return found


@pytest.mark.parametrize("grade", ARITHMETICS)
def test_a_class_allows_its_own_arithmetic(grade: str) -> None:
    for x, w, b in cases(1, 300):
        answer = ARITHMETICS[grade](x, w, b)
        assert is_allowed(answer, dot(x, w, b or None, grade), SINGLE), (x, w, b)


@pytest.mark.parametrize("grade", ["R-tf32", "R-fp16", "R-bf16"])
def test_no_stricter_class_allows_rounded_inputs(grade: str) -> None:
    before = class_names("float32")[: class_names("float32").index("R-tf32" if grade != "R-bf16" else "R-bf16")]
    for stricter in before:
        wrong = [
            not is_allowed(ARITHMETICS[grade](x, w, b), dot(x, w, b or None, stricter), SINGLE)
            for x, w, b in cases(2, 50)
        ]
        assert any(wrong), stricter


def test_truncation_is_not_class_a() -> None:
    x, w = np.full(60, 1.1, SINGLE), np.full(60, 1.1, SINGLE)
    assert is_allowed(truncating_sum(x, w, 0.0), dot(x, w, None, "A-tc"), SINGLE)
    singles = [np.array([1 + k / 17], SINGLE) for k in range(1, 17)]
    assert not all(is_allowed(truncating_sum(x, x, 0.0), dot(x, x, None, "A"), SINGLE) for x in singles)


def test_directed_rounding_of_a_single_product_gives_a_neighbour() -> None:
    x, w = np.array([SINGLE(1 / 3)]), np.array([SINGLE(1 / 7)])
    exact = float(x[0]) * float(w[0])
    nearest = SINGLE(exact)
    towards = SINGLE(np.inf if float(nearest) < exact else -np.inf)
    other, beyond = np.nextafter(nearest, towards), np.nextafter(nearest, -towards)
    law = dot(x, w, None, "A-tc")
    assert is_allowed(nearest, law, SINGLE)
    assert is_allowed(other, law, SINGLE)
    assert not is_allowed(beyond, law, SINGLE)
    assert not is_allowed(other, dot(x, w, None, "A"), SINGLE)


@pytest.mark.parametrize("dtype", [np.dtype(np.float16), BFLOAT16], ids=["float16", "bfloat16"])
@pytest.mark.parametrize("fused", [True, False])
def test_sixteen_bits_summed_in_float32_with_the_bias_before_or_after_rounding(dtype: Any, fused: bool) -> None:
    for x, w, b in cases(4, 300):
        x, w, b = x.astype(dtype), w.astype(dtype), float(np.array(b).astype(dtype))
        total = np.cumsum((x.astype(SINGLE) * w.astype(SINGLE)).astype(SINGLE), dtype=SINGLE)[-1]
        answer = (
            (total + SINGLE(b)).astype(dtype) if fused else (total.astype(dtype) + np.array(b, dtype)).astype(dtype)
        )
        for grade in ("A", "A-tc", "R-acc16"):
            assert is_allowed(answer, dot(x, w, b or None, grade), dtype), (grade, x, w, b)


def test_sums_in_float16_are_a_class_of_their_own() -> None:
    x, w = np.ones(3000, np.float16), np.full(3000, 1.001, np.float16)
    total = np.float16(0)
    for a, c in zip(x, w, strict=True):
        total = np.float16(total + a * c)
    assert is_allowed(total, dot(x, w, None, "R-acc16"), np.float16)
    assert not is_allowed(total, dot(x, w, None, "A-tc"), np.float16)


def test_a_result_beyond_float16_is_infinite_and_a_sum_beyond_it_is_not() -> None:
    def sixty_thousand(*signs: int) -> tuple[Array, Array]:
        return np.array(signs, np.float16), np.full(len(signs), 60000, np.float16)

    law = dot(*sixty_thousand(1, 1), None, "A")
    assert is_allowed(np.inf, law, np.float16)
    assert not is_allowed(65504, law, np.float16)
    assert not is_allowed(-np.inf, law, np.float16)
    law = dot(*sixty_thousand(1, 1, -1), None, "A")
    assert is_allowed(60000, law, np.float16)
    assert not is_allowed(np.inf, law, np.float16)


def test_a_bias_may_be_added_before_or_after_an_overflow() -> None:
    x, w = np.array([60000, 10000], np.float16), np.ones(2, np.float16)
    law = dot(x, w, -10000.0, "A")
    assert is_allowed(60000, law, np.float16)
    assert is_allowed(np.inf, law, np.float16)
    assert not is_allowed(-np.inf, law, np.float16)


def test_flushed_subnormals_need_the_claim() -> None:
    tiny = np.array([2.0**-140, 2.0**-140], SINGLE)
    ones = np.ones(2, SINGLE)
    assert not is_allowed(0, dot(tiny, ones, None, "A"), SINGLE)
    assert is_allowed(0, dot(tiny, ones, None, "A", flushed=True), SINGLE)
    assert is_allowed(2.0**-139, dot(tiny, ones, None, "A", flushed=True), SINGLE)
    assert not is_allowed(2.0**-120, dot(tiny, ones, None, "A", flushed=True), SINGLE)


@pytest.mark.parametrize("taps", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("tile", [2, 3, 4, 5, 6])
def test_the_transforms_compute_the_correlation_exactly(tile: int, taps: int) -> None:
    data = np.array([Fraction(3 * k * k - 7 * k + 2, 5) for k in range(tile + taps - 1)], object)
    kernel = np.array([Fraction(2 * k - 3, 7) for k in range(taps)], object)
    right = [sum(kernel[k] * data[i + k] for k in range(taps)) for i in range(tile)]
    for points in points_for(tile, taps) if 1 < taps <= 9 - tile else ((),) if taps == 1 else ():
        for A, G, B in (matrices(tile, taps, points), emulated_winograd.matrices(tile, taps, points)):
            assert list(A @ ((G @ kernel) * (B @ data))) == right


def test_the_points_of_a_class_are_those_that_the_emulation_uses_and_their_mirror_images() -> None:
    for tile, taps in ((2, 3), (4, 3), (6, 3), (3, 2), (2, 7)):
        points = set(map(frozenset, points_for(tile, taps)))
        usual = emulated_winograd.USUAL_POINTS[: tile + taps - 2]
        assert frozenset(usual) in points
        assert frozenset(1 / point if point else point for point in usual) in points
    with pytest.raises(ValueError, match="no points for tiles of 6 and 4 taps"):
        points_for(6, 4)


def test_weights_beyond_the_input_format_free_windows_in_the_padding_too() -> None:
    """The weight becomes infinite, and a zero of the padding times infinity may be NaN."""
    x, w = np.ones((1, 1, 1, 1), SINGLE), np.array([70000.0, 1.0], SINGLE).reshape(2, 1, 1, 1)
    placement = PLACEMENT | {"pads": ((1, 0), (0, 0))}
    answer = np.array([[np.nan, np.inf], [0.0, 1.0]], SINGLE).reshape(1, 2, 2, 1)
    allowed = compare(answer, law_of(x, w, None, placement, accuracy_class("R-fp16", "float32")))
    assert not allowed.wrong.any()
    assert (
        compare(answer[:, ::-1], law_of(x, w, None, placement, accuracy_class("R-fp16", "float32"))).wrong[0, 1].all()
    )
    assert compare(answer, law_of(x, w, None, placement, accuracy_class("R-tf32", "float32"))).wrong[0, 0].all()


@pytest.mark.parametrize("tile", [2, 4, 6])
@pytest.mark.parametrize("kind", ["normal", "uniform", "sparse"])
def test_winograd_is_within_its_own_bound_and_not_within_a(tile: int, kind: str) -> None:
    random = np.random.default_rng(tile)
    x, w = random.standard_normal((8, 17, 15)), random.standard_normal((5, 8, 3, 3))
    if kind == "uniform":
        x, w = 1 + random.random(x.shape), 1 + random.random(w.shape)
    if kind == "sparse":
        x = x * (random.random(x.shape) < 0.1)
    x, w = x.astype(SINGLE), w.astype(SINGLE)
    answer = winograd_tiles(Call(x[None], w), tile)
    laws = {name: law_of(x, w, None, PLACEMENT, accuracy_class(name, "float32")) for name in ("A", f"B{tile}")}
    assert not compare(answer, laws[f"B{tile}"]).wrong.any()
    if kind == "sparse":
        assert compare(answer, laws["A"]).wrong.any()


@pytest.mark.parametrize(("dtype", "tile"), [("float16", 2), ("bfloat16", 2), ("bfloat16", 4)])
def test_sixteen_bits_are_transformed_in_float32(dtype: str, tile: int) -> None:
    random = np.random.default_rng(3)
    x = (random.standard_normal((1, 4, 10, 9)) * (random.random((1, 4, 10, 9)) < 0.2)).astype(dtype_of(dtype))
    w = random.standard_normal((2, 4, 3, 3)).astype(x.dtype)
    law = law_of(x, w, None, PLACEMENT, accuracy_class(f"B{tile}", dtype))
    assert not compare(winograd_tiles(Call(x, w), tile), law).wrong.any()
    narrow = winograd_tiles(Call(x, w), tile, transforms=through(dtype))
    assert compare(narrow, law).wrong.any()


@pytest.mark.parametrize("points", [("0", "1", "-1", "1/2", "-1/2"), ("0", "-1", "1", "1/2", "-2")])
def test_mirrored_and_mixed_points_are_admitted(points: tuple[str, ...]) -> None:
    """One tap and one pixel show what each number of a transform is multiplied by."""
    chosen = tuple(map(Fraction, points))
    random = np.random.default_rng(4)
    for tap, place in np.ndindex(9, 30):
        x, w = np.zeros((1, 1, 11, 12), SINGLE), np.zeros((1, 1, 3, 3), SINGLE)
        x.flat[31 + place], w.flat[tap] = 1 + random.random(2)
        answer = winograd_tiles(Call(x, w), 4, points=chosen)
        assert not compare(answer, law_of(x, w, None, PLACEMENT, accuracy_class("B4", "float32"))).wrong.any()


@pytest.mark.parametrize(("name", "reach"), [("B2", 1), ("B4", 3), ("B6", 5)])
def test_an_output_that_no_tile_joins_with_a_pixel_is_its_bias(name: str, reach: int) -> None:
    x, w = np.zeros((1, 1, 3, 24), SINGLE), np.full((1, 1, 3, 3), 1.25, SINGLE)
    x[0, 0, 1, 12] = 3
    bias = np.full(1, 0.1, SINGLE)
    law = law_of(x, w, bias, PLACEMENT, accuracy_class(name, "float32"))
    answer = law.high.astype(SINGLE)
    assert not compare(answer, law).wrong.any()
    off = compare(np.nextafter(answer, SINGLE(1)), law).wrong[0, 0, 0]
    near = np.arange(12 - 2 - reach, 12 + 1 + reach)
    assert np.flatnonzero(~off).tolist() == near.tolist()
    assert law.evident[0, 0, 0, off].all()


def test_winograd_covers_neither_strides_nor_single_taps() -> None:
    x, w = np.ones((1, 1, 8, 8)), np.ones((1, 1, 3, 3))
    accuracy = accuracy_class("B4", "float32")
    assert winograd.covers(Operands(x, w, np.zeros((1, 1, 1)), PLACEMENT), accuracy)
    for other in ({"stride": (2, 1)}, {"dilation": (1, 2)}):
        assert not winograd.covers(Operands(x, w, np.zeros((1, 1, 1)), PLACEMENT | other), accuracy)
    assert not winograd.covers(Operands(x, w[..., :1, :1], np.zeros((1, 1, 1)), PLACEMENT), accuracy)


def test_winograd_covers_kernels_with_which_an_input_tile_has_at_most_eight_cells() -> None:
    assert [winograd.suits(2, (taps, 1)) for taps in (1, 2, 7, 8)] == [False, True, True, False]
    assert [winograd.suits(6, (1, taps)) for taps in (1, 2, 3, 4)] == [False, True, True, False]


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize(("name", "kernel"), [("B2", (3, 3)), ("B4", (5, 2)), ("B6", (3, 3)), ("B6", (1, 2))])
@pytest.mark.parametrize("channels", [1, 3])
def test_integers_up_to_the_largest_are_evidence(dtype: str, name: str, kernel: tuple[int, int], channels: int) -> None:
    accuracy = accuracy_class(name, dtype)
    largest = winograd.largest_integers(accuracy, channels, kernel)
    assert largest >= 1
    for magnitude, is_below in ((largest, True), (2 * largest + 1, False)):
        x, w = np.full((1, channels, 9, 9), magnitude, float), np.full((1, channels, *kernel), magnitude, float)
        law = law_of(x, w, np.full(1, magnitude, float), PLACEMENT, accuracy)
        assert (law.bound.max() < 0.5) == is_below


@pytest.mark.parametrize("kind", ["normal", "sparse", "scaled"])
def test_the_fourier_transform_is_within_its_own_bound_and_not_within_a(kind: str) -> None:
    random = np.random.default_rng(1)
    x, w = random.standard_normal((2, 8, 17, 15)), random.standard_normal((5, 8, 3, 3))
    if kind == "sparse":
        x = x * (random.random(x.shape) < 0.1)
    if kind == "scaled":
        scale = 2.0 ** np.linspace(-30, 30, 8)[:, None, None]
        x, w = x * scale, w / scale
    x, w = x.astype(SINGLE), w.astype(SINGLE)
    answer = fourier_planes(Call(x, w))
    laws = {name: law_of(x, w, None, PLACEMENT, accuracy_class(name, "float32")) for name in ("A", "C")}
    assert not compare(answer, laws["C"]).wrong.any()
    if kind == "sparse":
        assert compare(answer, laws["A"]).wrong.any()


def test_the_bound_of_the_fourier_transform_is_that_of_its_channels() -> None:
    """A channel that is lost is seen, however large the others are: a bound by the norm of everything would hide it."""
    x, w = np.ones((1, 2, 9, 9)), np.ones((1, 2, 3, 3))
    x[:, 0], w[:, 0] = 2.0**20, 2.0**-20
    law = law_of(x, w, None, PLACEMENT, accuracy_class("C", "float32"))
    assert law.bound.max() < 0.01


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
def test_the_bound_of_a_is_within_that_of_c(dtype: str) -> None:
    """Long sums too, whose error in A outgrows that of a transform."""
    x, w = np.full((1, 600, 7, 7), 1.25), np.full((1, 600, 7, 7), 1.25)
    found = {name: law_of(x, w, None, PLACEMENT, accuracy_class(name, dtype)).bound.max() for name in ("A", "C")}
    assert found["A"] <= found["C"]


def test_every_dtype_has_its_classes_and_every_class_its_words() -> None:
    for dtype in ("float16", "bfloat16", "float32", "float64"):
        assert default_class(dtype) in class_names(dtype)
        assert set(class_names(dtype)) <= set(MEANINGS)
    with pytest.raises(ValueError, match="float64 has no class R-tf32; it has A, "):
        accuracy_class("R-tf32", "float64")
    with pytest.raises(ValueError, match=r"grades \(for float64\): 'R-tf32' not known; allowed are A, "):
        Capabilities(grades={"float64": "R-tf32"})
