"""The gradients of arrays that lie in memory in other ways: of all four, and of one of them alone."""

from collections.abc import Iterator
from dataclasses import replace

from conv2d_conformance.cases.case import ARRAYS, Case
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.strategies import sample
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest
from conv2d_conformance.contract.formats import DTYPES

LENGTHS_OF_ONE = tuple(
    map(
        parse,
        (
            "n2c3h1w4 m2k1x2 bias grad integers:1",
            "n2c1h4w5 m3k2x3 grad integers:2",
            "n2c4h4w5 m1k3x2 bias grad integers:3",
            "n2c4h5w6 m4k3 g4 grad integers:4",
            "n2c1h7w2 m1k3 s1x2 p0x1 grad integers:5",
            "c4h2w2 m2k2 s3x3 p1x1 g2 grad float64 integers:6",
            "n2c2h4w1 m4k2 s2x2 p1x1 g2 grad integers:7",
        ),
    )
)
"""An axis of length 1, of an array, of a group or of the output, has a stride that says nothing."""


REPEATED = tuple(
    map(
        parse,
        (
            "n1c2h4w5 m1k2 bias grad integers:1 view=broadcast",
            "c2h4w5 m1k2 bias grad float64 integers:2 view=broadcast:gy",
            "n1c2h1w6 m1k1x2 bias grad ones view=broadcast:gy",
            "c1h1w6 m1k1x2 bias grad float64 ones view=broadcast",
        ),
    )
)
"""Arrays that repeat a row, or an element: what the derivative of a sum hands back."""


@covers("gradients.view-transposed")
def test_transposed(iut: ImplementationUnderTest) -> None:
    """Arrays with their rows and columns exchanged in memory have the gradients of dense ones."""
    iut.judge_all(_seen_as("transposed", iut))


@covers("gradients.view-channels-last")
def test_channels_last(iut: ImplementationUnderTest) -> None:
    """Arrays with the channels innermost have the gradients of dense ones."""
    iut.judge_all(_seen_as("channels-last", iut))


@covers("gradients.view-offset")
def test_offset(iut: ImplementationUnderTest) -> None:
    """Sections of larger arrays have the gradients of dense arrays."""
    iut.judge_all(_seen_as("offset", iut))


@covers("gradients.view-broadcast")
def test_broadcast(iut: ImplementationUnderTest) -> None:
    """Arrays that repeat the same memory along an axis have the gradients of dense ones."""
    iut.judge_all(_seen_as("broadcast", iut))
    iut.judge_all(REPEATED)


@covers("gradients.view-fortran")
def test_fortran(iut: ImplementationUnderTest) -> None:
    """Arrays in Fortran order have the gradients of arrays in C order."""
    iut.judge_all(_seen_as("fortran", iut))


@covers("gradients.view-read-only")
def test_read_only(iut: ImplementationUnderTest) -> None:
    """Arrays that must not be written to have the gradients of others."""
    iut.judge_all(_seen_as("read-only", iut))


@covers("gradients.view-negative")
def test_negative(iut: ImplementationUnderTest) -> None:
    """Arrays that run backwards through memory have the gradients of dense ones."""
    iut.judge_all(_seen_as("negative", iut))


@covers("gradients.view-steps")
def test_steps(iut: ImplementationUnderTest) -> None:
    """Arrays with gaps between neighbours along every axis have the gradients of dense ones."""
    iut.judge_all(_seen_as("steps", iut))


def _seen_as(view: str, iut: ImplementationUnderTest) -> Iterator[Case]:
    yield from (replace(case, view=view) for case in LENGTHS_OF_ONE)
    vary = {"stride", "padding", "dilation", "groups", "bias", "unbatched"}
    for number, case in enumerate(sample(iut.effort.drawn, iut.seed, vary=vary)):
        seen = replace(case, operation="gradients", view=view, dtype=DTYPES[number % len(DTYPES)])
        yield seen
        alone = ARRAYS[number % len(ARRAYS)]
        yield replace(seen, viewed=alone, bias=case.bias or alone == "bias", dtype=DTYPES[number // 4 % len(DTYPES)])
