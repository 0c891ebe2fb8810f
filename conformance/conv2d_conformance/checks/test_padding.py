"""Padding with zeros: explicit, valid and same."""

from hypothesis import given

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.cases.unusual_calls import unusual_cases
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.regions import pads_beyond_kernel
from conv2d_conformance.checks.under_test import ImplementationUnderTest
from conv2d_conformance.contract.formats import DTYPES

CONSTANT = tuple(
    parse(f"{shape} {dtype} ones")
    for dtype in DTYPES
    for shape in ("n2c2h4w5 m3k3x2 p1x2 bias", "n1c4h3w6 m4k1x3 s2 p2 g4")
)
"""Images of one value, where padding with anything but zeros could be overlooked."""


@covers("padding.zeros-both-sides")
@given(case=cases(vary={"padding", "stride", "dilation"}))
def test_zeros_both_sides(iut: ImplementationUnderTest, case: Case) -> None:
    """Explicit padding adds as many zeros before the input as after it."""
    iut.judge(case)


@covers("padding.zeros-both-sides")
def test_zeros_on_every_path(iut: ImplementationUnderTest) -> None:
    """Padding is zeros around single pixels and images of one value too, and under kernels as large as the input."""
    iut.judge_all(unusual_cases("padding-in-every-path"))
    iut.judge_all(CONSTANT)


@covers("padding.beyond-kernel")
@given(case=cases(vary=set(), require={"padding"}).filter(pads_beyond_kernel))
def test_beyond_kernel(iut: ImplementationUnderTest, case: Case) -> None:
    """Padding as large as the kernel, or larger, is legal."""
    iut.judge(case)


@covers("padding.beyond-kernel")
def test_far_beyond_kernel(iut: ImplementationUnderTest) -> None:
    """Padding many times as large as the kernel is legal too."""
    iut.judge_all(unusual_cases("padding-beyond-kernel"))


@covers("padding.kernel-larger-than-input")
@given(case=cases(vary=set(), require={"padding"}).filter(lambda case: case.KH > case.H or case.KW > case.W))
def test_kernel_larger_than_input(iut: ImplementationUnderTest, case: Case) -> None:
    """A kernel larger than the input is legal where the padding makes it fit."""
    iut.judge(case)


@covers("padding.valid")
@given(case=cases(vary={"stride"}, require={"valid"}))
def test_valid(iut: ImplementationUnderTest, case: Case) -> None:
    """The padding "valid" is none."""
    iut.judge(case)


@covers("padding.valid")
def test_valid_in_every_mode(iut: ImplementationUnderTest) -> None:
    """The padding "valid" is none in the other padding modes too."""
    iut.judge_all(unusual_cases("valid-in-every-mode"))


@covers("padding.same-size")
@given(case=cases(vary=set(), require={"same"}))
def test_same_size(iut: ImplementationUnderTest, case: Case) -> None:
    """The padding "same" keeps the size."""
    iut.judge(case, values=False)


@covers("padding.same-extra-at-end")
@given(case=cases(vary=set(), require={"same"}))
def test_same_extra_at_end(iut: ImplementationUnderTest, case: Case) -> None:
    """Where "same" needs an odd number of zeros, the odd one comes at the bottom or the right."""
    iut.judge(case)


@covers("padding.same-dilated")
@given(case=cases(vary=set(), require={"same", "dilation"}))
def test_same_dilated(iut: ImplementationUnderTest, case: Case) -> None:
    """The amount of "same" on an axis follows from the kernel and the dilation of that axis."""
    iut.judge(case)
