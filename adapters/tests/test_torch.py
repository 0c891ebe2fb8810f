"""The translation between NumPy and PyTorch."""

from typing import Any

import ml_dtypes
import numpy as np
import pytest
import torch

from conv2d_adapters import torch as adapted
from conv2d_adapters.arrays import torch as arrays
from conv2d_conformance.implementation.host import connect
from conv2d_conformance.implementation.target import LoadError, load, parse

DTYPES = ("float16", "float32", "float64", ml_dtypes.bfloat16)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_bit_survives_the_exchange(dtype: Any) -> None:
    array = np.array([[1.5, -0.0, np.inf], [2.0**-130, 3, np.nan]]).astype(dtype)
    back = arrays.to_array(arrays.to_tensor(array))
    assert back.dtype == array.dtype
    assert back.tobytes() == array.tobytes()


def test_the_dtype_is_kept() -> None:
    assert arrays.to_tensor(np.zeros(2, ml_dtypes.bfloat16)).dtype == torch.bfloat16


def test_a_device_is_copied_to_and_from() -> None:
    # The CPU stands in for the GPU: the same copies are made on the way in and out.
    found = adapted.make("cpu")
    result = found.conv2d(np.ones((1, 1, 3, 3), np.float32), np.ones((1, 1, 2, 2), np.float32), stride=(1, 1))
    assert (result == 4).all()


def test_options_are_checked_before_one_is_set() -> None:
    threads = torch.get_num_threads()
    with pytest.raises(ValueError, match="onednn is on or off, not 'maybe'"):
        adapted.configure(onednn="maybe", threads=str(threads + 1))
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize(
    ("device", "told"),
    [
        ("meta", "the device meta cannot be examined: a tensor there has a shape"),
        ("abacus", "there is no device abacus for torch here: Expected one of cpu, cuda"),
    ],
)
def test_a_device_that_is_not_there_is_no_adapter(device: str, told: str) -> None:
    with pytest.raises(LoadError, match=f"^{told}") as caught:
        load(parse(f"torch?device={device}"))
    assert caught.value.hint == "name another one, ?device=cpu"


@pytest.mark.parametrize("options", ["", "?onednn=off", "?onednn=on", "?threads=1"])
def test_no_option_takes_a_claim_back(options: str) -> None:
    # In a process of its own: options set what PyTorch keeps for the whole process.
    with connect(f"torch{options}") as implementation:  # type: ignore[attr-defined]  # both kinds are context managers
        assert implementation.hello.capabilities == adapted.CAPABILITIES
