"""The translation to what is compiled for each configuration."""

import numpy as np

from conv2d_adapters import iree as adapted


def test_what_is_compiled_is_kept_by_configuration_and_not_by_data() -> None:
    before = adapted.compiled.misses
    weight = np.ones((1, 1, 2, 2), np.float32)
    for value in (1, 2):
        result = adapted.adapter.conv2d(
            np.full((1, 1, 3, 3), value, np.float32), weight, stride=(1, 1), padding=(0, 1), dilation=(1, 1), groups=1
        )
        assert result.tolist() == [[[[2 * value, 4 * value, 4 * value, 2 * value]] * 2]]
    assert adapted.compiled.misses - before == 1
