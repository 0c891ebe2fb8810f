"""The translation to what is compiled for each configuration."""

import ml_dtypes  # noqa: F401  # gives NumPy the dtype bfloat16
import numpy as np
import pytest

from conv2d_adapters import iree as adapted
from conv2d_conformance.forms.form_error import FormError


@pytest.mark.parametrize("backend", adapted.CLAIMED)
def test_what_is_compiled_is_kept_by_configuration_and_not_by_data(backend: str) -> None:
    conv2d = adapted.configure(backend).conv2d
    assert conv2d is not None
    before = adapted.compiled.misses
    weight = np.ones((1, 1, 2, 2), np.float32)
    for value in (1, 2):
        result = conv2d(
            np.full((1, 1, 3, 3), value, np.float32), weight, stride=(1, 1), padding=(0, 1), dilation=(1, 1), groups=1
        )
        assert result.tolist() == [[[[2 * value, 4 * value, 4 * value, 2 * value]] * 2]]
    assert adapted.compiled.misses - before == 1


@pytest.mark.parametrize("backend", adapted.CLAIMED)
def test_every_claimed_dtype_compiles(backend: str) -> None:
    adapter = adapted.configure(backend)
    assert adapter.conv2d is not None
    for dtype in adapter.capabilities.dtypes:
        one = np.ones((1, 1, 1, 1), dtype)
        result = adapter.conv2d(one, one, one[0, 0, 0], stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1)
        assert (result.dtype.name, result.tolist()) == (dtype, [[[[2]]]])


def test_a_back_end_that_is_not_of_the_cpu_is_refused() -> None:
    with pytest.raises(FormError, match="backend is llvm-cpu or vmvx, not 'cuda'"):
        adapted.configure("cuda")
