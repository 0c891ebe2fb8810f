"""Cases beside fast paths, with coinciding sizes, or as small as can be."""

from collections.abc import Callable
from itertools import combinations

import pytest

from conv2d_conformance.cases.beside_paths import (
    beside_paths,
    coinciding_sizes,
    every_square,
    kernels_of_every_length,
    long_sums_on_paths,
    multiples_of_blocks,
    small_strided_calls,
    smallest_calls,
)
from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.data import arrays, exposes
from conv2d_conformance.cases.geometry import geometry, is_legal, multiply_adds
from conv2d_conformance.cases.tiles import PATHS
from conv2d_conformance.contract.formats import DTYPES

ALL = (
    *(beside_paths, coinciding_sizes, every_square, kernels_of_every_length),
    *(long_sums_on_paths, multiples_of_blocks, small_strided_calls, smallest_calls),
)


@pytest.mark.parametrize("made", ALL)
def test_every_case_is_legal_and_cheap(made: Callable[[], tuple[Case, ...]]) -> None:
    assert made() == made()
    assert all(map(is_legal, made()))
    assert max(map(multiply_adds, made())) < 300_000
    assert {case.dtype for case in made()} == set(DTYPES)


@pytest.mark.parametrize("made", [made for made in ALL if made not in (smallest_calls, small_strided_calls)])
def test_every_case_shows_faults(made: Callable[[], tuple[Case, ...]]) -> None:
    assert all(exposes(case, arrays(case)) for case in made())


def test_every_side_of_a_path_is_changed_alone() -> None:
    depthwise = [
        geometry(case) for case in beside_paths() if case.groups == case.C == 3 and (case.KH, case.KW) == (5, 5)
    ]
    with_stride = {g.pads for g in depthwise if g.stride == (2, 2)}
    assert with_stride >= {((p, p), (2, 2)) for p in (1, 3)} | {((2, 2), (p, p)) for p in (1, 3)}
    assert {g.stride for g in depthwise if g.pads == ((2, 2), (2, 2))} >= {(1, 1), (2, 2), (1, 2), (3, 2), (2, 3)}


def test_a_long_sum_meets_every_path_in_every_dtype() -> None:
    assert len(long_sums_on_paths()) == 4 * (2 * (sum(map(len, PATHS.values())) + 2) - len(PATHS["depthwise"]))


def test_any_sizes_coincide() -> None:
    found = [
        {"N": case.N or 0, "C": case.C, "H": case.H, "W": case.W, "M": case.M, "KH": case.KH, "KW": case.KW}
        for case in coinciding_sizes()
    ]
    for count in (2, 3, 7):
        for names in combinations(found[0], count):
            assert any(len({sizes[name] for name in names}) == 1 for sizes in found)
    assert any(sizes["H"] == sizes["KH"] == 1 < sizes["C"] == sizes["M"] == sizes["KW"] for sizes in found)


def test_a_small_call_meets_every_dtype() -> None:
    assert len(set(smallest_calls())) == len(smallest_calls()) == 3 * 6 * 6 * len(DTYPES)


def test_every_multiple_meets_both_kernels_in_every_dtype() -> None:
    found = {(case.C, case.dtype, case.KH) for case in multiples_of_blocks()}
    assert {(96, dtype, K) for dtype in DTYPES for K in (1, 3)} <= found
    assert len(found) == len(multiples_of_blocks())


def test_every_kernel_meets_every_stride_padding_and_remainder() -> None:
    found = {(g.KW, g.stride[1], g.pads[1][0], g.W + 2 * g.pads[1][0] - g.KW) for g in map(geometry, every_square())}
    assert {(5, 3, 1, 6 + lost) for lost in range(3)} | {(1, 4, 0, 8 + lost) for lost in range(4)} <= found


def test_every_length_stands_alone() -> None:
    found = {(case.KH, case.KW) for case in kernels_of_every_length()}
    assert {(1, length) for length in range(2, 18)} | {(length, 3) for length in range(2, 18)} <= found


def test_a_pixel_meets_strides_and_paddings_larger_than_it() -> None:
    assert {(case.KH, case.stride, case.padding) for case in small_strided_calls() if case.H == 1} >= {
        (3, (2, 2), (2, 2)),
        (1, (3, 3), (0, 0)),
    }
