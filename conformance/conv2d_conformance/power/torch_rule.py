"""`torch.testing.assert_close` on NumPy arrays; torch is imported by the first call."""

from __future__ import annotations

from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.power.suite_call import SuiteCall

TOLERANCES = "float32 rtol 1.3e-6, atol 1e-5; float64 1e-7, 1e-7; float16 1e-3, 1e-5; bfloat16 1.6e-2, 1e-5"

SOURCE = "https://docs.pytorch.org/docs/stable/testing.html"


def is_close(question: SuiteCall, answer: Array) -> bool:
    """Whether assert_close accepts the answer with its default tolerances."""
    import torch

    try:
        torch.testing.assert_close(to_torch(answer), to_torch(question.expected))
    except AssertionError:
        return False
    return True


def to_torch(array: Array) -> Any:
    """The array as a tensor. NumPy's bfloat16 is not torch's, so its bits pass as 16-bit integers."""
    import torch

    if array.dtype == dtype_of("bfloat16"):
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def from_torch(tensor: Any) -> Array:
    import torch

    if tensor.dtype == torch.bfloat16:
        bits: Array = tensor.view(torch.int16).numpy()
        return bits.view(dtype_of("bfloat16"))
    array: Array = tensor.numpy()
    return array
