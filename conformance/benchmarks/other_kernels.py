"""Right kernels in several arithmetics, and kernels that are wrong for few calls alone, as targets of `many.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from classic_faults import CLAIMS, Call, pair

from conv2d_conformance import Adapter

KERNELS: dict[str, Adapter] = {}
RIGHT: list[str] = []


def kernel(function: Callable[[Call], Any], *, is_right: bool = False) -> Adapter:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return function(Call(input=input, weight=weight, bias=bias, **attributes))

    name = function.__name__
    KERNELS[name] = Adapter(name=name, version="other", conv2d=conv2d, capabilities=CLAIMS)
    if is_right:
        RIGHT.append(name)
    return KERNELS[name]


def by_taps(call: Call, accumulator: Any, order: int) -> Any:
    """Tap after tap in an accumulator, in either order."""
    (KH, KW), (sh, sw), (dh, dw) = call.weight.shape[2:], pair(call.stride), pair(call.dilation)
    x, M, groups = call.padded(), len(call.weight), call.groups
    OH, OW = (
        (size - d * (k - 1) - 1) // s + 1
        for size, k, s, d in zip(x.shape[2:], (KH, KW), (sh, sw), (dh, dw), strict=True)
    )
    x = x.reshape(len(x), groups, call.weight.shape[1], *x.shape[2:]).astype(accumulator)
    w = call.weight.reshape(groups, M // groups, *call.weight.shape[1:]).astype(accumulator)
    y = np.zeros((len(x), groups, M // groups, OH, OW), accumulator)
    for kh, kw in [*np.ndindex(KH, KW)][::order]:
        seen = x[..., kh * dh : kh * dh + (OH - 1) * sh + 1 : sh, kw * dw : kw * dw + (OW - 1) * sw + 1 : sw]
        y += np.einsum("ngchw,gmc->ngmhw", seen, w[..., kh, kw])
    y = y.reshape(len(x), M, OH, OW)
    if call.bias is not None:
        y = y + call.bias.astype(accumulator)[:, None, None]
    return (y if call.input.ndim == 4 else y[0]).astype(call.input.dtype)


def windows(call: Call) -> Any:
    return call.right()


def taps(call: Call) -> Any:
    return by_taps(call, float, 1)


def taps_backwards(call: Call) -> Any:
    return by_taps(call, float, -1)


def taps_in_their_precision(call: Call) -> Any:
    return by_taps(call, float if call.input.dtype == float else np.float32, 1)


for right in (windows, taps, taps_backwards, taps_in_their_precision):
    kernel(right, is_right=True)


def rare(name: str, applies: Callable[[Call], bool], fault: Callable[[Call], Any]) -> None:
    """Wrong where it applies, and right elsewhere."""

    def function(call: Call) -> Any:
        return fault(call) if applies(call) else call.right()

    function.__name__ = name
    kernel(function)


def without_bias(call: Call) -> Any:
    return call.right(bias=None)


def doubled(call: Call) -> Any:
    return (2 * call.right().astype(float)).astype(call.input.dtype)


def without_the_last_column(call: Call) -> Any:
    y = call.right()
    y[..., -1:] = 0
    return y


def transposed_kernel(call: Call) -> Any:
    return call.right(weight=np.swapaxes(call.weight, 2, 3).copy())


rare("large_strides", lambda call: max(pair(call.stride)) > 2, without_the_last_column)
rare("many_channels", lambda call: call.weight.shape[1] > 8, doubled)
rare("bias_of_groups", lambda call: call.groups > 1, without_bias)
rare("unbatched_alone", lambda call: call.input.ndim == 3, doubled)
rare("float16_of_five", lambda call: call.input.dtype == np.float16 and call.weight.shape[2] == 5, doubled)
rare("third_image", lambda call: call.input.ndim == 4 and len(call.input) > 2, without_the_last_column)
rare("square_kernels", lambda call: call.weight.shape[2] == call.weight.shape[3] == 3, transposed_kernel)
rare("circular_alone", lambda call: call.padding_mode == "circular", lambda call: call.right(padding_mode="reflect"))
rare("same_alone", lambda call: call.padding == "same" and call.weight.shape[2] % 2 == 0, without_the_last_column)
rare("wide_images", lambda call: call.input.shape[-1] > 64, without_the_last_column)
globals().update(KERNELS)
