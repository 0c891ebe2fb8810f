"""A case in another dtype asks the same, with integers that are exact there."""

import numpy as np
import pytest

from conv2d_conformance.cases import arrays, format_case, parse
from conv2d_conformance.cases.dtypes import OTHERS, in_dtype, in_others, in_turn
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.emulation.call import compute


def test_cases_take_turns() -> None:
    found = list(in_turn([parse("n1c2h3w4 m2k2 integers:1")] * 6))
    assert [case.dtype for case in found] == [*DTYPES, *DTYPES[:2]]


def test_others_are_all_but_float32() -> None:
    found = in_others([parse("n1c2h3w4 m2k2 integers:1"), parse("n1c2h3w5 m2k2 integers:2")])
    assert [case.dtype for case in found] == [dtype for dtype in OTHERS for _ in range(2)]
    assert {*OTHERS, "float32"} == set(DTYPES)


@pytest.mark.parametrize(
    ("line", "dtype", "expected"),
    [
        ("n1c2h3w4 m2k2x2", "bfloat16", "bfloat16 integers*2:5"),
        ("n1c64h3w4 m2k3x3", "bfloat16", "bfloat16 integers*1:5"),
        ("n1c64h3w4 m64k3x3 g64", "float16", "float16 integers*4:5"),
        ("n1c64h3w4 m2k3x3", "float64", "float64 integers:5"),
        ("n1c2h3w4 m2k2x2", "float32", "float32 integers:5"),
    ],
)
def test_integers_become_as_small_as_the_sum_needs(line: str, dtype: str, expected: str) -> None:
    assert format_case(in_dtype(parse(f"{line} integers:5"), dtype)).endswith(expected)


def test_named_elements_and_other_recipes_stay() -> None:
    case = in_dtype(parse("n1c1h2w2 m1k1 integers:5 x[0,0,0,1]=nan"), "bfloat16")
    assert format_case(case).endswith("bfloat16 integers*2:5 x[0,0,0,1]=nan")
    assert in_dtype(parse("n1c1h2w2 m1k1 sparse:5"), "float16").data == parse("n1c1h2w2 m1k1 sparse:5").data
    assert in_dtype(parse("n1c1h2w2 m1k1 integers*3:5"), "float16").data == parse("n1c1h2w2 m1k1 integers*3:5").data


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("channels", [16, 64, 512, 1024, 2048])
def test_the_sums_are_exact(dtype: str, channels: int) -> None:
    case = in_dtype(parse(f"n1c{channels}h4w5 m3k1 integers:5"), dtype)
    made = arrays(case)
    assert made["input"] is not None
    assert made["weight"] is not None
    exact = compute(geometry(case), made["input"].astype(np.float64), made["weight"], None)
    assert (exact == exact.astype(made["input"].dtype)).all()
