"""The translation to a model of one node."""

from typing import Any

import numpy as np
import pytest

from conv2d_adapters import onnxruntime as adapted
from conv2d_conformance.forms.form_error import FormError


@pytest.mark.parametrize(("weights", "kept"), [("input", 1), ("constant", 0)])
def test_sessions_are_kept_by_configuration_and_not_by_data(weights: str, kept: int) -> None:
    before = adapted.session_of_inputs.misses
    call: dict[str, Any] = {"stride": (1, 1), "padding": (0, 1), "dilation": (1, 1), "groups": 1}
    for value in (1, 2):
        weight = np.full((1, 1, 2, 2), value, np.float32)
        answer = adapted.configure(weights=weights).conv2d(np.ones((1, 1, 3, 3), np.float32), weight, **call)
        assert answer.tolist() == [[[[2 * value, 4 * value, 4 * value, 2 * value]] * 2]]
    assert adapted.session_of_inputs.misses - before == kept


def test_options_say_what_is_allowed() -> None:
    with pytest.raises(FormError, match="weights is input or constant, not 'none'"):
        adapted.configure(weights="none")
    with pytest.raises(FormError, match="threads is a number from 1, not '0'"):
        adapted.configure(threads="0")
