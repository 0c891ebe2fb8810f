"""The bias."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.dtypes import in_turn
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.cases.tiles import cases_alone
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.regions import pads_beyond_kernel
from conv2d_conformance.checks.under_test import ImplementationUnderTest


@covers("bias.added")
@given(case=cases(require={"bias"}, vary=set()))
def test_added(iut: ImplementationUnderTest, case: Case) -> None:
    """The bias is added once to every element of its channel."""
    iut.judge(case)


@covers("bias.added")
def test_added_once_for_any_number_of_channels(iut: ImplementationUnderTest) -> None:
    """The bias is added once, however many input channels or columns there are."""
    iut.judge_all(_with_bias("C", "OW"))


@covers("bias.per-channel")
@given(case=cases(vary={"groups"}, require={"bias"}).filter(lambda case: case.M > 1))
def test_per_channel(iut: ImplementationUnderTest, case: Case) -> None:
    """Every output channel has its own bias, whatever the groups and the output's width."""
    iut.judge(case)


@covers("bias.per-channel")
def test_per_channel_of_many(iut: ImplementationUnderTest) -> None:
    """Every output channel has its own bias, however many channels or groups there are."""
    iut.judge_all(_with_bias("M", "G"))


def _with_bias(*axes: str) -> Iterator[Case]:
    return in_turn(replace(case, bias=True) for axis in axes for case in cases_alone(axis))


@covers("bias.absent")
@given(case=cases(vary=set()))
def test_absent(iut: ImplementationUnderTest, case: Case) -> None:
    """Without a bias nothing is added."""
    iut.judge(case)


@covers("bias.in-padding-only-windows")
@given(case=cases(vary=set(), require={"padding", "bias"}).filter(pads_beyond_kernel))
def test_in_padding_only_windows(iut: ImplementationUnderTest, case: Case) -> None:
    """Where the window lies in the padding alone, the bias alone remains."""
    iut.judge(case)
