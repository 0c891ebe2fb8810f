"""No legal evaluation breaks the bound, and what no legal evaluation gives is outside it."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conv2d_conformance.contract.formats import FORMATS
from conv2d_conformance.law.allowed import Allowed, compare
from conv2d_conformance.law.classes import accuracy_class
from conv2d_conformance.law.evaluate import law_of

Array = np.ndarray[Any, Any]
DTYPES = ("float32", "float64")


def dot(x: Array, w: Array, b: float | None, dtype: str, grade: str = "A") -> Allowed:
    """The law of the single output element sum x * w + b."""
    placement: Any = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, "pads": ((0, 0), (0, 0))}
    bias = None if b is None else np.array([b]).astype(x.dtype)
    return law_of(x.reshape(1, -1, 1, 1), w.reshape(1, -1, 1, 1), bias, placement, accuracy_class(grade, dtype))


def is_allowed(answer: Any, law: Allowed, dtype: str) -> bool:
    return not compare(np.full((1, 1, 1, 1), answer, dtype), law).wrong.any()


def random_tree(leaves: list[Any], random: np.random.Generator) -> Any:
    """Add the leaves in a random order and grouping."""
    leaves = list(leaves)
    while len(leaves) > 1:
        i, j = sorted(random.choice(len(leaves), 2, replace=False))
        second, first = leaves.pop(j), leaves.pop(i)
        leaves.append(first + second)
    return leaves[0]


def sequential_fma(x: Array, w: Array, b: Any) -> Any:
    """One rounding for each multiplication with its addition, emulated exactly."""
    total = b
    for a, c in zip(x, w, strict=True):
        total = x.dtype.type(float(Fraction(float(a)) * Fraction(float(c)) + Fraction(float(total))))
    return total


def kahan(leaves: list[Any]) -> Any:
    total, lost = leaves[0], leaves[0] * 0
    for leaf in leaves[1:]:
        corrected = leaf - lost
        grown = total + corrected
        lost = (grown - total) - corrected
        total = grown
    return total


def split_in_three(products: list[Any]) -> Any:
    parts = [sum(products[k::3], start=products[0].dtype.type(0)) for k in range(3)]
    return (parts[0] + parts[1]) + parts[2]


EVALUATIONS: dict[str, Callable[[Array, Array, Any, np.random.Generator], Any]] = {
    "tree": lambda x, w, b, random: random_tree([*(x * w), b], random),
    "sequential": lambda x, w, b, _: b + sum(x * w, start=x.dtype.type(0)),
    "bias first": lambda x, w, b, _: sum(x * w, start=b),
    "split": lambda x, w, b, _: split_in_three(list(x * w)) + b,
    "compensated": lambda x, w, b, _: kahan([b, *(x * w)]),
}


@st.composite
def vectors(draw: st.DrawFn) -> tuple[Array, Array, float, np.random.Generator]:
    """Two vectors with spread exponents, cancellation and zeros, and a bias."""
    random = np.random.default_rng(draw(st.integers(0, 10**6)))
    size = draw(st.integers(1, 40))
    spread = draw(st.sampled_from([0, 3, 12]))
    x, w = (random.standard_normal(size) * 2.0 ** random.integers(-spread, spread + 1, size) for _ in range(2))
    if draw(st.booleans()):
        x[size // 2 :] = -x[: size - size // 2]
        w[size // 2 :] = w[: size - size // 2]
    x[random.random(size) < draw(st.sampled_from([0, 0.3, 0.9]))] = 0
    return x, w, draw(st.sampled_from([0.0, 1.5, -3e-5])), random


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("evaluation", EVALUATIONS)
@settings(max_examples=150, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=vectors())
def test_every_order_of_summation_is_allowed(
    evaluation: str, dtype: str, data: tuple[Array, Array, float, np.random.Generator]
) -> None:
    x, w, random = data[0].astype(dtype), data[1].astype(dtype), data[3]
    b = np.dtype(dtype).type(data[2])
    answer = EVALUATIONS[evaluation](x, w, b, random)
    assert is_allowed(answer, dot(x, w, float(b), dtype), dtype)


def test_a_zero_after_a_compensated_sum_of_two_products_rounds_it_again() -> None:
    x = np.array([1.2100143432617188, -1.5035821199417114, 0], "float32")
    w = np.array([-1.1393674612045288, 1.8878010511398315, 1], "float32")
    answer, law = kahan(list(x * w)), dot(x, w, None, "float32")
    two_roundings = 2 * 2.0**-24 * float(np.abs(x.astype("float64") * w).sum())
    assert abs(float(answer) - law.high.item()) > 1.04 * two_roundings  # which no tree of one addition exceeds
    assert is_allowed(answer, law, "float32")


@settings(max_examples=100, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=vectors())
def test_fused_multiply_add_is_allowed(data: tuple[Array, Array, float, np.random.Generator]) -> None:
    # float32: the exact sum of a product and an addend is rounded by way of float64 only where that is harmless.
    x, w, b = data[0].astype("float64"), data[1].astype("float64"), np.float64(data[2])
    assert is_allowed(sequential_fma(x, w, b), dot(x, w, float(b), "float64"), "float64")


@pytest.mark.parametrize("dtype", DTYPES)
def test_more_than_the_bound_is_not_allowed(dtype: str) -> None:
    x, w = np.array([1.25, -3, 0.7], dtype), np.array([2, 5.5, 1.9], dtype)
    law = dot(x, w, None, dtype)
    right, bound = float(law.high[0, 0, 0, 0]), float(law.bound[0, 0, 0, 0])
    assert is_allowed(right, law, dtype)
    assert not is_allowed(right + 1.5 * bound, law, dtype)
    assert not is_allowed(right - 1.5 * bound, law, dtype)
    assert law.evident.all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_product_is_rounded_once(dtype: str) -> None:
    x, w = np.array([1 / 3, 0, 5], dtype), np.array([1 / 7, 4, 0], dtype)
    law = dot(x, w, None, dtype)
    product = x[0] * w[0]
    assert law.fixed.all()
    assert is_allowed(product, law, dtype)
    assert not is_allowed(np.nextafter(product, np.inf), law, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_no_product_is_zero_and_a_bias_alone_is_itself(dtype: str) -> None:
    x, w = np.array([1, 0], dtype), np.array([0, 1], dtype)
    tiny = FORMATS[dtype].tiny
    assert is_allowed(-0.0, dot(x, w, None, dtype), dtype)
    assert not is_allowed(tiny, dot(x, w, None, dtype), dtype)
    assert is_allowed(1.5, dot(x, w, 1.5, dtype), dtype)
    assert not is_allowed(1.5 + 2 * FORMATS[dtype].unit, dot(x, w, 1.5, dtype), dtype)


def test_small_integers_are_exact_and_large_ones_are_not_fixed() -> None:
    x, w = np.array([3, -5, 7], "float32"), np.array([2, 4, 6], "float32")
    law = dot(x, w, 1.0, "float32")
    assert law.fixed.all()
    assert is_allowed(29, law, "float32")
    assert not is_allowed(np.nextafter(np.float32(29), np.float32(30)), law, "float32")
    large = np.array([4097, 4099], "float32")
    assert not dot(large, large, None, "float32").fixed.any()


def test_integers_at_the_limit_are_fixed_and_one_beyond_are_not() -> None:
    def limit(extra: int) -> Allowed:
        x = np.array([2**12, 2**12, extra], "float32")
        w = np.array([2**11, 2**11 - 1, 1], "float32")
        return dot(x, w, None, "float32")

    # The sum of magnitudes is rounded upwards, so that the limit itself is not reached.
    assert limit(2**12 - 1).fixed.all()
    assert not limit(2**12 + 1).fixed.any()


def test_nan_and_infinity_are_wrong_for_finite_data() -> None:
    law = dot(np.array([1.5, 2], "float32"), np.array([1, 3], "float32"), None, "float32")
    for answer in (np.nan, np.inf, -np.inf):
        assert not is_allowed(answer, law, "float32")


def test_a_sum_that_may_overflow_on_the_way_is_not_judged() -> None:
    huge = np.array([2.0**127, 2.0**127, -(2.0**127)], "float32")
    law = dot(huge, np.ones(3, "float32"), None, "float32")
    assert law.free.all()
    assert not law.evident.any()
    for answer in (np.inf, np.nan, 2.0**127):
        assert is_allowed(answer, law, "float32")


def test_no_evidence_where_the_bound_could_hide_a_missing_product() -> None:
    x = np.array([1e6, -1e6, 1e-6], "float32")
    law = dot(x, np.ones(3, "float32"), None, "float32")
    assert not law.evident.any()
    assert is_allowed(0, law, "float32")


def test_underflow_of_products_is_allowed_for() -> None:
    tiny = FORMATS["float32"].tiny
    x, w = np.full(3, 3 * tiny, "float32"), np.full(3, 0.5, "float32")
    answer = sum(x * w, start=np.float32(0))
    assert is_allowed(answer, dot(x, w, None, "float32"), "float32")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count", [1, 2, 3, 9, 100, 1001])
def test_underflow_of_many_products_is_allowed_for(dtype: str, count: int) -> None:
    """Each of them is rounded upwards by half the smallest subnormal, which in float64 is no number."""
    smallest = FORMATS[dtype].tiny
    x, w = np.full(count, 7 * smallest, dtype), np.full(count, 0.5, dtype)
    answer = np.add.accumulate(x * w)[-1]
    assert answer == 4 * smallest * count
    law = dot(x, w, None, dtype)
    assert is_allowed(answer, law, dtype)
    assert law.bound.item() <= (count / 2 + 4) * smallest


def test_the_bound_grows_with_the_number_of_products_and_not_with_zeros() -> None:
    def bound(size: int, zeros: int) -> float:
        x = np.concatenate([np.ones(size), np.zeros(zeros)]).astype("float32") * np.float32(1.1)
        return float(dot(x, x, None, "float32").bound[0, 0, 0, 0])

    assert bound(5, 0) <= bound(5, 1000) < bound(5, 0) * (1 + 2.0**-30)
    assert bound(10, 0) > 1.9 * bound(5, 0)


def test_formats_are_those_of_numpy() -> None:
    for name in ("float16", "float32", "float64"):
        info, own = np.finfo(name), FORMATS[name]
        assert own.largest == float(info.max)
        assert own.normal == float(info.smallest_normal)
        assert own.tiny == float(info.smallest_subnormal)
        assert own.unit == float(info.eps) / 2
