"""The strategy reaches everything that is valid, draws nothing else, and shrinks to the obvious case."""

# ruff: noqa: ARG005  (a region looks at the case, at its geometry, or at both)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, find, given, settings

from conv2d_conformance.cases import Case, Recipe, arrays, exposes, features_of, parse
from conv2d_conformance.cases.geometry import geometry, multiply_adds
from conv2d_conformance.cases.shrink import shrink
from conv2d_conformance.cases.strategies import ALWAYS, DIMENSIONS, FEATURES, beyond, cases
from conv2d_reference.arguments import Geometry


def deterministic(examples: int) -> settings:
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def draw(examples: int = 120, **options: object) -> list[Case]:
    drawn: list[Case] = []

    @deterministic(examples)
    @given(case=cases(**options))  # type: ignore[arg-type]
    def collect(case: Case) -> None:
        drawn.append(case)

    collect()
    return drawn


@pytest.fixture(scope="module")
def everything() -> list[tuple[Case, Geometry]]:
    """Two thousand cases with everything varied; `geometry` raises for one that is illegal."""
    return [(case, geometry(case)) for case in draw(2000)]


Region = Callable[[Case, Geometry], bool]

REGIONS: dict[str, tuple[Region, str]] = {
    # a region, and the case that Hypothesis makes of it
    "anything": (lambda c, g: True, "n1c1h1w1 m1k1"),
    "odd kernel": (lambda c, g: c.KH % 2 == 1 and c.KH > 1, "n1c1h3w1 m1k3x1"),
    "even kernel": (lambda c, g: c.KW % 2 == 0, "n1c1h1w2 m1k1x2"),
    "square kernel": (lambda c, g: c.KH == c.KW > 1, "n1c1h2w2 m1k2"),
    "7x7 or 7x5": (lambda c, g: c.KH == 7 and c.KW > 4, "n1c1h7w5 m1k7x5"),
    "unequal input": (lambda c, g: c.H != c.W, "n1c1h1w2 m1k1"),
    "one row": (lambda c, g: c.H == 1 and c.W > 3, "n1c1h1w4 m1k1"),
    "one column": (lambda c, g: c.W == 1 and c.H > 3, "n1c1h4w1 m1k1"),
    "stride that does not divide": (lambda c, g: g.OH > 1 and (c.H - 1) % g.stride[0] > 0, "n1c1h4w1 m1k1 s2x1"),
    "stride beyond the kernel": (lambda c, g: g.stride[1] > c.KW > 1, "n1c1h1w2 m1k1x2 s1x3"),
    "stride beyond the input": (lambda c, g: g.stride[0] > c.H, "n1c1h1w1 m1k1 s2x1"),
    "strides on both axes": (lambda c, g: 1 < g.stride[0] < g.stride[1], "n1c1h1w1 m1k1 s2x3"),
    "kernel beyond the input": (lambda c, g: c.padding not in ("same", "valid") and c.KH > c.H, "n1c1h1w1 m1k2x1 p1x0"),
    "kernel fills the padded input": (lambda c, g: c.H + sum(g.pads[0]) == c.KH > c.H, "n1c1h1w1 m1k3x1 p1x0"),
    "padding beyond the kernel": (lambda c, g: g.pads[1][0] > c.KW and c.KW == 2, "n1c1h1w1 m1k1x2 p0x3"),
    "dilation": (lambda c, g: g.dilation[1] > 1 and c.KH > 1 and c.KW > 1, "n1c1h2w3 m1k2 d1x2"),
    "every divisor, 2 of 6": (lambda c, g: (c.C, c.groups) == (6, 2), "n1c6h1w1 m2k1 g2"),
    "every divisor, 3 of 6": (lambda c, g: (c.C, c.groups) == (6, 3), "n1c6h1w1 m3k1 g3"),
    "depthwise with a multiplier": (lambda c, g: c.groups == c.C > 1 and c.M > c.C, "n1c2h1w1 m4k1 g2"),
    "batch of 5": (lambda c, g: c.N == 5, "n5c1h1w1 m1k1"),
    "empty batch": (lambda c, g: c.N == 0, "n0c1h1w1 m1k1"),
    "unbatched": (lambda c, g: c.N is None, "c1h1w1 m1k1"),
    "8 channels": (lambda c, g: c.C == c.M == 8, "n1c8h1w1 m8k1"),
    "same with an odd amount": (lambda c, g: g.pads[1][0] != g.pads[1][1], "n1c1h1w1 m1k1x2 same"),
    "same, even kernel, dilated": (
        lambda c, g: c.padding == "same" and c.KH % 2 == 0 and g.dilation[0] == 3,
        "n1c1h1w1 m1k2x1 same d3x1",
    ),
    "valid": (lambda c, g: c.padding == "valid", "n1c1h1w1 m1k1 valid"),
    "valid, filled": (lambda c, g: c.padding == "valid" and c.KH == c.H == 2, "n1c1h2w1 m1k2x1 valid"),
    "scalar": (lambda c, g: c.stride == 2, "n1c1h1w1 m1k1 s2"),
    "omitted": (lambda c, g: c.omit == ("stride", "groups"), "n1c1h1w1 m1k1 omit=stride,groups"),
    "reflect at its limit": (
        lambda c, g: c.padding_mode == "reflect" and g.pads[0][1] == c.H - 1 > 0,
        "n1c1h2w1 m1k1 p1x0 reflect",
    ),
    "circular at its limit": (
        lambda c, g: c.padding_mode == "circular" and g.pads[0][1] == c.H,
        "n1c1h1w1 m1k1 p1x0 circular",
    ),
    "replicate": (lambda c, g: c.padding_mode == "replicate" and g.pads[1][0] > c.W, "n1c1h1w1 m1k1 p0x2 replicate"),
    "everything at once": (
        lambda c, g: c.bias and c.groups > 1 and min(g.stride) > 1 and min(g.dilation) > 1 and g.pads[0][0] > 0,
        "n1c2h1w1 m2k1 s2x2 p1x0 d2x2 g2 bias",
    ),
}


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_is_reached(everything: list[tuple[Case, Geometry]], region: str) -> None:
    contains, _ = REGIONS[region]
    assert any(contains(case, found) for case, found in everything)


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_shrinks_to_the_obvious_case(region: str) -> None:
    """Hypothesis comes close, whatever its version; `shrink` does the rest."""
    contains, line = REGIONS[region]
    obvious = parse(line)

    def is_in_region(case: Case) -> bool:
        return contains(case, geometry(case))

    close = find(cases(), is_in_region, settings=deterministic(4000), random=Random(1))
    assert multiply_adds(close) <= 8 * multiply_adds(obvious)
    assert replace(shrink(close, is_in_region, budget=200), data=obvious.data) == obvious


def test_cases_are_small_and_their_data_show_faults(everything: list[tuple[Case, Geometry]]) -> None:
    costs = sorted(multiply_adds(case) for case, _ in everything)
    assert 500 < costs[len(costs) // 2] < 3000
    assert sum(costs) / len(costs) < 20_000
    assert costs[-1] < 3_000_000
    telling = [case for case, _ in everything if exposes(case, arrays(case))]
    assert len(telling) > 0.9 * len(everything)


def test_seeds_differ(everything: list[tuple[Case, Geometry]]) -> None:
    seeds = {case.data.seed for case, _ in everything if isinstance(case.data, Recipe)}
    assert len(seeds) > 0.9 * len(everything)


SIMPLEST: dict[str, Callable[[Case], bool]] = {
    # what holds of every case in which the dimension keeps its simplest value
    "batch": lambda case: case.N in (None, 0, 1),
    "unbatched": lambda case: case.N is not None,
    "empty": lambda case: case.N != 0,
    "channels": lambda case: case.C == case.M == case.groups,
    "kernel": lambda case: case.KH == case.KW == 1,
    "stride": lambda case: geometry(case).stride == (1, 1),
    "dilation": lambda case: geometry(case).dilation == (1, 1),
    "padding": lambda case: case.padding in ((0, 0), 0, "same", "valid"),
    "same": lambda case: case.padding != "same",
    "valid": lambda case: case.padding != "valid",
    "groups": lambda case: case.groups == 1 or case.groups == case.C,
    "depthwise": lambda case: case.groups == 1,
    "bias": lambda case: not case.bias,
    "scalar": lambda case: not any(isinstance(v, int) for v in (case.stride, case.padding, case.dilation)),
    "omit": lambda case: not case.omit,
    "reflect": lambda case: case.padding_mode != "reflect",
    "replicate": lambda case: case.padding_mode != "replicate",
    "circular": lambda case: case.padding_mode != "circular",
}


@pytest.mark.parametrize("name", SIMPLEST)
def test_a_dimension_varies_exactly_when_it_may(name: str) -> None:
    assert not all(map(SIMPLEST[name], draw(vary={name})))
    assert all(map(SIMPLEST[name], draw(keep={name, "groups"} if name == "depthwise" else {name})))
    if name not in ALWAYS:
        assert all(map(SIMPLEST[name], draw(vary=())))


@pytest.mark.parametrize("name", sorted(SIMPLEST.keys() - {"channels", "batch", "groups"}))
def test_a_required_dimension_varies_in_every_case(name: str) -> None:
    drawn = draw(require={name})
    omitting = {case for case in drawn if case.padding in ("same", "valid")} if name in ("omit", "scalar") else set()
    assert not any(SIMPLEST[name](case) for case in drawn if case not in omitting)
    for case in drawn:
        geometry(case)


def test_a_required_dimension_varies_on_every_axis() -> None:
    assert all(min(geometry(case).stride) > 1 for case in draw(require={"stride"}))
    assert all(case.groups > 1 for case in draw(require={"groups"}))
    assert all(case.groups < case.C and case.groups < case.M for case in draw(vary={"groups"}, require={"channels"}))


def test_with_everything_omitted_no_argument_is_left() -> None:
    omitted = {case.omit for case in draw(vary=(), require={"omit"})}
    assert omitted == {("stride", "padding", "dilation", "groups")}


@pytest.mark.parametrize("missing", sorted(set().union(*FEATURES.values())))
def test_what_is_beyond_an_implementation_is_never_asked(missing: str) -> None:
    everything_else = frozenset().union(*FEATURES.values()) - {missing}
    assert all(missing not in features_of(case) for case in draw(100, keep=beyond(everything_else)))


def test_an_implementation_without_any_feature_is_asked_something() -> None:
    drawn = draw(100, keep=beyond(()))
    assert {feature for case in drawn for feature in features_of(case)} == {"dtype.float32"}
    assert len({(case.N, case.H, case.W, case.KH, case.KW) for case in drawn}) > 50


def test_recipes_and_dtype_are_as_asked() -> None:
    drawn = draw(50, dtype="bfloat16", recipes=("integers*3", "normal"))
    assert {case.dtype for case in drawn} == {"bfloat16"}
    made = {(case.data.name, case.data.magnitude) for case in drawn if isinstance(case.data, Recipe)}
    assert made == {("integers", 3), ("normal", None)}


def test_the_dimensions_are_those_of_the_table() -> None:
    assert SIMPLEST.keys() | {"size", "square"} == DIMENSIONS


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"vary": {"strides"}}, "dimension 'strides' is not known; known are batch, bias, channels, "),
        ({"keep": {"strides"}}, "dimension 'strides' is not known"),
        ({"require": {"strides"}}, "dimension 'strides' is not known"),
        ({"require": {"stride"}, "keep": {"stride"}}, "dimension 'stride' is required, and kept or excluded at once"),
        ({"require": ("stride", "same")}, "dimension 'same' is required, and kept or excluded at once"),
        ({"recipes": ("gauss",)}, "recipe 'gauss' is not known; known are integers, impulse, "),
        ({"recipes": ("ones*3",)}, "recipe 'ones' has no magnitude"),
        ({"recipes": ("integers*300",), "dtype": "bfloat16"}, "integers*300 is more than bfloat16 holds exactly"),
        ({"dtype": "int8"}, "dtype 'int8' is none of "),
    ],
    ids=str,
)
def test_a_wrong_name_is_refused_at_once(options: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match="^" + sentence.replace("*", r"\*")):
        cases(**options)  # type: ignore[arg-type]
