"""What is not claimed is asked in its simplest form, and everything asked is claimed and legal."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.features import features_of
from conv2d_conformance.cases.geometry import geometry, is_legal
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.cases.illegal_calls import ILLEGAL
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.verdict.claims import within_claims

FLAGS = ("bias", "stride", "dilation", "groups", "multi_channel", "unbatched", "empty_batch")
SETS = {
    "dtypes": ({"float32"}, {"float64"}, {"float32", "float64"}),
    "padding": (set(), {"explicit"}, {"valid"}, {"same"}, {"explicit", "same"}),
    "padding_modes": ({"zeros"}, {"zeros", "reflect"}),
    "arguments": ({"pair"}, {"pair", "scalar"}, {"pair", "defaults"}),
}


@st.composite
def claims(draw: st.DrawFn) -> Capabilities:
    flags = {name: draw(st.booleans()) for name in FLAGS}
    sets = {name: draw(st.sampled_from(values)) for name, values in SETS.items()}
    return Capabilities(**flags, **sets)  # type: ignore[arg-type]  # two kinds of field at once


@settings(max_examples=500, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases() | cases(dtype="float64"), claimed=claims())
def test_what_is_asked_is_claimed_and_legal(case: Case, claimed: Capabilities) -> None:
    asked = within_claims(case, claimed)
    assert asked is not None
    assert features_of(asked) <= claimed.features, format_case(asked)
    assert is_legal(asked), format_case(asked)
    assert within_claims(asked, claimed) == asked


@settings(max_examples=200, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases())
def test_what_is_claimed_is_asked_as_it_is(case: Case) -> None:
    everything = Capabilities(
        padding={"explicit", "valid", "same"},
        padding_modes={"zeros", "reflect", "replicate", "circular"},
        arguments={"pair", "scalar", "defaults"},
        unbatched=True,
        empty_batch=True,
    )
    assert within_claims(case, everything) is case


@pytest.mark.parametrize("case", [case for _, case in ILLEGAL], ids=format_case)
def test_illegal_calls_stay_as_they_are(case: Case) -> None:
    assert within_claims(case, Capabilities(validation=True)) is case


@pytest.mark.parametrize(
    ("line", "claims", "asked"),
    [
        # An index beyond the end starts again, an array that is gone takes its elements along.
        (
            "n1c4h3w3 m2k2 integers:5 x[0,3,0,0]=nan",
            {"multi_channel": False},
            "n1c1h3w3 m1k2 integers:5 x[0,0,0,0]=nan",
        ),
        ("n2c4h3w3 m2k2 g2 integers:5 x[1,3,0,1]=inf", {"groups": False}, "n2c2h3w3 m2k2 integers:5 x[1,1,0,1]=inf"),
        ("c1h3w3 m1k2 integers:5 x[0,2,1]=nan", {}, "n1c1h3w3 m1k2 integers:5 x[0,0,2,1]=nan"),
        ("n1c1h3w3 m1k2 bias integers:5 b[0]=nan", {"bias": False}, "n1c1h3w3 m1k2 integers:5"),
        ("n1c2h1w1 m2k1 x[0,1,0,0]=2 x[0,0,0,0]=3", {"multi_channel": False}, "n1c1h1w1 m1k1 x[0,0,0,0]=3"),
    ],
)
def test_named_elements_keep_a_place_where_the_shapes_change(line: str, claims: dict[str, bool], asked: str) -> None:
    assert format_case(within_claims(parse(line), Capabilities(**claims))) == format_case(parse(asked))  # type: ignore[arg-type]  # flags alone


def test_named_elements_stay_where_the_dtype_changes() -> None:
    asked = within_claims(parse("n1c4h3w3 m2k2 integers:5 x[0,3,0,0]=nan"), Capabilities(dtypes={"float64"}))
    assert asked is not None
    assert format_case(asked) == "n1c4h3w3 m2k2x2 s1x1 p0x0 d1x1 g1 nobias float64 integers:5 x[0,3,0,0]=nan"


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("n1c1h4w5 m1k7x3 s2x1 p2x0 d1x2", "n1c1h8w5 m1k7x3 s2x1 d1x2"),
        ("n1c1h4w5 m1k4x3 same d1x3", "n1c1h7w11 m1k4x3 d1x3"),
        ("n1c1h4w5 m1k4x3 valid", "n1c1h4w5 m1k4x3"),
    ],
)
def test_without_its_padding_a_call_keeps_its_kernel_its_dilation_and_its_size(line: str, asked: str) -> None:
    found = within_claims(parse(line), Capabilities(padding=set()))
    assert found == parse(asked)
    assert geometry(found).output_shape == geometry(parse(line)).output_shape
