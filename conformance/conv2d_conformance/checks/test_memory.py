"""What a call does to memory besides its answer, and arrays that lie in memory in other ways.

Every call of every other check is watched for the same.
"""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import example, given

from conv2d_conformance.cases.case import ARRAYS, Case, Recipe
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.strategies import cases, sample
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest
from conv2d_conformance.contract.formats import DTYPES

IDENTITIES = tuple(
    map(
        parse,
        (
            "n1c1h3w4 m1k1 integers:1 w[0,0,0,0]=1",
            "n2c3h4w5 m3k1 g3 integers:2 w[0,0,0,0]=1 w[1,0,0,0]=1 w[2,0,0,0]=1",
            "n1c1h2w3 m1k2x3 integers:3",
            "n1c1h1w1 m1k1 integers:4 x[0,0,0,0]=1",
        ),
    )
)
"""Where the result equals the input or the weight, or is as large as one of them."""

LENGTHS_OF_ONE = tuple(
    map(
        parse,
        (
            "n2c3h4w1 m2k2x1 bias integers:1",
            "n2c3h1w4 m2k1x2 bias integers:2",
            "n2c1h4w5 m3k2x3 integers:3",
            "n1c1h4w5 m3k2x3 bias integers:4",
            "n1c4h5w6 m1k3x2 integers:5",
            "n2c4h5w3 m4k1 bias integers:6",
            "n3c2h1w1 m4k1 integers:7",
            "n2c4h5w6 m4k3 g4 integers:8",
            "n2c1h7w2 m1k3 s1x2 p0x1 integers:9",
            "n2c1h4w5 m2k2x4 s1x3 bias integers:10",
            "n2c1h2w7 m1k3 s2x1 p1x0 integers:11",
        ),
    )
)
"""An axis of length 1 has a stride that says nothing, from which layouts are often guessed."""

IN_PADDING_ALONE = tuple(
    map(
        parse,
        (
            "n2c2h5w1 m1k1 s1x2 p0x1 d1x2 bias integers:1",
            "n3c2h12w2 m2k2x1 s3 p1 d1x2 bias integers:2",
            "n2c3h3w1 m2k1x2 s1x2 p1x3 d2 integers:3",
            "n2c2h1w5 m1k1 s2x1 p1x0 d2x1 bias integers:4",
            "n1c2h2w3 m2k1x3 s4x1 p2x1 d3x2 bias integers:5",
            "n2c4h1w1 m4k1 s2 p1 d2 g2 bias integers:6",
        ),
    )
)
"""No window meets the input along one axis, or along both: where code of one layout finds no row to begin with."""


@covers("memory.inputs-unchanged")
@given(case=cases())
@example(case=parse("n2c2h3w4 m3k2 bias float32 integers:1 x[0,0,0,0]=-0.0 w[0,0,0,0]=-0.0 b[0]=-0.0"))
@example(case=parse("n2c2h3w4 m3k2 bias float64 integers:2 x[0,0,0,0]=-0.0 w[0,0,0,0]=-0.0 b[0]=-0.0"))
@example(case=parse("n2c2h3w4 m3k2 bias float16 integers:3 x[0,0,0,0]=-0.0 w[0,0,0,0]=-0.0 b[0]=-0.0"))
@example(case=parse("n2c2h3w4 m3k2 bias bfloat16 integers:4 x[0,0,0,0]=-0.0 w[0,0,0,0]=-0.0 b[0]=-0.0"))
def test_inputs_unchanged(iut: ImplementationUnderTest, case: Case) -> None:
    """The input, the weight and the bias are as they were before the call."""
    iut.judge(case)


@covers("memory.guards-unchanged")
@given(case=cases())
def test_guards_unchanged(iut: ImplementationUnderTest, case: Case) -> None:
    """Nothing is written before or after the arrays that are handed over."""
    iut.judge(case)


@covers("memory.result-owns-memory")
@given(case=cases())
def test_result_owns_memory(iut: ImplementationUnderTest, case: Case) -> None:
    """The result shares no memory with what was handed over."""
    iut.judge(case)


@covers("memory.result-owns-memory")
def test_copy_owns_memory(iut: ImplementationUnderTest) -> None:
    """A result that equals the input, or the weight, is a copy of it."""
    iut.judge_all(IDENTITIES)


@covers("memory.results-independent")
@given(case=cases(vary=set()))
def test_results_independent(iut: ImplementationUnderTest, case: Case) -> None:
    """A result stays as it was while later calls are made, with arrays of the same shape too."""
    assert isinstance(case.data, Recipe)
    iut.judge(case)
    iut.judge(replace(case, data=replace(case.data, seed=case.data.seed + 1)))


@covers("memory.view-transposed")
def test_view_transposed(iut: ImplementationUnderTest) -> None:
    """Arrays with their rows and columns exchanged in memory are read as they are."""
    iut.judge_all(_seen_as("transposed", iut))


@covers("memory.view-channels-last")
def test_view_channels_last(iut: ImplementationUnderTest) -> None:
    """Arrays with the channels innermost are read as they are."""
    iut.judge_all(_seen_as("channels-last", iut))


@covers("memory.view-offset")
def test_view_offset(iut: ImplementationUnderTest) -> None:
    """Sections of larger arrays are read as they are, and not what lies between their rows."""
    iut.judge_all(_seen_as("offset", iut))


@covers("memory.view-broadcast")
def test_view_broadcast(iut: ImplementationUnderTest) -> None:
    """Arrays that repeat the same memory along an axis are read as they are."""
    iut.judge_all(_seen_as("broadcast", iut))


@covers("memory.view-fortran")
def test_view_fortran(iut: ImplementationUnderTest) -> None:
    """Arrays in Fortran order are read as they are."""
    iut.judge_all(_seen_as("fortran", iut))


@covers("memory.view-read-only")
def test_view_read_only(iut: ImplementationUnderTest) -> None:
    """Arrays that must not be written to are no obstacle."""
    iut.judge_all(_seen_as("read-only", iut))


@covers("memory.view-negative")
def test_view_negative(iut: ImplementationUnderTest) -> None:
    """Arrays that run backwards through memory are read as they are."""
    iut.judge_all(_seen_as("negative", iut))


@covers("memory.view-steps")
def test_view_steps(iut: ImplementationUnderTest) -> None:
    """Arrays with gaps between neighbours along every axis are read as they are."""
    iut.judge_all(_seen_as("steps", iut))


def _seen_as(view: str, iut: ImplementationUnderTest) -> Iterator[Case]:
    """All arrays as views, then one alone, which catches whoever takes the layout of one array for that of another."""
    drawn = sample(
        iut.effort.drawn, iut.seed, vary={"stride", "padding", "same", "dilation", "groups", "bias", "unbatched"}
    )
    yield from (replace(case, view=view) for case in (*LENGTHS_OF_ONE, *IN_PADDING_ALONE))
    for number, case in enumerate(drawn):
        yield replace(case, view=view, dtype=DTYPES[number % len(DTYPES)])
        alone = ARRAYS[number % 3]
        dtype = DTYPES[number // 3 % len(DTYPES)]
        yield replace(case, view=view, viewed=alone, bias=case.bias or alone == "bias", dtype=dtype)
