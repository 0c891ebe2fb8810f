"""The translation to pairs of width and height, and to padding modes."""

from typing import Any

import numpy as np
import pytest

from conv2d_adapters import mnn as adapted
from conv2d_conformance.forms.form_error import FormError
from conv2d_reference import correlate


@pytest.mark.parametrize("read", ["array", "tuple"])
@pytest.mark.parametrize("padding", [{}, {"padding": (1, 0)}, {"padding": "valid"}], ids=str)
def test_pairs_are_width_and_height(padding: dict[str, Any], read: str) -> None:
    x = np.arange(2 * 4 * 5 * 6, dtype=np.float32).reshape(2, 4, 5, 6)
    w, b = np.arange(6 * 4 * 3 * 2, dtype=np.float32).reshape(6, 4, 3, 2), np.arange(6, dtype=np.float32)
    call: dict[str, Any] = {"stride": (2, 1), "dilation": (1, 3), "groups": 1} | padding
    answer = adapted.configure(read=read).conv2d(x, w, b, **call)
    assert (answer.dtype, answer.flags.owndata or answer.base is not None) == (x.dtype, read == "tuple")
    assert np.array_equal(answer, correlate.conv2d(x, w, b, **call))


def test_options_say_what_is_allowed() -> None:
    with pytest.raises(FormError, match="read is array or tuple, not 'copy'"):
        adapted.configure(read="copy")
