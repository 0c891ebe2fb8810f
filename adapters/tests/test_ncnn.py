"""The translation to the parameters of a layer, which come by number, the width before the height."""

from typing import Any

import numpy as np
import pytest

from conv2d_adapters import ncnn as adapted
from conv2d_reference import correlate

INPUT = np.arange(4 * 5 * 6, dtype=np.float32).reshape(1, 4, 5, 6)
WEIGHT = np.arange(6 * 2 * 3 * 2, dtype=np.float32).reshape(6, 2, 3, 2)
BIAS = np.arange(6, dtype=np.float32)
CALL: dict[str, Any] = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 3), "groups": 2}


@pytest.mark.parametrize("weights", ["constant", "input"])
@pytest.mark.parametrize("bias", [None, BIAS], ids=["nobias", "bias"])
def test_every_argument_has_its_number(weights: str, bias: Any) -> None:
    conv2d = adapted.configure(weights=weights).conv2d
    expected = correlate.conv2d(INPUT, WEIGHT, bias, **CALL)
    assert np.array_equal(conv2d(INPUT, WEIGHT, bias, **CALL), expected)
    assert np.array_equal(conv2d(INPUT[0], WEIGHT, bias, **CALL), expected[0])
