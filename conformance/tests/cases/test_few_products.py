"""At any depth and in any geometry an output has one product, or eight, or a chain of eight."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases import arrays, parse
from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.deep_sums import BRIMS, CHAINS, CHANNELS, single_products
from conv2d_conformance.cases.geometry import geometry, multiply_adds
from conv2d_conformance.contract.formats import DTYPES, FORMATS
from conv2d_conformance.verdict.question import Question
from conv2d_reference import gradients_by_tap, lowered

GEOMETRIES = (
    *("n1c1h5w6 m1k3 p1", "n2c37h7w6 m11k3x2 s2x1 d1x2 p2x1", "n3c24h9w10 m12k3 g4 p1", "n1c16h9w8 m32k5 p2 g16"),
    *("c40h6w7 m9k3 same d2", "n1c130h4w5 m5k3 p1 reflect", "n2c9h5w5 m4k3 p2 circular s2", "n4c65h1w1 m33k1"),
)


def placement(case: Case) -> dict[str, Any]:
    g = geometry(case)
    names = ("stride", "dilation", "groups", "pads", "padding_mode")
    return {name: getattr(g, name) for name in names}


def lit(case: Case, name: str) -> np.ndarray:
    array = arrays(case)[name]
    assert array is not None
    values: np.ndarray = (array != 0).astype(np.float64)
    return values


def products(case: Case, channel: int | None = None) -> np.ndarray:
    """How many products of each output are not zero: all of them, or those of a channel of each group."""
    x, w = lit(case, "input"), lit(case, "weight")
    x = x if x.ndim == 4 else x[None]
    if channel is not None:
        x = x * (np.arange(case.C) % (case.C // case.groups) == channel)[:, None, None]
    return lowered.conv2d(x, w, **placement(case))


@pytest.mark.parametrize("seed", [0, 1, 7])
@pytest.mark.parametrize("shape", GEOMETRIES)
def test_no_output_has_more_products_than_the_recipe_says(shape: str, seed: int) -> None:
    assert products(parse(f"{shape} single:{seed}")).max() == 1
    assert products(parse(f"{shape} few:{seed}")).max() <= 8
    for recipe in ("chain", "brim"):
        assert products(parse(f"{shape} {recipe}:{seed}")).max() <= 8


@pytest.mark.parametrize("shape", ["n1c64h6w6 m32k3", "n2c300h4w4 m16k1", "n1c2048h4w4 m9k3", "n1c24h9w9 m24k3 g12"])
def test_nearly_all_outputs_have_a_product(shape: str) -> None:
    assert products(parse(f"{shape} single:3")).mean() > 0.8


def test_every_product_of_a_sum_is_met_where_there_are_enough_outputs() -> None:
    case = parse("n4c16h12w12 m64k3 single:1")
    x, w = lit(case, "input"), lit(case, "weight")
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))
    met = np.einsum("nchwij,mcij->cij", windows, w)
    assert met.min() > 0


def test_data_have_all_bits_and_both_signs() -> None:
    for dtype in DTYPES:
        x = arrays(parse(f"n1c64h8w8 m32k3 {dtype} single:5"))["input"]
        assert x is not None
        values = x[x != 0].astype(np.float64)
        assert values.min() < -1 < 1 < values.max()
        last = np.ldexp(np.abs(values), FORMATS[dtype].precision - 1)
        assert (np.abs(values) < 2).all()
        assert 0.4 < (last % 2).mean() < 0.6


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", ["n2c5h6w7 m8k3 p1 bias", "n3c12h5w5 m8k3x2 g2 s2x1 bias", "c4h6w6 m4k3 d2"])
def test_every_element_of_the_gradients_is_one_product(shape: str, dtype: str) -> None:
    case = parse(f"{shape} {dtype} grad single:2")
    made: Any = [None if array is None else (array != 0).astype(float) for array in arrays(case).values()]
    attributes = {name: getattr(case, name) for name in ("stride", "padding", "dilation", "groups", "padding_mode")}
    counts = gradients_by_tap.gradients(*made, **attributes)
    assert max(count.max() for count in counts if count is not None) == 1
    assert counts[1].mean() > 0.6
    law = Question(case).law
    assert law.fixed.all()
    assert law.evident.all()


def test_the_ends_of_the_sums_are_met_at_every_depth() -> None:
    ends = dict.fromkeys(CHANNELS, np.zeros(2))
    for case in single_products(500_000, 16):
        channels = case.C // case.groups
        assert multiply_adds(case) <= 500_000
        assert products(case).max() == 1
        ends[channels] = ends[channels] + [products(case, end).sum() for end in (0, channels - 1)]
    assert all(min(met) >= 3 for met in ends.values()), ends


def test_integers_to_the_brim_are_fixed_and_need_every_bit() -> None:
    for case in BRIMS:
        law = Question(case).law
        assert law.fixed.all()
        x, w = (array.astype(np.float64) for array in list(arrays(case).values())[:2] if array is not None)
        size = lowered.conv2d(np.abs(x), np.abs(w), **placement(case)).max()
        most = 2.0 ** (53 if case.dtype == "float64" else 24)
        assert most / (512 if case.dtype == "bfloat16" else 8) < size <= most


def test_every_product_of_a_chain_is_exact_and_the_large_one_comes_first_or_last() -> None:
    for case in (case for case in CHAINS if case.recipe is not None and case.recipe.name == "chain"):
        x, w, *_ = arrays(case).values()
        assert x is not None
        assert w is not None
        mantissas, _ = np.frexp(w.astype(np.float64))
        assert set(np.abs(mantissas[mantissas != 0])) == {0.5}
        grouped = np.abs(x.astype(np.float64)).reshape(case.N or 1, case.groups, -1, case.H * case.W)
        largest, count = grouped.argmax(axis=2), (grouped != 0).sum(axis=2)
        assert count.max() == min(8, case.C // case.groups)
        places = (grouped != 0).cumsum(axis=2)
        place = np.take_along_axis(places, largest[:, :, None], axis=2)[:, :, 0]
        assert ((place == 1) | (place == count)).all()
