"""The shapes that somebody times or ships, at their full size."""

from conv2d_conformance.checks import covers, of_shapes
from conv2d_conformance.checks.gradient_cases import gradients_of
from conv2d_conformance.checks.under_test import ImplementationUnderTest


@of_shapes
@covers("values.every-size")
def test_named_shapes(iut: ImplementationUnderTest) -> None:
    """The shapes that are asked for by name are right at their full size, in every dtype, call after call."""
    iut.judge_at_full_size(iut.shapes)


@of_shapes
@covers("gradients.every-size")
def test_gradients_of_named_shapes(iut: ImplementationUnderTest) -> None:
    """The gradients of the shapes that are asked for by name are right at their full size."""
    iut.judge_at_full_size(map(gradients_of, iut.shapes))
