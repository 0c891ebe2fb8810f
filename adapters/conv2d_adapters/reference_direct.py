"""The definition itself: the direct loops of `conv2d_reference`. Slow, and right by reading."""

from typing import Any

import conv2d_conformance
import conv2d_reference
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS
from conv2d_reference import Conv2d, direct, gradients_direct


def initialize(in_channels: Any, out_channels: Any, kernel_size: Any, **attributes: Any) -> Any:
    layer = Conv2d(in_channels, out_channels, kernel_size, **attributes)
    return layer.weight, layer.bias


adapter = Adapter(
    name="reference-direct",
    version=conv2d_conformance.__version__,
    description=(conv2d_reference.__doc__ or "").splitlines()[0],
    conv2d=direct.conv2d,
    initialize=initialize,
    gradients=gradients_direct.gradients,
    capabilities=Capabilities(
        dtypes={"float32", "float64"},
        padding={"explicit", "valid", "same"},
        padding_modes={"zeros", "reflect", "replicate", "circular"},
        arguments={"pair", "scalar", "defaults"},
        unbatched=True,
        empty_batch=True,
        views=frozenset(VIEWS),
        validation=True,
        non_finite=True,
        deterministic=True,
        # One loop over the taps for each output, in float64, whatever is around it and wherever it lies.
        batch_invariant=True,
        position_invariant=True,
        layout_invariant=True,
        thread_safe=True,
    ),
)
