"""Every claimed dtype is computed in its own precision."""

from hypothesis import given

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.checks import covers
from conv2d_conformance.verdict.examination import Examination


@covers("dtype.float32")
@given(case=cases(dtype="float32", recipes=("uniform", "sparse", "integers")))
def test_float32(iut: Examination, case: Case) -> None:
    """Arrays of float32 are taken, computed and returned as such."""
    iut.judge(case)


@covers("dtype.float64")
@given(case=cases(dtype="float64", recipes=("uniform", "sparse", "integers")))
def test_float64(iut: Examination, case: Case) -> None:
    """Arrays of float64 are taken, computed and returned as such, with all their bits."""
    iut.judge(case)
