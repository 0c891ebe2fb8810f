"""Every claimed dtype is computed in its own precision."""

from hypothesis import given

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest

RECIPES = ("uniform", "sparse", "integers")


@covers("dtype.float32")
@given(case=cases(dtype="float32", recipes=RECIPES))
def test_float32(iut: ImplementationUnderTest, case: Case) -> None:
    """Arrays of float32 are taken, computed and returned as such."""
    iut.judge(case)


@covers("dtype.float64")
@given(case=cases(dtype="float64", recipes=RECIPES))
def test_float64(iut: ImplementationUnderTest, case: Case) -> None:
    """Arrays of float64 are taken, computed and returned as such, with all their bits."""
    iut.judge(case)


@covers("dtype.float16")
@given(case=cases(dtype="float16", recipes=RECIPES))
def test_float16(iut: ImplementationUnderTest, case: Case) -> None:
    """Arrays of float16 are taken, computed and returned as such."""
    iut.judge(case)


@covers("dtype.bfloat16")
@given(case=cases(dtype="bfloat16", recipes=RECIPES))
def test_bfloat16(iut: ImplementationUnderTest, case: Case) -> None:
    """Arrays of bfloat16 are taken, computed and returned as such."""
    iut.judge(case)
