"""The translation of arrays, in which mlx would take a float64 for a float32."""

from typing import Any

import ml_dtypes
import numpy as np
import pytest

from conv2d_adapters import mlx as adapted


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, ml_dtypes.bfloat16])
def test_arrays_come_back_as_they_went(dtype: type) -> None:
    array: np.ndarray[Any, Any] = np.array([[1, 1 / 3, 1e-30]]).astype(dtype)
    found = adapted.take(adapted.hand(array))
    assert found.dtype == array.dtype
    assert found.tobytes() == array.tobytes()
