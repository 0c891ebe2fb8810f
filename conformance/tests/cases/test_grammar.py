"""A case and its line are two forms of one thing."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from conv2d_conformance.cases import Case, CaseError, Elements, Recipe, format_case, parse
from conv2d_conformance.cases.case import ARRAYS
from conv2d_conformance.cases.illegal_calls import ILLEGAL
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.cases.unusual_calls import UNUSUAL_BUT_LEGAL
from conv2d_conformance.contract.capabilities import VIEWS
from conv2d_conformance.contract.formats import DTYPES

QUICK = settings(
    max_examples=300,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

CANONICAL = (
    "n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 integers:7",
    "c4h9w10 m6k3x2 s2 p0 d3 g1 nobias bfloat16 integers*100:18446744073709551615",
    "n0c1h1w1 m1k1x1 s1x1 same d1x1 g1 nobias float64 sparse:0 reflect",
    "n1c1h3w3 m1k3x3 s1x1 valid d1x1 g1 nobias float16 normal:1 circular view=channels-last omit=stride,dilation",
    "n1c1h3w3 m1k3x3 s1x1 p0x0 d1x1 g1 nobias float16 normal:1 grad view=steps:gy",
    "n1c1h1w2 m1k1x2 s1x1 p0x0 d1x1 g1 nobias float32 x[0,0,0,1]=1 w[0,0,0,0]=-0.5",
    "n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 x[0,0,0,0]=nan w[0,0,0,0]=-inf b[0]=1e-45",
    "c1h2w2 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 x[0,1,1]=-0.0",
    "n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 all-zero",
    "n1c2h5w5 m4k3x3 s1x1 p0x0 d1x1 g2 bias float32 integers:7 stride=(1,2,3) padding='full' groups=0",
    "n1c2h5w5 m4k3x3 s1x1 p0x0 d1x1 g2 bias float32 integers:7 stride=2.0 dilation=None padding_mode='zero'",
    "n1c2h5w5 m4k3x3 s1x1 p0x0 d1x1 g1 bias float32 ones:7 padding=() input-shape=(5,) weight-shape=() bias-shape=(0,)",
    "c2h5w5 m4k3x3 s1x1 p0x0 d1x1 g1 bias float32 ones:7 input-dtype=float64 weight-dtype=float16 bias-dtype=bfloat16",
    "n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 integers:0 stride=[True,'1'] padding=((1,),-1e+20)",
)

ABBREVIATED = {
    "c1h3w3 m1k3": "c1h3w3 m1k3x3 s1x1 p0x0 d1x1 g1 nobias float32 integers:0",
    "  m1k3\tn1c1h3w3\n": "n1c1h3w3 m1k3x3 s1x1 p0x0 d1x1 g1 nobias float32 integers:0",
    "bias d2 c1h9w9 m2k3 sparse": "c1h9w9 m2k3x3 s1x1 p0x0 d2 g1 bias float32 sparse:0",
    "c1h1w3 m1k1 integers:1 x[0,0,1]=nan x[0,0,0]=0": (
        "c1h1w3 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 integers:1 x[0,0,0]=0 x[0,0,1]=nan"
    ),
    "c1h3w3 m1k3 integers*7:1 zeros": "c1h3w3 m1k3x3 s1x1 p0x0 d1x1 g1 nobias float32 integers:1",
    "c1h3w3 m1k1 bias b[0]=0x1.8p+1 w[0,0,0,0]=2.0 x[0,0,0]=0 x[0,2,2]=1e2": (
        "c1h3w3 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 x[0,2,2]=100 w[0,0,0,0]=2 b[0]=3"
    ),
    "c1h3w3 m1k1 bias bias-shape=(2,) padding=-1 stride=(1,)": (
        "c1h3w3 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 integers:0 stride=(1,) padding=-1 bias-shape=(2,)"
    ),
    "c1h3w3 m1k1 omit=groups,stride": "c1h3w3 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 integers:0 omit=stride,groups",
}


@pytest.mark.parametrize("line", CANONICAL)
def test_a_canonical_line_comes_back_as_it_was(line: str) -> None:
    assert format_case(parse(line)) == line


@pytest.mark.parametrize(("line", "canonical"), ABBREVIATED.items())
def test_what_is_left_out_is_printed(line: str, canonical: str) -> None:
    assert format_case(parse(line)) == canonical


@QUICK
@given(
    case=cases(recipes=("integers", "integers*100", "impulse", "normal")),
    dtype=st.sampled_from(DTYPES),
    view=st.sampled_from((None, *VIEWS)),
    viewed=st.sampled_from((None, *ARRAYS)),
)
def test_parse_inverts_format(case: Case, dtype: str, view: str | None, viewed: str | None) -> None:
    case = replace(case, dtype=dtype, view=view, viewed=viewed)
    assert parse(format_case(case)) == case


@pytest.mark.parametrize("case", [case for _, case in ILLEGAL + UNUSUAL_BUT_LEGAL], ids=format_case)
def test_parse_inverts_format_on_the_fixed_cases(case: Case) -> None:
    again = parse(format_case(case))
    # By repr as well: 2 == 2.0 == True, and the difference is what some of these cases are about.
    assert again == case
    assert repr(again) == repr(case)


@QUICK
@given(value=st.floats(width=64))
@example(2.0**53)
@example(-0.0)
@example(5e-324)
def test_an_element_keeps_every_bit(value: float) -> None:
    case = parse(format_case(Case(data=Elements((("x", (0, 0, 0, 0), value),)))))
    assert isinstance(case.data, Elements)
    found = case.data.entries[0][2] if case.data.entries else 0.0
    assert found == value or (math.isnan(found) and math.isnan(value))
    assert math.copysign(1, found) == math.copysign(1, value) or math.isnan(value)


def test_equal_data_have_one_line() -> None:
    one, other = ("x", (0, 0, 0, 1), 1), ("x", (0, 0, 0, 0), 2.0)
    zero = ("w", (0, 0, 0, 0), 0)
    assert Case(W=2, data=Elements((one, other, zero))) == Case(W=2, data=Elements((other, one)))
    assert Recipe(magnitude=7) == Recipe()


MALFORMED = {
    "": "'' lacks the input; a case is a line such as n2c4h9w10 ",
    "c1h3w3": "'c1h3w3' lacks the weight; a case is a line such as ",
    "m1k1": "'m1k1' lacks the input; ",
    "c1h3w3 m1k3 foo": "'foo' is not understood: a case is a line such as ",
    "c1h3w3 m1k3 foo=1": "'foo=1' is not understood: what can be overridden is stride, padding, dilation, groups, ",
    "c1h3": "'c1h3' is not understood: the input is N, C, H and W, without n for an unbatched input, as in n2c4h9w10",
    "n-1c1h3w3": "'n-1c1h3w3' is not understood: a case is a line such as ",
    "c1h3w0 m1k3": "'c1h3w0' is not understood: the input is N, C, H and W, ",
    "c1h3w3 m1": "'m1' is not understood: the weight is the output channels and the kernel, as in m6k3x2",
    "c1h3w3 m1k3x": "'m1k3x' is not understood: the weight is ",
    "c1h3w3 m1k3 s2x": "'s2x' is not understood: a stride is s2x1, or s2 for an int; an illegal call is written "
    "with an override, stride=0",
    "c1h3w3 m1k3 s0": "'s0' is not understood: a stride is s2x1",
    "c1h3w3 m1k3 s02": "'s02' is not understood: a stride is s2x1",
    "c1h3w3 m1k3 p1x2x3": "'p1x2x3' is not understood: a padding is p1x2, p1 for an int, or one of the words same and",
    "c1h3w3 m1k3 full": "'full' is not understood: a padding word is same or valid",
    "c1h3w3 m1k3 d1.5": "'d1.5' is not understood: a dilation is d1x2",
    "c1h3w3 m1k3 g0": "'g0' is not understood: groups are one number, as in g2; an illegal call is written ",
    "c1h3w3 m1k3 nobiases": "'nobiases' is not understood: write bias or nobias",
    "c1h3w3 m1k3 float8": "'float8' is not understood: a dtype is one of float32, float64, float16, bfloat16",
    "c1h3w3 m1k3 gauss:3": "'gauss:3' is not understood: data are a recipe and its seed, as in integers:7 or ",
    "c1h3w3 m1k3 integers:-1": "'integers:-1' is not understood: data are a recipe and its seed",
    "c1h3w3 m1k3 integers:18446744073709551616": "seed 18446744073709551616 is not an integer from 0 to 2^64-1",
    "c1h3w3 m1k3 ones*3:1": "recipe 'ones' has no magnitude; only integers has one",
    "c1h3w3 m1k3 integers*2147483649:1": "magnitude 2147483649 is not an integer from 1 to 2^31",
    "c1h3w3 m1k3 bfloat16 integers*300:1": "integers*300 is more than bfloat16 holds exactly (256)",
    "c1h3w3 m1k3 y[0]=1": "'y[0]=1' is not understood: an element of x, w, b or gy is x[0,1,2,3]=1, ",
    "c1h3w3 m1k3 x[0,0]": "'x[0,0]' is not understood: an element of x, w, b or gy is ",
    "c1h3w3 m1k3 x[0,0,0]=abc": "'x[0,0,0]=abc': 'abc' is not a number; write 1, 0.5, 0x1.8p-3, inf or nan",
    "c1h3w3 m1k3 x[0,0,0]=1_0": "'x[0,0,0]=1_0' is not understood: an element",
    "c1h3w3 m1k3 x[0,0,3]=1": "x[0,0,3] lies outside the input, whose shape is (1, 3, 3)",
    "c1h3w3 m1k3 x[0,0]=1": "x[0,0] lies outside the input, whose shape is (1, 3, 3)",
    "c1h3w3 m1k3 b[0]=1": "b[0] needs a bias; add the word bias",
    "c1h3w3 m1k3 x[0,0,0]=1 x[0,0,0]=2": "x[0,0,0] is given more than once",
    "c1h3w3 m1k3 x[0,0,0]=1 all-zero": "'c1h3w3 m1k3 x[0,0,0]=1 all-zero' is all-zero and names elements; ",
    "c1h3w3 m1k3 all-zero all-zero": "'all-zero' gives the data a second time; give it once",
    "c1h3w3 m1k3 zero": "'zero' is not understood: a padding mode is one of zeros, reflect, replicate, circular",
    "c1h3w3 m1k3 view=flipped": "'view=flipped' is not understood: a view is one of transposed, channels-last, ",
    "c1h3w3 m1k3 omit=bias": "'omit=bias' is not understood: what can be omitted is stride, padding, ",
    "c1h3w3 m1k3 omit=stride,stride": "omit of 'stride' is given more than once",
    "c1h3w3 m1k3 s2 omit=stride": "omit=stride contradicts stride = 2: only the default 1 can be left out",
    "c1h3w3 m1k3 same omit=padding": "omit=padding contradicts padding = 'same': only the default 0 can be left out",
    "c1h3w3 m1k3 omit=stride stride=0": "omit=stride contradicts the override of stride",
    "c1h3w3 m1k3 stride=1 stride=2": "override of 'stride' is given more than once",
    "c1h3w3 m1k3 stride=(1,": "'stride=(1,': '(1,' is not a Python literal without blanks, as in stride=(1,2,3) or ",
    "c1h3w3 m1k3 stride=open()": "'stride=open()': 'open()' is not a Python literal without blanks",
    "c1h3w3 m1k3 stride={1}": "{1} cannot be written in a case line; numbers, strings, None, tuples and lists can",
    "c1h3w3 m1k3 stride=1e999": "inf cannot be written in a case line: no blanks, no infinities, no NaN",
    "c1h3w3 m1k3 bias-shape=(1,)": "bias-shape needs a bias; add the word bias",
    "c1h3w3 m1k3 weight-shape=3": "weight-shape=3 is not a tuple of integers >= 0, as in bias-shape=(1,)",
    "c1h3w3 m1k3 weight-dtype=int8": "weight-dtype=int8 is none of float32, float64, float16, bfloat16, as in ",
    "c3h3w3 m3k3 g2": "groups 2 does not divide both C = 3 and M = 3; an illegal call is written with an override",
    "c1h3w3 m1k3 c1h3w3": "'c1h3w3' gives the input a second time; give it once",
    "c1h3w3 m1k3 s1 s2": "'s2' gives the stride a second time; give it once",
    "c1h3w3 m1k3 p1 same": "'same' gives the padding a second time; give it once",
    "c1h3w3 m1k3 bias nobias": "'nobias' gives the bias a second time; give it once",
    "c1h3w3 m1k3 integers:1 ones:1": "'ones:1' gives the data a second time; give it once",
    "c1h3w3 m1k3 reflect zeros": "'zeros' gives the padding mode a second time; give it once",
}


@pytest.mark.parametrize(("line", "sentence"), MALFORMED.items(), ids=MALFORMED)
def test_what_is_not_a_case_is_refused_in_one_sentence(line: str, sentence: str) -> None:
    with pytest.raises(CaseError) as refusal:
        parse(line)
    assert str(refusal.value).startswith(sentence)
    assert "\n" not in str(refusal.value)


CONTRADICTORY = (
    ({"N": -1}, "N = -1 is not an integer >= 0, nor None"),
    ({"H": 0}, "H = 0 is not an integer >= 1; an illegal call is written with an override"),
    ({"C": True}, "C = True is not an integer >= 1"),
    ({"stride": (1, 0)}, "stride = (1, 0) is not an integer >= 1 or a pair of them; an illegal call is written with"),
    ({"stride": 2.0}, "stride = 2.0 is not an integer >= 1 or a pair of them"),
    ({"stride": "same"}, "stride = 'same' is not an integer >= 1 or a pair of them"),
    ({"dilation": [1, 1]}, "dilation = [1, 1] is not an integer >= 1 or a pair of them"),
    ({"padding": -1}, "padding = -1 is not an integer >= 0 or a pair of them or same or valid"),
    ({"padding": (1, 1, 1)}, "padding = (1, 1, 1) is not an integer >= 0 or a pair of them or same or valid"),
    ({"C": 4, "M": 3, "groups": 3}, "groups 3 does not divide both C = 4 and M = 3"),
    ({"C": 4, "M": 3, "groups": 4}, "groups 4 does not divide both C = 4 and M = 3"),
    ({"dtype": "int8"}, "dtype 'int8' is none of float32, float64, float16, bfloat16"),
    ({"padding_mode": "zero"}, "padding_mode 'zero' is none of zeros, reflect, replicate, circular"),
    ({"view": "flipped"}, "view 'flipped' is none of None, transposed, "),
    ({"omit": ("bias",)}, "omit of 'bias' is not possible; possible are stride, padding, dilation, groups"),
    ({"overrides": (("color", 1),)}, "override of 'color' is not possible; possible are stride, padding, "),
    ({"data": Elements((("q", (0,), 1),))}, "q[0] names none of the arrays x, w, b and gy"),
)


@pytest.mark.parametrize(("fields", "sentence"), CONTRADICTORY, ids=str)
def test_a_case_that_cannot_be_written_cannot_be_made(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(CaseError) as refusal:
        Case(**fields)  # type: ignore[arg-type]
    assert str(refusal.value).startswith(sentence)


def test_a_value_that_no_line_can_hold_is_refused() -> None:
    for value in ("a b", math.nan, {1: 2}, b"same"):
        with pytest.raises(CaseError, match="cannot be written in a case line"):
            format_case(Case(overrides=(("stride", value),)))
