"""Recipes for arrays of any size: parts are those of the whole, and the bytes are published."""

from __future__ import annotations

import numpy as np
import pytest

from conv2d_conformance.cases import arrays, parse
from conv2d_conformance.cases.streamed import STREAMED, TILE, empty_arrays, fill, fill_all
from conv2d_conformance.contract.formats import DTYPES


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("recipe", STREAMED)
def test_an_array_made_in_parts_is_that_of_its_line(recipe: str, dtype: str) -> None:
    for line in ("n3c5h9w11 m7k3 bias", "n2c300h5w3 m8k3 p2 replicate bias", "n3c5h9w11 m7k3 bias grad"):
        case = parse(f"{line} {dtype} {recipe}:7")
        expected = arrays(case)
        for name, made in empty_arrays(case).items():
            assert made is not None
            for first in range(0, made.size, 64):
                fill(case, name, made, slice(first, min(first + 64, made.size)))
            right = expected[name]
            assert right is not None
            assert np.array_equal(made, right)
    assert TILE % 64 == 0


@pytest.mark.parametrize("dtype", DTYPES)
def test_bell_is_a_bell_with_all_bits_of_the_dtype(dtype: str) -> None:
    x = arrays(parse(f"n4c8h32w32 m1k1 {dtype} bell:1"))["input"]
    assert x is not None
    values = x.astype(np.float64)
    assert abs(values.mean()) < 0.05
    assert 1.1 < values.std() < 1.2
    assert np.abs(values).max() < 4
    bits = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}[dtype]
    mantissas = np.ldexp(np.frexp(values)[0], bits)
    # The last bit that a number below 1 can have is used by a share of the numbers that are large enough.
    assert np.array_equal(mantissas, np.rint(mantissas))
    assert np.unique(values).size > min(values.size, 2**bits) // 4


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("recipe", ["integers", "integers*3", "one-tap"])
def test_integers_for_transforms_are_made_in_parts_too(recipe: str, dtype: str) -> None:
    case = parse(f"n3c5h9w11 m70k3 bias {dtype} {recipe}:7")
    made = empty_arrays(case)
    fill_all(case, made)
    parts = empty_arrays(case)
    for name, array in parts.items():
        assert array is not None
        for first in range(0, array.size, 64):
            fill(case, name, array, slice(first, min(first + 64, array.size)))
        for found in (made[name], arrays(case)[name]):
            assert found is not None
            assert np.array_equal(array, found)
