"""Padding with copies of the input: reflect, replicate and circular."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from hypothesis import example, given
from hypothesis.strategies import SearchStrategy, one_of

from conv2d_conformance.cases.case import Case, Elements, Recipe
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.illegal_calls import illegal_calls
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest
from conv2d_conformance.contract.formats import DTYPES

CheckFunction = Callable[..., None]

ARGUMENTS = frozenset({"stride", "dilation", "groups", "bias", "scalar", "unbatched"})


def _padded(mode: str) -> SearchStrategy[Case]:
    """Explicit padding, equal or not on the two axes, one of which may have none."""
    drawn = cases(vary=ARGUMENTS | {"padding"}, require={mode})
    return drawn.filter(lambda case: case.padding not in (0, (0, 0)))


def _at_the_limit(mode: str, beyond_size: int) -> SearchStrategy[Case]:
    """On some axis a padding of the size plus so much, or more."""
    return cases(vary={"bias", "unbatched"}, require={mode, "padding"}).filter(
        lambda case: max(_padding(case)[0] - case.H, _padding(case)[1] - case.W) >= beyond_size
    )


def _same(mode: str) -> SearchStrategy[Case]:
    return cases(vary=ARGUMENTS - {"stride"}, require={mode, "same"})


def _non_finite(mode: str) -> SearchStrategy[Case]:
    """A NaN or an infinity at some pixel of the first channel, in a small image, so that the padding copies it."""
    drawn = one_of(*(cases(vary={"stride", "dilation", "groups"}, require={mode, "padding"}, dtype=d) for d in DTYPES))
    return drawn.filter(lambda case: case.H <= 9 and case.W <= 9).map(_with_special_pixel)


def _and_three_channels(mode: str) -> Callable[[CheckFunction], CheckFunction]:
    """Ask in every dtype of a layer of three channels too, as images have, which no vector of 2 or 4 divides."""

    def add(check: CheckFunction) -> CheckFunction:
        for dtype in DTYPES:
            line = f"n1c3h6w7 m8k3 p1 {dtype} integers*2:1 {mode} x[0,2,2,3]=inf"
            check = example(case=parse(line))(check)
        return check

    return add


def _with_special_pixel(case: Case) -> Case:
    assert isinstance(case.data, Recipe)
    seed = case.data.seed
    value = (math.nan, math.inf, -math.inf)[seed % 3]
    return replace(case, data=Elements((("x", (0, 0, seed % case.H, seed // 16 % case.W), value),), base=case.data))


def _padding(case: Case) -> tuple[int, int]:
    assert not isinstance(case.padding, str)
    return (case.padding, case.padding) if isinstance(case.padding, int) else case.padding


def _lines(mode: str, *lines: str) -> list[Case]:
    return [parse(f"{line} {mode} integers:{seed}") for seed, line in enumerate(lines)]


# ---- reflect


@covers("padding-mode.reflect")
@given(case=_padded("reflect"))
def test_reflect(iut: ImplementationUnderTest, case: Case) -> None:
    """The mode "reflect" mirrors the input at its edge, which is not repeated."""
    iut.judge(case)


@covers("padding-mode.reflect-up-to-size")
@given(case=_at_the_limit("reflect", -1))
def test_reflect_up_to_size(iut: ImplementationUnderTest, case: Case) -> None:
    """A padding of one less than the size can be mirrored."""
    iut.judge(case)


@covers("padding-mode.reflect-up-to-size")
def test_reflect_at_the_limit(iut: ImplementationUnderTest) -> None:
    """A padding of one less than the size can be mirrored on either axis, on both, and where the size is 1."""
    lines = ("n1c1h3w9 m1k2 p2x0", "n2c2h9w4 m3k3x2 p1x3 bias", "n1c1h3w5 m1k2 p2x4 s2x3", "n1c1h1w4 m1k1x2 p0x3")
    iut.judge_all(_lines("reflect", *lines))


@covers("padding-mode.reflect-limit")
def test_reflect_limit(iut: ImplementationUnderTest) -> None:
    """A padding of the size or more cannot be mirrored, and is refused."""
    iut.judge_illegal(illegal_calls("reflect-limit", iut.effort.tiles))


@covers("padding-mode.reflect-same")
@given(case=_same("reflect"))
def test_reflect_same(iut: ImplementationUnderTest, case: Case) -> None:
    """The cells of "same" are filled by reflection, the odd one of an even kernel at the end."""
    iut.judge(case)


@covers("padding-mode.reflect-non-finite")
@given(case=_non_finite("reflect"))
@_and_three_channels("reflect")
def test_reflect_non_finite(iut: ImplementationUnderTest, case: Case) -> None:
    """NaN and infinity are mirrored like any number."""
    iut.judge(case)


# ---- replicate


@covers("padding-mode.replicate")
@given(case=_padded("replicate"))
def test_replicate(iut: ImplementationUnderTest, case: Case) -> None:
    """The mode "replicate" repeats the nearest pixel."""
    iut.judge(case)


@covers("padding-mode.replicate-unlimited")
@given(case=_at_the_limit("replicate", 0))
def test_replicate_unlimited(iut: ImplementationUnderTest, case: Case) -> None:
    """The nearest pixel can be repeated any number of times."""
    iut.judge(case)


@covers("padding-mode.replicate-unlimited")
def test_replicate_beyond_the_size(iut: ImplementationUnderTest) -> None:
    """A single row, column or pixel can be repeated many times over."""
    lines = ("n1c1h1w1 m1k2 p5", "n1c1h1w4 m1k3x2 p9x0", "n2c2h5w1 m3k2x3 p1x12 bias", "n1c2h2w3 m2k2 p7x3 s3x2")
    iut.judge_all(_lines("replicate", *lines))


@covers("padding-mode.replicate-same")
@given(case=_same("replicate"))
def test_replicate_same(iut: ImplementationUnderTest, case: Case) -> None:
    """The cells of "same" repeat the nearest pixel, the odd one of an even kernel at the end."""
    iut.judge(case)


@covers("padding-mode.replicate-non-finite")
@given(case=_non_finite("replicate"))
@_and_three_channels("replicate")
def test_replicate_non_finite(iut: ImplementationUnderTest, case: Case) -> None:
    """NaN and infinity are repeated like any number."""
    iut.judge(case)


# ---- circular


@covers("padding-mode.circular")
@given(case=_padded("circular"))
def test_circular(iut: ImplementationUnderTest, case: Case) -> None:
    """The mode "circular" goes on at the other end."""
    iut.judge(case)


@covers("padding-mode.circular-up-to-size")
@given(case=_at_the_limit("circular", 0))
def test_circular_up_to_size(iut: ImplementationUnderTest, case: Case) -> None:
    """A padding as large as the input takes all of it once more."""
    iut.judge(case)


@covers("padding-mode.circular-up-to-size")
def test_circular_at_the_limit(iut: ImplementationUnderTest) -> None:
    """A padding as large as the input is legal on either axis, on both, and where the size is 1."""
    lines = ("n1c1h3w9 m1k2 p3x0", "n2c2h9w4 m3k3x2 p1x4 bias", "n1c1h3w5 m1k2 p3x5 s2x3", "n1c1h1w1 m1k3x2 p1")
    iut.judge_all(_lines("circular", *lines, "n1c1h9w2 m1k2x1 p9x1"))


@covers("padding-mode.circular-limit")
def test_circular_limit(iut: ImplementationUnderTest) -> None:
    """A padding larger than the input would go round more than once, and is refused."""
    iut.judge_illegal(illegal_calls("circular-limit", iut.effort.tiles))


@covers("padding-mode.circular-same")
@given(case=_same("circular"))
def test_circular_same(iut: ImplementationUnderTest, case: Case) -> None:
    """The cells of "same" go on at the other end, on one side alone for a kernel of two."""
    iut.judge(case)


@covers("padding-mode.circular-non-finite")
@given(case=_non_finite("circular"))
@_and_three_channels("circular")
def test_circular_non_finite(iut: ImplementationUnderTest, case: Case) -> None:
    """NaN and infinity go round like any number."""
    iut.judge(case)
