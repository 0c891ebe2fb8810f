"""The cases that are not drawn: legal or illegal as they claim, affordable, and complete."""

from __future__ import annotations

import math
import re
from itertools import combinations, product

import pytest

from conv2d_conformance.cases import Case, arrays, exposes, format_case, parse
from conv2d_conformance.cases.documented import DOCUMENTED
from conv2d_conformance.cases.geometry import geometry, is_legal, multiply_adds
from conv2d_conformance.cases.illegal import ILLEGAL, ILLEGAL_KINDS, illegal_cases
from conv2d_conformance.cases.networks import NETWORKS, network_cases
from conv2d_conformance.cases.tiles import KERNELS, SIZES, tile_cases
from conv2d_conformance.cases.unusual import UNUSUAL_BUT_LEGAL
from conv2d_conformance.effort import EFFORTS
from conv2d_reference.sizes import output_size

REASONS = {
    # a kind of illegality, and what the reference says of it
    "stride-positive": r"stride(\[\d\])? must be at least 1",
    "dilation-positive": r"dilation(\[\d\])? must be at least 1",
    "padding-non-negative": r"padding(\[\d\])? must be at least 0",
    "kernel-positive": r"K[HW] of the weight must be at least 1",
    "groups-positive": r"groups must be at least 1",
    "pair-length": r"whose length is [034]",
    "integers-only": r"must be an int",
    "padding-string": r"padding must be 'valid' or 'same'",
    "padding-mode-known": r"padding_mode must be one of",
    "same-needs-stride-one": "padding 'same' needs a stride of 1",
    "channels-divisible": r"C must be divisible by groups",
    "out-channels-divisible": r"M must be divisible by groups",
    "weight-channels": r"weight must have C//groups",
    "input-rank": r"input must have shape",
    "weight-rank": r"weight must have shape",
    "bias-shape": r"bias must have shape",
    "dtypes-equal": r"must have the same dtype",
    "kernel-fits": r"at least as large as the dilated kernel",
    "reflect-limit": r"padding_mode 'reflect' needs padding <",
    "circular-limit": r"padding_mode 'circular' needs padding <=",
    "padding-non-negative-reflect": r"padding(\[\d\])? must be at least 0",
    "padding-non-negative-replicate": r"padding(\[\d\])? must be at least 0",
    "padding-non-negative-circular": r"padding(\[\d\])? must be at least 0",
    "dilation-positive-empty-batch": r"dilation(\[\d\])? must be at least 1",
    "weight-dtype-empty-batch": r"must have the same dtype",
    "bias-dtype-valid": r"must have the same dtype",
    "bias-dtype-same": r"must have the same dtype",
    "empty-batch": r"weight must have C//groups|at least as large as the dilated kernel",
}


@pytest.mark.parametrize(("kind", "case"), ILLEGAL, ids=lambda value: value if isinstance(value, str) else "")
def test_an_illegal_case_is_illegal_for_the_reason_that_it_names(kind: str, case: Case) -> None:
    with pytest.raises((ValueError, TypeError)) as refusal:
        geometry(case)
    assert re.search(REASONS[kind], str(refusal.value))
    arrays(case)  # the arrays can be made, so that the call can be


def test_every_kind_has_its_cases_and_none_comes_twice() -> None:
    assert set(ILLEGAL_KINDS) == set(REASONS)
    assert all(illegal_cases(kind) for kind in ILLEGAL_KINDS)
    assert sum(len(illegal_cases(kind)) for kind in ILLEGAL_KINDS) == len(ILLEGAL)
    asked = [(kind, format_case(case)) for kind, case in ILLEGAL + UNUSUAL_BUT_LEGAL]
    assert len(set(asked)) == len(asked)
    with pytest.raises(ValueError, match=r"^kind 'stride' is not known; known are stride-positive, "):
        illegal_cases("stride")


@pytest.mark.parametrize("kind", ["stride-positive", "dilation-positive", "padding-non-negative", "integers-only"])
def test_a_pair_is_illegal_on_one_axis_alone(kind: str) -> None:
    least = 0 if kind == "padding-non-negative" else 1

    def is_good(value: object) -> bool:
        return type(value) is int and value >= least

    pairs = [
        value
        for case in illegal_cases(kind)
        for name, value in case.overrides
        if isinstance(value, tuple) and name != "groups"
    ]
    assert {tuple(map(is_good, pair)) for pair in pairs} >= {(True, False), (False, True)}


def test_a_division_that_truncates_would_accept_a_kernel_one_too_large() -> None:
    fooled = []
    for case in illegal_cases("kernel-fits"):
        stride = case.stride if isinstance(case.stride, tuple) else (case.stride, case.stride)
        padding = case.padding if isinstance(case.padding, tuple) else (0, 0)
        dilation = case.dilation if isinstance(case.dilation, tuple) else (1, 1)
        sides = zip((case.H, case.W), (case.KH, case.KW), stride, padding, dilation, strict=True)
        fooled.append(all(int((n + 2 * p - d * (k - 1) - 1) / s) + 1 >= 1 for n, k, s, p, d in sides))
    assert sum(fooled) >= 6


@pytest.mark.parametrize(("kind", "case"), UNUSUAL_BUT_LEGAL, ids=lambda value: value if isinstance(value, str) else "")
def test_an_unusual_case_is_legal_and_its_data_show_faults(kind: str, case: Case) -> None:
    assert is_legal(case), kind
    assert exposes(case, arrays(case))


def test_the_examples_of_the_document_have_the_sizes_of_the_document() -> None:
    assert [geometry(case).output_shape for _, case in DOCUMENTED] == [
        (20, 33, 24, 49),
        (20, 33, 28, 100),
        (20, 33, 26, 100),
    ]
    assert all(case.input_shape == (20, 16, 50, 100) and case.bias for _, case in DOCUMENTED)


def test_multiply_adds_are_counted() -> None:
    assert multiply_adds(parse("n3c4h5w6 m6k3x2 g2")) == 3 * (6 * 3 * 5) * (2 * 3 * 2)
    assert multiply_adds(parse("c1h1w1 m1k3 p1")) == 9
    assert multiply_adds(parse("n0c1h3w3 m1k3")) == 0


def test_the_layers_of_networks_are_the_published_ones() -> None:
    costs = {(entry.network, entry.layer): multiply_adds(parse(entry.line)) for entry in NETWORKS}
    assert len(costs) == len(NETWORKS) > 80
    assert costs["ResNet-50", "conv1"] == 64 * 3 * 49 * 112 * 112
    assert costs["VGG-16", "conv1_2"] == 64 * 64 * 9 * 224 * 224
    assert costs["MobileNetV2", "block 17, depthwise"] == 960 * 9 * 7 * 7
    assert costs["CLIP ViT-L/14", "patches"] == 1024 * 3 * 196 * 256
    assert all(parse(entry.line).N == 1 for entry in NETWORKS)
    # The stems and patches that published models are known by.
    sizes = [output_size(299, 3, stride=2), output_size(224, 7, stride=2, padding=3), output_size(224, 32, stride=32)]
    assert sizes == [149, 112, 7]


@pytest.mark.parametrize("most", [10**5, 10**6, 10**7, 10**8, 10**12])
def test_network_cases_keep_to_the_budget(most: int) -> None:
    found = list(network_cases(most))
    published = {(entry.network, entry.layer): parse(entry.line) for entry in NETWORKS}
    for entry in found:
        whole = published[entry.network, entry.layer]
        assert multiply_adds(entry.case) <= most
        assert entry.is_scaled == (entry.case != whole) == (multiply_adds(whole) > most)
        assert (entry.case.C, entry.case.M, entry.case.KH) == (whole.C, whole.M, whole.KH)
    assert len(found) >= {10**5: 45, 10**6: 70}.get(most, 80)


def test_tile_cases_cover_every_size_and_every_pair_of_sizes() -> None:
    most = min(effort.multiply_adds for effort in EFFORTS.values())
    found = tile_cases(most)
    assert found == tile_cases(most)
    assert len(found) == len(set(found))
    assert all(multiply_adds(case) <= most for case in found)
    rows = set()
    for case in found:
        size = geometry(case)
        if case.KH == case.KW:
            rows.add((case.N, case.C, case.M, size.OH, size.OW, case.KH))
    columns = (*(SIZES,) * 5, KERNELS)
    for i, j in combinations(range(6), 2):
        covered = {(row[i], row[j]) for row in rows}
        for a, b in product(columns[i], columns[j]):
            assert (a, b) in covered


def test_no_tile_case_moves_many_more_elements_than_it_multiplies() -> None:
    most = 60_000_000
    for case in tile_cases(most):
        shapes = [shape for shape in case.shapes.values() if shape]
        assert sum(map(math.prod, shapes)) <= most / 16


def test_tile_cases_cover_every_length_of_a_sum() -> None:
    lengths = {case.C * case.KH * case.KW for case in tile_cases(20_000) if case.KH * case.KW > 1}
    assert lengths >= set(SIZES) - {1}


def test_a_small_budget_leaves_small_tiles() -> None:
    assert 0 < len(tile_cases(100)) < len(tile_cases(1000))
