"""The translation between NumPy and PyTorch."""

from typing import Any

import ml_dtypes
import numpy as np
import pytest
import torch

from conv2d_adapters import torch as adapted
from conv2d_adapters.arrays import torch as arrays
from conv2d_conformance.implementation.host import connect

DTYPES = ("float16", "float32", "float64", ml_dtypes.bfloat16)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_bit_survives_the_exchange(dtype: Any) -> None:
    array = np.array([[1.5, -0.0, np.inf], [2.0**-130, 3, np.nan]]).astype(dtype)
    back = arrays.to_array(arrays.to_tensor(array))
    assert back.dtype == array.dtype
    assert back.tobytes() == array.tobytes()


def test_the_dtype_is_kept() -> None:
    assert arrays.to_tensor(np.zeros(2, ml_dtypes.bfloat16)).dtype == torch.bfloat16


@pytest.mark.parametrize("options", ["", "?onednn=off", "?onednn=on", "?threads=1"])
def test_no_option_takes_a_claim_back(options: str) -> None:
    # In a process of its own: options set what PyTorch keeps for the whole process.
    with connect(f"torch{options}") as implementation:  # type: ignore[attr-defined]  # both kinds are context managers
        assert implementation.hello.capabilities == adapted.CAPABILITIES
