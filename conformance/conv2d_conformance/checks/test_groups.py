"""Groups."""

from hypothesis import given

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.dtypes import in_turn
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.cases.tiles import cases_alone, path_cases
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest


@covers("groups.side-by-side")
@given(case=cases(vary={"bias"}, require={"groups"}))
def test_side_by_side(iut: ImplementationUnderTest, case: Case) -> None:
    """Groups are convolutions side by side, each with its own run of channels and filters."""
    iut.judge(case)


@covers("groups.depthwise")
@given(
    case=cases(vary={"stride", "padding", "dilation", "bias"}, require={"depthwise"}).filter(
        lambda case: case.C == case.M
    )
)
def test_depthwise(iut: ImplementationUnderTest, case: Case) -> None:
    """With as many groups as channels, each channel has its own filter."""
    iut.judge(case)


@covers("groups.depthwise")
def test_depthwise_on_every_path(iut: ImplementationUnderTest) -> None:
    """Each channel has its own filter under every kernel and stride, however many channels there are."""
    depthwise = (case for case in path_cases(iut.effort.multiply_adds) if case.groups == case.C == case.M)
    iut.judge_all(in_turn(case for case in depthwise if case.C > 1))


@covers("groups.multiplier")
@given(case=cases(vary=set(), require={"depthwise"}).filter(lambda case: case.M > case.C))
def test_multiplier(iut: ImplementationUnderTest, case: Case) -> None:
    """A depthwise convolution can have several filters for each channel."""
    iut.judge(case)


@covers("groups.every-divisor")
@given(case=cases(vary={"stride", "padding", "dilation", "depthwise"}, require={"groups"}))
def test_every_divisor(iut: ImplementationUnderTest, case: Case) -> None:
    """Every common divisor of the channel counts is a legal number of groups."""
    iut.judge(case)


@covers("groups.every-divisor")
def test_many_groups(iut: ImplementationUnderTest) -> None:
    """A large number of groups is legal too."""
    iut.judge_all(in_turn(cases_alone("G")))
