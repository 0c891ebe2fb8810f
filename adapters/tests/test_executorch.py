"""The translation to a module of one call, with a weight and a bias of its own."""

from typing import Any

import numpy as np

from conv2d_adapters import executorch as adapted
from conv2d_reference import correlate


def test_the_program_answers_as_the_definition() -> None:
    x = np.arange(2 * 4 * 5 * 6, dtype=np.float32).reshape(2, 4, 5, 6) % 5
    w, b = np.arange(6 * 2 * 3 * 2, dtype=np.float32).reshape(6, 2, 3, 2) % 3, np.arange(6, dtype=np.float32)
    call: dict[str, Any] = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 3), "groups": 2}
    assert np.array_equal(adapted.adapter.conv2d(x, w, b, **call), correlate.conv2d(x, w, b, **call))
