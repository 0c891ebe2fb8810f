"""One image without a batch axis, and a batch without images."""

from dataclasses import replace

from hypothesis import given

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.illegal_calls import illegal_calls
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.cases.unusual_calls import unusual_cases
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest


@covers("batch.unbatched")
@given(case=cases(vary={"stride", "padding", "groups", "bias"}, require={"unbatched"}))
def test_unbatched(iut: ImplementationUnderTest, case: Case) -> None:
    """An input of three axes gives a result of three axes, that of a batch of one."""
    iut.judge(case)


@covers("batch.unbatched")
def test_unbatched_everywhere(iut: ImplementationUnderTest) -> None:
    """An input of three axes is taken with groups, with padding strings and in every padding mode."""
    iut.judge_all(unusual_cases("unbatched"))


@covers("batch.empty")
@given(case=cases(vary={"stride", "padding", "groups", "bias"}, require={"empty"}))
def test_empty(iut: ImplementationUnderTest, case: Case) -> None:
    """A batch without images gives one without images, of the right shape."""
    iut.judge(case)


@covers("batch.empty")
def test_empty_everywhere(iut: ImplementationUnderTest) -> None:
    """A batch without images is taken with groups, with padding strings and in every padding mode."""
    iut.judge_all(unusual_cases("empty-batch"))


@covers("batch.one")
@given(case=cases(vary=set()).map(lambda case: replace(case, N=1)))
def test_one(iut: ImplementationUnderTest, case: Case) -> None:
    """A batch of one image keeps its batch axis."""
    iut.judge(case, values=False)


@covers("batch.empty-checked")
def test_empty_checked(iut: ImplementationUnderTest) -> None:
    """An empty batch is no excuse for a call that is illegal otherwise."""
    iut.judge_illegal(illegal_calls("empty-batch", iut.effort.tiles))
