"""Regions of the space of cases that more than one check is about."""

from conv2d_conformance.cases.case import Case


def pads_beyond_kernel(case: Case) -> bool:
    """Whether some windows lie in the padding alone; for kernels without dilation and padding as a pair."""
    assert isinstance(case.padding, tuple)
    return case.padding[0] >= case.KH or case.padding[1] >= case.KW
