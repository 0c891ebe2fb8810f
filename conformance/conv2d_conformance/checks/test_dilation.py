"""The dilation."""

from hypothesis import given

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.cases.unusual_calls import unusual_cases
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest


@covers("dilation.spacing")
@given(case=cases(vary={"dilation"}))
def test_spacing(iut: ImplementationUnderTest, case: Case) -> None:
    """Taps lie a dilation apart, on each axis by its own dilation, and what is between them has no influence."""
    iut.judge(case)


@covers("dilation.spacing")
def test_spacing_of_large_dilations(iut: ImplementationUnderTest) -> None:
    """Taps may lie so far apart that nearly all of the input is between them."""
    iut.judge_all(unusual_cases("large-dilation"))


@covers("dilation.one-by-one")
@given(case=cases(vary={"dilation"}).filter(lambda case: case.KH == 1 or case.KW == 1))
def test_one_by_one(iut: ImplementationUnderTest, case: Case) -> None:
    """Where the kernel has one element, no dilation changes anything."""
    iut.judge(case)


@covers("dilation.one-by-one")
def test_one_by_one_beyond_32_bits(iut: ImplementationUnderTest) -> None:
    """Where the kernel has one element, a dilation beyond 32 bits changes nothing."""
    iut.judge_all(unusual_cases("dilation-beyond-32-bits"))
