"""The translation to a network of one node, by both ways to hand over the weight."""

from typing import Any

import numpy as np
import pytest

from conv2d_adapters import opencv as adapted
from conv2d_reference import correlate

CALL: dict[str, Any] = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 3), "groups": 2}


@pytest.mark.parametrize(("weights", "kept"), [("input", 1), ("constant", 0)])
def test_networks_are_kept_by_configuration_and_not_by_data(weights: str, kept: int) -> None:
    before = adapted.network_of_inputs.misses
    x, b = np.arange(2 * 4 * 5 * 6, dtype=np.float32).reshape(2, 4, 5, 6), np.arange(6, dtype=np.float32)
    for factor in (1, 2):
        w = factor * np.arange(6 * 2 * 3 * 2, dtype=np.float32).reshape(6, 2, 3, 2)
        answer = adapted.configure(weights=weights).conv2d(x, w, b, **CALL)
        assert np.array_equal(answer, correlate.conv2d(x, w, b, **CALL))
    assert adapted.network_of_inputs.misses - before == kept
