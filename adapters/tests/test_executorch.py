"""The translation to a module of one call, with a weight and a bias of its own, and the kernels that run it."""

from typing import Any

import numpy as np
import pytest
import torch

from conv2d_adapters import executorch as adapted
from conv2d_conformance.forms.form_error import FormError
from conv2d_reference import correlate


@pytest.mark.parametrize("kernels", adapted.LOWERED)
def test_the_program_answers_as_the_definition(kernels: str) -> None:
    x = np.arange(2 * 4 * 5 * 6, dtype=np.float32).reshape(2, 4, 5, 6) % 5
    w, b = np.arange(6 * 2 * 3 * 2, dtype=np.float32).reshape(6, 2, 3, 2) % 3, np.arange(6, dtype=np.float32)
    call: dict[str, Any] = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 3), "groups": 2}
    conv2d = adapted.configure(kernels).conv2d
    assert conv2d is not None
    assert np.array_equal(conv2d(x, w, b, **call), correlate.conv2d(x, w, b, **call))


@pytest.mark.parametrize(("kernels", "delegates"), [("xnnpack", True), ("portable", False)])
def test_xnnpack_is_reached_by_its_own_option_alone(kernels: str, delegates: bool) -> None:
    one = torch.ones(1, 1, 1, 1)
    attributes = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
    exported = torch.export.export(adapted.Convolution(one.numpy(), None, attributes), (one,))
    graph = adapted.LOWERED[kernels](exported).exported_program().graph
    assert any("delegate" in str(node.target) for node in graph.nodes) == delegates


def test_kernels_that_it_does_not_have_are_refused() -> None:
    with pytest.raises(FormError, match="kernels is xnnpack or portable, not 'cortex-m'"):
        adapted.configure("cortex-m")
