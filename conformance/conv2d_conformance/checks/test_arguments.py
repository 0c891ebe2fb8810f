"""How the arguments are given."""

from hypothesis import given

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest


@covers("arguments.pair-order")
@given(case=cases(vary={"stride", "padding", "dilation"}))
def test_pair_order(iut: ImplementationUnderTest, case: Case) -> None:
    """The first number of a pair belongs to the height, the second to the width."""
    iut.judge(case)


@covers("arguments.scalar")
@given(case=cases(vary={"stride", "padding", "dilation"}, require={"scalar"}))
def test_scalar(iut: ImplementationUnderTest, case: Case) -> None:
    """A single number stands for both axes."""
    iut.judge(case)


@covers("arguments.defaults")
@given(case=cases(vary={"stride", "padding", "dilation", "groups"}, require={"omit"}))
def test_defaults(iut: ImplementationUnderTest, case: Case) -> None:
    """What is left out is stride 1, padding 0, dilation 1, groups 1."""
    iut.judge(case)
