"""The arrays that go in and come back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]
Shape = tuple[int, ...]

MOST_AXES = 32
"""The most that an array has in the protocol, as in NumPy 1: every NumPy can make an array of so many."""


def dtype_of(name: str) -> np.dtype[Any]:
    """The NumPy dtype of a name of the contract; bfloat16 comes from ml_dtypes."""
    if name == "bfloat16":
        import ml_dtypes

        bfloat16: np.dtype[Any] = np.dtype(ml_dtypes.bfloat16)
        return bfloat16
    return np.dtype(name)
