"""How near the answer must be to the exact sum."""

from hypothesis import given
from hypothesis.strategies import SearchStrategy

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.checks import covers
from conv2d_conformance.verdict.examination import Examination


def _sparse(dtype: str) -> SearchStrategy[Case]:
    """Mostly zeros, so that most sums have one product or none."""
    return cases(vary={"stride", "padding", "dilation", "groups"}, dtype=dtype, recipes=("sparse",))


def _full(dtype: str) -> SearchStrategy[Case]:
    """Every bit of the data in use."""
    return cases(dtype=dtype, recipes=("uniform", "normal", "sparse"))


@covers("numerics.exact-where-exact")
@given(case=cases() | cases(dtype="float64"))
def test_exact_where_exact(iut: Examination, case: Case) -> None:
    """Where every partial sum is representable, the answer is exact, whatever the order of the additions."""
    iut.judge(case)


@covers("numerics.single-product")
@given(case=_sparse("float32") | _sparse("float64"))
def test_single_product(iut: Examination, case: Case) -> None:
    """A sum of one product is that product, correctly rounded."""
    iut.judge(case)


@covers("numerics.empty-sum")
@given(case=_sparse("float32") | _sparse("float64"))
def test_empty_sum(iut: Examination, case: Case) -> None:
    """A sum of nothing but zeros is zero."""
    iut.judge(case)


@covers("numerics.bound")
@given(case=_full("float32") | _full("float64"))
def test_bound(iut: Examination, case: Case) -> None:
    """The error stays within what any order of summation can bring about."""
    iut.judge(case)
