"""The stride."""

from hypothesis import given

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.dtypes import in_turn
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.cases.tiles import path_cases
from conv2d_conformance.cases.unusual_calls import unusual_cases
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest


@covers("stride.steps")
@given(case=cases(vary={"stride"}))
def test_steps(iut: ImplementationUnderTest, case: Case) -> None:
    """Windows start a stride apart, on each axis by its own stride."""
    iut.judge(case)


@covers("stride.steps")
def test_steps_on_every_path(iut: ImplementationUnderTest) -> None:
    """Windows of all tiles start a stride apart, under every kernel that has a path of its own."""
    strided = (case for case in path_cases(iut.effort.multiply_adds) if max(geometry(case).stride) > 1)
    iut.judge_all(in_turn(tuple(strided)[:: iut.effort.tiles]))


@covers("stride.remainder-lost")
@given(case=cases(vary={"stride"}).filter(lambda case: _remainder(case, 0) + _remainder(case, 1) > 0))
def test_remainder_lost(iut: ImplementationUnderTest, case: Case) -> None:
    """Rows and columns after the last whole window have no influence."""
    iut.judge(case)


@covers("stride.beyond-kernel")
@given(case=cases(vary={"stride"}).filter(lambda case: _strides(case)[0] > case.KH or _strides(case)[1] > case.KW))
def test_beyond_kernel(iut: ImplementationUnderTest, case: Case) -> None:
    """A stride beyond the kernel skips the cells between windows."""
    iut.judge(case)


@covers("stride.beyond-kernel")
def test_beyond_input(iut: ImplementationUnderTest) -> None:
    """A stride beyond the kernel, or even beyond the input, is legal."""
    iut.judge_all(unusual_cases("stride-beyond-kernel", "stride-beyond-input"))


@covers("stride.beyond-kernel")
def test_beyond_32_bits(iut: ImplementationUnderTest) -> None:
    """A stride beyond 32 bits gives one output on its axis."""
    iut.judge_all(unusual_cases("stride-beyond-32-bits"))


def _strides(case: Case) -> tuple[int, int]:
    return (case.stride, case.stride) if isinstance(case.stride, int) else case.stride


def _remainder(case: Case, axis: int) -> int:
    size, kernel = ((case.H, case.KH), (case.W, case.KW))[axis]
    return (size - kernel) % _strides(case)[axis]
