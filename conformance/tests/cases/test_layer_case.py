"""A line denotes one question, and a question has one line."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.cases.layer_case import LARGEST_SEED, LayerCase, format_case, parse
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.operations import canonical, operation_of

sizes = st.integers(1, 9)
seeds = st.integers(0, LARGEST_SEED)


@st.composite
def layer_cases(draw: st.DrawFn) -> LayerCase:
    groups = draw(sizes)
    first, count = draw(st.integers(0, LARGEST_SEED - 20)), draw(st.integers(1, 20))
    case = LayerCase(
        C=groups * draw(sizes),
        M=groups * draw(sizes),
        kernel=draw(sizes | st.tuples(sizes, sizes)),
        groups=groups,
        bias=draw(st.booleans()),
        dtype=draw(st.sampled_from(DTYPES)),
        seeds=draw(st.just(tuple(range(first, first + count))) | st.lists(seeds, min_size=1, max_size=5).map(tuple)),
    )
    allowed = [name for name, is_default in (("groups", groups == 1), ("bias", case.bias)) if is_default]
    omit = draw(st.lists(st.sampled_from(allowed), unique=True)) if allowed else []
    return LayerCase(**{name: getattr(case, name) for name in case.__slots__} | {"omit": tuple(omit)})


@settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=layer_cases())
def test_reading_undoes_printing(case: LayerCase) -> None:
    line = format_case(case)
    assert operation_of(line).name == "initialize"
    assert canonical(line) == line
    assert parse(line) == case
    assert format_case(parse(line)) == line


@pytest.mark.parametrize(
    ("line", "canonical"),
    [
        ("init c6m10k3x5 g2 bias float32 seed:7", "init c6m10k3x5 g2 bias float32 seed:7"),
        ("init  c1m1k2 seed:0", "init c1m1k2 g1 bias float32 seed:0"),
        ("init c1m1k2 nobias seed:7,8,9", "init c1m1k2 g1 nobias float32 seed:7..9"),
        ("init c1m1k2 bfloat16 seed:7,8,7", "init c1m1k2 g1 bias bfloat16 seed:7,8,7"),
        ("init c1m1k2 seed:0 omit=bias,groups", "init c1m1k2 g1 bias float32 seed:0 omit=groups,bias"),
    ],
)
def test_defaults_may_be_left_out_and_are_printed(line: str, canonical: str) -> None:
    assert format_case(parse(line)) == canonical


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("init c6m10", "is no question about layers"),
        ("init c6m10k3x5 g4 bias float32 seed:7", "groups must divide both c and m"),
        ("init c6m10k0 seed:7", "integers >= 1"),
        ("init c6m10k3 float80 seed:7", "the dtype is one of float32, float64, float16, bfloat16"),
        ("init c6m10k3 seed:4294967296", "seeds go from 0 to 2\\^32 - 1"),
        ("init c6m10k3 seed:9..7", "seed:9..7 is not a range"),
        ("init c6m10k3 seed:1..2..3", "seed:1..2..3 is not possible"),
        ("init c6m10k3 seed:0..4294967295", "is not a range"),
        ("init c6m10k3 nobias seed:7 omit=bias", "only the default of bias can be left out"),
        ("init c6m10k3 seed:7 omit=seed", "omit=seed is not possible"),
    ],
)
def test_what_is_no_case_is_said_to_be_none(line: str, words: str) -> None:
    with pytest.raises(CaseError, match=words):
        parse(line)


def test_every_seed_is_a_call() -> None:
    first, second = parse("init c6m10k3x5 g2 nobias float16 seed:7,9").requests
    arguments = {"in_channels": 6, "out_channels": 10, "kernel_size": (3, 5), "groups": 2, "bias": False}
    assert first.operation == "initialize"
    assert first.arguments == {**arguments, "dtype": "float16", "seed": 7}
    assert second.arguments["seed"] == 9


def test_what_is_omitted_is_not_handed_over() -> None:
    (request,) = parse("init c6m10k3 seed:7 omit=groups,bias").requests
    assert request.arguments == {
        "in_channels": 6,
        "out_channels": 10,
        "kernel_size": 3,
        "dtype": "float32",
        "seed": 7,
    }
