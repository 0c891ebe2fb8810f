"""Autograd's `autograd.scipy.signal.convolve`, which mirrors the kernel, and so is given it mirrored.

It has no stride, dilation and groups. The gradients are those of `autograd.make_vjp`. Nothing that is documented says
which arguments are refused, and so `validation` is not claimed.
"""

from importlib.metadata import version
from typing import Any

import autograd
import autograd.numpy as anp
from autograd.scipy.signal import convolve

from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS

IMAGE, CHANNELS = ((2, 3), (2, 3)), ((1,), (1,))


def conv2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    *,
    padding: Any,
    stride: Any,  # noqa: ARG001  # this and what follows is 1 in every call, since nothing else is claimed
    dilation: Any,  # noqa: ARG001
    groups: Any,  # noqa: ARG001
) -> Any:
    x = input if padding == "valid" else anp.pad(input, [(0, 0), (0, 0), *((pad, pad) for pad in padding)], "constant")
    y = convolve(x, weight[:, :, ::-1, ::-1], axes=IMAGE, dot_axes=CHANNELS, mode="valid")
    return y if bias is None else anp.add(y, anp.reshape(bias, (-1, 1, 1)))


def gradients(input: Any, weight: Any, bias: Any, grad_output: Any, **attributes: Any) -> Any:
    arrays = (input, weight) if bias is None else (input, weight, bias)
    pull_back, _ = autograd.make_vjp(lambda given: conv2d(*given, **attributes))(arrays)
    found = pull_back(grad_output)
    return found if bias is not None else (*found, None)


adapter = Adapter(
    name="autograd",
    version=version("autograd"),
    description="autograd.scipy.signal.convolve",
    conv2d=conv2d,
    gradients=gradients,
    capabilities=Capabilities(
        dtypes={"float32", "float64", "float16"},
        stride=False,
        dilation=False,
        groups=False,
        padding={"explicit", "valid"},
        empty_batch=True,
        views=frozenset(VIEWS),  # it computes with NumPy, whose functions take every array
        non_finite=True,  # it computes with NumPy, which documents IEEE 754
        deterministic=True,
        thread_safe=True,
    ),
    composed={"bias": "autograd.numpy.add", "padding": "autograd.numpy.pad"},
)
