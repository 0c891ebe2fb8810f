"""The cases that are not drawn: legal or illegal as they claim, affordable, and complete."""

from __future__ import annotations

import math
from itertools import combinations, product

import pytest

from conv2d_conformance.cases import Case, arrays, exposes, parse
from conv2d_conformance.cases.documented_examples import DOCUMENTED
from conv2d_conformance.cases.geometry import geometry, is_legal, multiply_adds
from conv2d_conformance.cases.networks import NETWORKS, network_cases
from conv2d_conformance.cases.tiles import KERNELS, SIZES, tile_cases
from conv2d_conformance.cases.unusual_calls import UNUSUAL_BUT_LEGAL
from conv2d_conformance.effort import EFFORTS
from conv2d_reference.sizes import output_size


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
