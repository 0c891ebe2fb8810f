"""Each of the recipes about rounding does what its purpose says, in every dtype."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from conv2d_conformance.cases import arrays, exposes, parse
from conv2d_conformance.cases.case import ARRAYS
from conv2d_conformance.cases.data import RECIPES
from conv2d_conformance.contract.arrays import dtype_of
from conv2d_conformance.contract.formats import DTYPES, FORMATS
from conv2d_conformance.law.allowed import Allowed
from conv2d_conformance.verdict.question import Question

SHAPE = "n2c4h9w10 m6k3x2 g2"


def made(line: str) -> tuple[np.ndarray, np.ndarray]:
    x, w, _ = arrays(parse(line)).values()
    assert x is not None
    assert w is not None
    return x.astype(np.float64), w.astype(np.float64)


def law(line: str) -> Allowed:
    return Question(parse(line)).law


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("recipe", RECIPES)
def test_no_cast_rounds_and_nothing_is_infinite(recipe: str, dtype: str) -> None:
    case = parse(f"{SHAPE} bias {dtype} {recipe}:7")
    for name in ARRAYS:
        shape = case.shapes.get(name)
        if shape is None:
            continue
        values = RECIPES[recipe](case, name, shape, FORMATS[dtype].precision).reshape(-1)
        assert np.array_equal(values.astype(dtype_of(dtype)).astype(np.float64), values)
        assert np.isfinite(values).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("recipe", [recipe for recipe in RECIPES if recipe not in ("subnormal", "impulse", "chain")])
def test_results_are_finite_and_mostly_evident(recipe: str, dtype: str) -> None:
    found = law(f"{SHAPE} {dtype} {recipe}:7")
    assert found.exceptions is None
    assert found.evident.mean() > (0.02 if recipe.startswith("tosa") else 0.4)
    case = parse(f"{SHAPE} {dtype} {recipe}:7")
    assert exposes(case, arrays(case))


@pytest.mark.parametrize("recipe", ["subnormal", "tosa0", "tosa2", "tosa3", "tosa4", "tosa5"])
def test_without_a_bias_to_lose_a_case_with_bias_is_no_evidence(recipe: str) -> None:
    case = parse(f"{SHAPE} bias float32 {recipe}:7")
    assert not exposes(case, arrays(case))


@pytest.mark.parametrize("dtype", DTYPES)
def test_spread_reaches_both_ends(dtype: str) -> None:
    _, exponents = np.frexp(made(f"n4c4h9w10 m6k3 {dtype} spread:7")[0])
    widest = {"float32": 5, "float64": 12, "float16": 2, "bfloat16": 1}[dtype]
    assert set(exponents.ravel() - 1) == set(range(-widest, widest + 1))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", ["c4h5w6 m2k3x2", "c3h5w6 m2k3x3"], ids=["even", "odd"])
def test_cancelling_leaves_a_small_rest(shape: str, dtype: str) -> None:
    found = law(f"{shape} {dtype} cancelling:7")
    taps = 24 if "c4" in shape else 27
    assert 0 < np.abs(found.high).max() < taps * 2.0 ** (4 - FORMATS[dtype].precision // 2)


@pytest.mark.parametrize("dtype", DTYPES)
def test_monotone_falls(dtype: str) -> None:
    for array in made(f"n2c4h5w6 m3k3x2 {dtype} monotone:7"):
        rows = array.reshape(len(array), -1)
        assert (np.diff(rows) <= 0).all()
        assert rows.min() >= 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("groups", [1, 2])
def test_scaled_products_are_alike(groups: int, dtype: str) -> None:
    x, w = made(f"n2c6h4w4 m4k2 g{groups} {dtype} scaled:7")
    local = 6 // groups
    for c in range(6):
        products = x[:, c].reshape(-1, 1) * w[:, c % local].reshape(1, -1)
        assert 1 <= products.min() <= products.max() < 4
    assert x.max() / x.min() > 2.0 ** (13 if dtype == "float16" else 59)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", ["n2c4h6w7 m4k1", "n1c1h6w7 m2k3", "n1c4h6w7 m4k3x2 g2 s2x1", "n1c3h5w5 m2k2 d3"])
def test_complementary_data_never_meet_in_many_windows(shape: str, dtype: str) -> None:
    x, w = made(f"{shape} {dtype} complementary:1")
    assert np.count_nonzero(x) >= 0.4 * x.size
    assert np.count_nonzero(w) >= 0.6 * w.size
    found = law(f"{shape} {dtype} complementary:1")
    assert 0.2 < ((found.high == 0) & found.fixed).mean() < 0.6


@pytest.mark.parametrize("dtype", DTYPES)
def test_subnormal_data_lie_on_both_sides_of_the_smallest_normal_number(dtype: str) -> None:
    x, w = made(f"{SHAPE} {dtype} subnormal:7")
    normal = FORMATS[dtype].normal
    assert 0.2 < (np.abs(x) < normal).mean() < 0.8
    assert 0.0625 <= np.abs(w).min() <= np.abs(w).max() < 0.5
    found = law(f"{SHAPE} {dtype} subnormal:7")
    assert 0.1 < (np.abs(found.high) < normal).mean() < 0.9


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", ["c1h3w3 m1k1", "c3h5w6 m2k3x2 bias", "c64h4w4 m1k3"])
def test_near_overflow_no_sum_overflows(shape: str, dtype: str) -> None:
    x, w, b = arrays(parse(f"{shape} {dtype} near-overflow:7")).values()
    assert x is not None
    assert w is not None
    largest = [Fraction(float(np.abs(array.astype(np.float64)).max())) for array in (x, w)]
    bias = Fraction(0) if b is None else Fraction(float(np.abs(b.astype(np.float64)).max()))
    total = largest[0] * largest[1] * w[0].size + bias
    omega = Fraction(FORMATS[dtype].largest)
    assert omega / 64 < total < omega


@pytest.mark.parametrize(("dtype", "bits"), [("float32", 12), ("float64", 41), ("float16", 11), ("bfloat16", 8)])
def test_odd_integers_need_their_last_bit_and_add_up_exactly(dtype: str, bits: int) -> None:
    x, w = made(f"n1c4h6w7 m3k3 {dtype} odd:3")
    for array in (x, w):
        assert (array % 2 == 1).all()
        assert 2.0 ** (bits - 1) < np.abs(array).max() < 2.0**bits
    limit = 2.0 ** (53 if dtype == "float64" else 24)
    for shape in ("n1c4h6w7 m3k3 bias", "n1c513h4w4 m2k3 bias", "n1c2049h4w4 m2k3 bias"):
        question = Question(parse(f"{shape} {dtype} odd:3"))
        x, w = made(f"{shape} {dtype} odd:3")
        magnitude = np.abs(w).reshape(len(w), -1).sum(axis=1).max() * 2.0**bits
        assert magnitude < 2.0**bits * limit
        assert question.law.evident.mean() > 0.8
        if dtype in ("float32", "float64"):
            assert question.law.fixed.all()


def test_tosa_sets_have_their_marks() -> None:
    line = "n1c2h4w6 m2k2x3 s2x3 {}"
    assert (law(line.format("tosa0:1")).high == 0).all()
    assert (law(line.format("tosa4:1")).high == -0.25).all()
    for name in ("tosa2", "tosa3"):
        x, w = made(line.format(f"{name}:1"))
        first = 1 if name == "tosa2" else 16
        assert (np.abs(w[:, 0, 0, 0]) == first).all()
        assert (np.abs(x[:, 0, ::2, ::3]) == first).all()
        assert np.count_nonzero(np.abs(x) == first) == 4
    x, _ = made(line.format("tosa1:1"))
    assert 0.4 * np.abs(x).max() < np.abs(x).min()
    x, _ = made(line.format("tosa5:1"))
    assert x.min() < 0 < x.max()


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_lone_pixel_moves_on_and_has_all_bits(dtype: str) -> None:
    x, w = made(f"n3c2h2w3 m2k1 {dtype} lone-pixel:11")
    assert [np.flatnonzero(image).tolist() for image in x.reshape(3, 12)] == [[11], [0], [1]]
    assert ((np.abs(x[x != 0]) >= 64) & (np.abs(x[x != 0]) < 128)).all()
    assert (w != 0).all()
    found = law(f"n3c2h2w3 m2k1 {dtype} lone-pixel:11")
    assert found.fixed.all()
    assert found.evident.all()
