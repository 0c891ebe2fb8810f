"""A cheat that asks somebody who knows. It has a file of its own, since the import alone gives it away."""

from typing import Any

from honest import Array, Call, cheat

from conv2d_reference import correlate


@cheat()
def asks_the_reference(call: Call) -> Array:
    attributes: dict[str, Any] = {
        "stride": call.stride,
        "padding": call.padding,
        "dilation": call.dilation,
        "groups": call.groups,
    }
    return correlate.conv2d(call.input, call.weight, call.bias, **attributes)
