"""The size, the shape and the dtype of the result."""

from hypothesis import given

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest


@covers("output-size.floor")
@given(case=cases(vary={"stride", "padding", "dilation"}))
def test_floor(iut: ImplementationUnderTest, case: Case) -> None:
    """The size is a floor, whether or not the stride divides."""
    iut.judge(case, values=False)


@covers("output-size.exact-fit")
@given(case=cases(vary={"padding", "dilation", "stride"}, keep={"size"}))
def test_exact_fit(iut: ImplementationUnderTest, case: Case) -> None:
    """A padded input of just the size of the dilated kernel gives one output."""
    iut.judge(case, about=fits_exactly)


def fits_exactly(case: Case) -> bool:
    """Whether the padded input has just the size of the dilated kernel, on some axis."""
    g = geometry(case)
    sides = zip((g.H, g.W), g.pads, g.dilation, (g.KH, g.KW), strict=True)
    return any(size + sum(pads) == dilation * (kernel - 1) + 1 for size, pads, dilation, kernel in sides)


@covers("output-size.shape")
@given(case=cases(vary={"groups"}))
def test_shape(iut: ImplementationUnderTest, case: Case) -> None:
    """The result has one image for each image, one channel for each filter, then height and width."""
    iut.judge(case, values=False)


@covers("output-size.dtype")
@given(case=cases(vary=set()) | cases(vary=set(), dtype="float64"))
def test_dtype(iut: ImplementationUnderTest, case: Case) -> None:
    """The result has the dtype of the input."""
    iut.judge(case, values=False)
