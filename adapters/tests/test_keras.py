"""What Keras would do to the arrays of a call, or around it, that the call does not ask for."""

import random
from typing import Any

import numpy as np
import pytest

from conv2d_adapters.keras import adapter

# Keras on torch hands tensors to NumPy in an old way.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ATTRIBUTES: dict[str, Any] = {"stride": (1, 1), "dilation": (1, 1), "groups": 1}


@pytest.mark.parametrize("padding", ["valid", "same", (0, 0)])
@pytest.mark.parametrize("dtype", [np.float64, np.float16])
def test_no_layer_before_the_convolution_casts_its_input(padding: Any, dtype: type) -> None:
    image: np.ndarray[Any, Any] = np.array([1 / 3, -2 / 7], dtype).reshape(1, 1, 1, 2)
    result = adapter.conv2d(image, np.ones((1, 1, 1, 1), dtype), padding=padding, **ATTRIBUTES)
    assert result.dtype == dtype
    assert result.tolist() == image.tolist()


def test_a_call_takes_no_number_from_the_generator_of_python() -> None:
    random.seed(0)
    before = random.getstate()
    adapter.conv2d(np.ones((1, 1, 2, 2)), np.ones((1, 1, 1, 1)), np.ones(1), padding=(1, 0), **ATTRIBUTES)
    assert random.getstate() == before
