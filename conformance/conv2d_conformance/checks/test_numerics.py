"""How near the answer must be to the exact sum, in the class that is claimed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from hypothesis import example, given
from hypothesis.strategies import SearchStrategy, one_of

from conv2d_conformance.cases.beside_paths import long_sums_on_paths
from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.deep_sums import BRIMS, CHAINS, single_products
from conv2d_conformance.cases.extremes import ALONE, BESIDE, DEEP, OVERFLOWING, SUBNORMAL, UNEVEN
from conv2d_conformance.cases.geometry import multiply_adds
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.networks import network_cases
from conv2d_conformance.cases.strategies import cases, sample
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest
from conv2d_conformance.contract.formats import DTYPES

LARGE_INTEGERS = {
    "float32": "integers*300",
    "float64": "integers*5000000",
    "float16": "integers*9",
    "bfloat16": "integers*2",
}
"""Magnitudes with which the sums use all bits of the dtype."""

SHARE_OF_DEPTH = 4
"""There are many depths, so a case of each may cost a quarter of what other fixed cases may."""

REVEALING = ("sparse", "sparse", "sparse", "uniform", "normal", "integers", "spread", "scaled", "monotone", "tosa3")
"""Recipes that tell the classes apart."""


def _in_every_dtype(**space: Any) -> SearchStrategy[Case]:
    return one_of(*(cases(dtype=dtype, **space) for dtype in DTYPES))


def _claimed(iut: ImplementationUnderTest, table: Iterable[Case]) -> Iterator[Case]:
    """The cases of the dtypes that are claimed: what one dtype holds, another may not."""
    return (case for case in table if case.dtype in iut.claims.dtypes)


@covers("numerics.exact-where-exact")
@given(case=one_of(*(cases(dtype=dtype, recipes=("integers", LARGE_INTEGERS[dtype], "odd")) for dtype in DTYPES)))
@example(case=parse("n2c3h5w6 m2k3x2 float32 odd:1"))
@example(case=parse("n2c3h5w6 m2k3x2 float64 odd:2"))
@example(case=parse("n2c3h5w6 m2k3x2 float16 odd:3"))
@example(case=parse("n2c3h5w6 m2k3x2 bfloat16 odd:4"))
def test_exact_where_exact(iut: ImplementationUnderTest, case: Case) -> None:
    """Where every partial sum is representable, the answer is exact, whatever the order of the additions."""
    iut.judge(case)


@covers("numerics.exact-where-exact")
def test_exact_to_the_last_bit_of_the_accumulator(iut: ImplementationUnderTest) -> None:
    """Integers that fill the accumulator add up exactly, a few of them alone and among thousands of zeros."""
    iut.judge_all(_claimed(iut, BRIMS))


@covers("numerics.single-product")
@given(case=_in_every_dtype(vary={"stride", "padding", "dilation", "groups"}, recipes=("sparse",)))
def test_single_product(iut: ImplementationUnderTest, case: Case) -> None:
    """A sum of one product is that product, correctly rounded."""
    iut.judge(case)


@covers("numerics.single-product")
def test_single_product_at_every_depth(iut: ImplementationUnderTest) -> None:
    """A product among thousands of zeros is rounded as if it were alone, whatever algorithm the sizes select."""
    most, every = iut.effort.multiply_adds // SHARE_OF_DEPTH, 4 * iut.effort.tiles
    iut.judge_all(_claimed(iut, single_products(most, every)))
    for number, layer in enumerate(islice(network_cases(most), None, None, every)):
        iut.judge(replace(layer.case, data=Recipe("single", number)))


@covers("numerics.empty-sum")
@given(case=_in_every_dtype(vary={"padding"}, recipes=("sparse", "complementary")))
def test_empty_sum(iut: ImplementationUnderTest, case: Case) -> None:
    """A sum of nothing but zeros is zero."""
    iut.judge(case)


@covers("numerics.bound")
@given(case=_in_every_dtype(recipes=("uniform", "normal", "sparse", "spread", "cancelling", "monotone", "scaled")))
def test_bound(iut: ImplementationUnderTest, case: Case) -> None:
    """The error stays within what any order of summation can bring about."""
    iut.judge(case)


@covers("numerics.bound")
def test_bound_of_long_sums(iut: ImplementationUnderTest) -> None:
    """Sums of thousands of products keep to the bound too, down to the last product, and so do those of uneven data."""
    iut.judge_all(case for case in _claimed(iut, DEEP) if multiply_adds(case) <= iut.effort.multiply_adds)
    iut.judge_all(_claimed(iut, UNEVEN))


@covers("numerics.bound")
def test_bound_of_additions_that_all_round(iut: ImplementationUnderTest) -> None:
    """A chain of products at the last places of a large one errs no more than additions in the claimed grade do."""
    iut.judge_all(_claimed(iut, CHAINS))


@covers("numerics.bound")
def test_bound_on_every_path(iut: ImplementationUnderTest) -> None:
    """Under every kernel, stride, dilation and grouping that has a path of its own, sums keep all their bits."""
    iut.judge_all(_claimed(iut, long_sums_on_paths()))


@covers("numerics.overflow")
def test_overflow(iut: ImplementationUnderTest) -> None:
    """What is too large for the dtype is infinite, and nothing else is."""
    iut.judge_all(_claimed(iut, OVERFLOWING))


@covers("numerics.subnormals")
def test_subnormals(iut: ImplementationUnderTest) -> None:
    """Numbers below the smallest normal one count, unless the adapter says that they do not."""
    iut.judge_all(_claimed(iut, SUBNORMAL))


@covers("numerics.grade")
def test_grade(iut: ImplementationUnderTest) -> None:
    """The claimed class holds in every dtype; the strictest class that holds is reported."""
    for dtype in sorted(iut.claims.dtypes):
        for number, recipe in enumerate(REVEALING):  # each has its share, whatever is drawn
            count, seed = -(-iut.effort.drawn // len(REVEALING)), (iut.seed + number) % 2**64
            for case in sample(count, seed, dtype=dtype, recipes=(recipe,)):
                iut.measure(case)
        for case in (*ALONE, *BESIDE, *DEEP):
            if case.dtype == dtype and multiply_adds(case) <= iut.effort.multiply_adds:
                iut.measure(case)
    iut.require_claimed_grades()
