"""Regions of the space of cases that more than one check is about."""

from dataclasses import replace

from conv2d_conformance.cases.case import Case


def pads_beyond_kernel(case: Case) -> bool:
    """Whether some windows lie in the padding alone; for kernels without dilation and padding as a pair."""
    assert isinstance(case.padding, tuple)
    return case.padding[0] >= case.KH or case.padding[1] >= case.KW


def one_image_a_pixel(case: Case) -> Case:
    """The case with as many images as an image has elements: a full fingerprint with the recipe `impulse`."""
    return replace(case, N=case.C * case.H * case.W)
