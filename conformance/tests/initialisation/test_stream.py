"""PyTorch's stream without PyTorch."""

import numpy as np
import pytest

from conv2d_conformance.cases.layer_case import LayerCase
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.emulation.layer import LayerCall
from conv2d_conformance.emulation.torch_stream import torch_layer
from conv2d_conformance.initialisation.layers import SMALL
from conv2d_conformance.initialisation.stream import expected_of

KNOWN = {
    "float32": (
        [-0.003743410110473633, 0.26822179555892944, -0.4115225672721863, -0.3679695129394531],
        [-0.19257718324661255],
    ),
    "float64": (
        [0.470053001806553, 0.20781986439978792, -0.04061705687254912, 0.42074768412196023],
        [0.14502412012276478],
    ),
}


@pytest.mark.parametrize("dtype", KNOWN)
def test_the_known_answers_of_the_specification(dtype: str) -> None:
    weight, bias = expected_of(LayerCase(C=1, M=1, kernel=2, dtype=dtype), seed=0)
    assert weight.dtype == dtype
    assert weight.ravel().tolist() == KNOWN[dtype][0]
    assert bias is not None
    assert bias.tolist() == KNOWN[dtype][1]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bias", [True, False])
def test_bit_for_bit_what_pytorch_draws(dtype: str, bias: bool) -> None:
    torch = pytest.importorskip("torch")
    for case in SMALL:
        for seed in (0, 3, 2**31, 2**32 - 1):
            torch.manual_seed(seed)
            layer = torch.nn.Conv2d(
                case.C, case.M, case.kernel_size, groups=case.groups, bias=bias, dtype=getattr(torch, dtype)
            )
            weight, expected_bias = expected_of(
                LayerCase(C=case.C, M=case.M, kernel=case.kernel, groups=case.groups, bias=bias, dtype=dtype), seed
            )
            assert np.array_equal(layer.weight.detach().double().numpy(), weight.astype(float))
            assert (layer.bias is None) == (expected_bias is None)
            if expected_bias is not None:
                assert np.array_equal(layer.bias.detach().double().numpy(), expected_bias.astype(float))


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_emulation_draws_the_same_bits_by_other_steps(dtype: str) -> None:
    for case in SMALL:
        for seed in (0, 2**32 - 1, 2**32):
            asked = LayerCall(case.C, case.M, case.kernel, groups=case.groups, dtype=dtype)
            wanted = LayerCase(C=case.C, M=case.M, kernel=case.kernel, groups=case.groups, dtype=dtype)
            for drawn, expected in zip(torch_layer(asked, seed), expected_of(wanted, seed), strict=True):
                assert expected is not None
                assert drawn.dtype == expected.dtype
                assert np.array_equal(drawn, expected)


def test_rounding_twice_changes_some_bits_of_float32() -> None:
    asked = LayerCall(8, 64, 3)
    once, twice = (torch_layer(asked, 0, fused=fused)[0] for fused in (True, False))
    assert 0 < np.count_nonzero(once != twice) < once.size
    assert np.abs(once - twice).max() <= np.spacing(np.float32(asked.bound))
