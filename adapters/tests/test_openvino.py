"""The translation to a model of one convolution, and the options."""

from typing import Any

import ml_dtypes
import numpy as np
import pytest

from conv2d_adapters import openvino as adapted
from conv2d_conformance.forms.form_error import FormError
from conv2d_reference import correlate

CALL: dict[str, Any] = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 3), "groups": 2}
INPUT = np.arange(2 * 4 * 5 * 6, dtype=np.float32).reshape(2, 4, 5, 6) % 5
WEIGHT = np.arange(6 * 2 * 3 * 2, dtype=np.float32).reshape(6, 2, 3, 2) % 3
BIAS = np.arange(6, dtype=np.float32)


def test_models_are_kept_by_configuration_and_not_by_data() -> None:
    before = adapted.compiled.misses
    for factor in (1, 2):
        expected = correlate.conv2d(INPUT * factor, WEIGHT, BIAS, **CALL)
        assert np.array_equal(adapted.adapter.conv2d(INPUT * np.float32(factor), WEIGHT, BIAS, **CALL), expected)
    assert adapted.compiled.misses - before == 1


def test_bfloat16_keeps_its_bits() -> None:
    x, w, b = (array.astype(ml_dtypes.bfloat16) for array in (INPUT, WEIGHT, BIAS))
    answer = adapted.adapter.conv2d(x, w, b, **CALL)
    assert answer.dtype == x.dtype
    assert np.array_equal(answer, correlate.conv2d(INPUT, WEIGHT, BIAS, **CALL))


def test_a_lower_precision_is_told_by_its_grade() -> None:
    lower = adapted.configure(precision="bf16")
    assert lower.capabilities.grades == {"float32": "R-bf16"}
    assert "bf16" in lower.description


def test_options_say_what_is_allowed() -> None:
    with pytest.raises(FormError, match="precision is f32, bf16, f16 or default, not 'f8'"):
        adapted.configure(precision="f8")
    with pytest.raises(FormError, match="threads is a number from 1, not 'all'"):
        adapted.configure(threads="all")
