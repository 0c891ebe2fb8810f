"""Kernels made of parts, as targets of `many.py`: 21 right ones, and 179 that are wrong in one way under one condition.

A right kernel is an arithmetic with an order of its sums and a way to divide the work. A wrong one is right but for
one fault, which it has in calls that meet a condition: `doubled_if_strided` answers twice the values where a stride is
not 1. The faults and the conditions are those of kernels that people write, and none is made for a check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from classic_faults import CLAIMS, Call, pair
from other_kernels import by_taps

from conv2d_conformance import Adapter

# ---- right -------------------------------------------------------------------------------------------------------


def whole(arithmetic: Callable[[Call], Any], call: Call) -> Any:
    return arithmetic(call)


def image_by_image(arithmetic: Callable[[Call], Any], call: Call) -> Any:
    if call.input.ndim == 3 or len(call.input) < 2:
        return arithmetic(call)
    return np.concatenate([arithmetic(replace(call, input=image[None])) for image in call.input])


def filter_by_filter(arithmetic: Callable[[Call], Any], call: Call) -> Any:
    """Each output channel by itself, with the input channels of its group."""
    channels, filters = call.weight.shape[1], len(call.weight) // call.groups
    answers = []
    for number in range(len(call.weight)):
        first = number // filters * channels
        answers.append(
            arithmetic(
                replace(
                    call,
                    input=call.input[..., first : first + channels, :, :],
                    weight=call.weight[number : number + 1],
                    bias=None if call.bias is None else call.bias[number : number + 1],
                    groups=1,
                )
            )
        )
    return np.concatenate(answers, axis=-3)


def windows(call: Call) -> Any:
    return call.right()


def taps(accumulator: Any, order: int, call: Call) -> Any:
    return by_taps(call, accumulator or (float if call.input.dtype == float else np.float32), order)


def torch_direct(call: Call) -> Any:
    """PyTorch's conv2d in float64, of an input that is padded already."""
    import torch

    x, w = torch.from_numpy(call.padded()), torch.from_numpy(call.weight.astype(float))
    bias = None if call.bias is None else torch.from_numpy(call.bias.astype(float))
    y = torch.nn.functional.conv2d(x, w, bias, call.stride, 0, call.dilation, call.groups).numpy()
    return (y if call.input.ndim == 4 else y[0]).astype(call.input.dtype)


def torch_unfolded(call: Call) -> Any:
    """A product of matrices in float64, of PyTorch's `unfold`."""
    import torch

    x, (M, C, KH, KW) = torch.from_numpy(call.padded()), call.weight.shape
    sizes = zip(x.shape[2:], (KH, KW), pair(call.stride), pair(call.dilation), strict=True)
    OH, OW = ((size - d * (k - 1) - 1) // s + 1 for size, k, s, d in sizes)
    columns = torch.nn.functional.unfold(x, (KH, KW), call.dilation, 0, call.stride)
    columns = columns.reshape(len(x), call.groups, C * KH * KW, OH * OW)
    w = torch.from_numpy(call.weight.astype(float)).reshape(call.groups, M // call.groups, C * KH * KW)
    y = (w @ columns).numpy().reshape(len(x), M, OH, OW)
    if call.bias is not None:
        y = y + call.bias.astype(float)[:, None, None]
    return (y if call.input.ndim == 4 else y[0]).astype(call.input.dtype)


ARITHMETICS: dict[str, Callable[[Call], Any]] = {
    "windows": windows,
    **{
        f"taps_in_{name}_{order}": partial(taps, accumulator, step)
        for (name, accumulator), (order, step) in product(
            (("float64", float), ("their_precision", None), ("longdouble", np.longdouble)),
            (("forwards", 1), ("backwards", -1)),
        )
    },
}
DIVISIONS = (whole, image_by_image, filter_by_filter)
RIGHT: dict[str, Callable[[Call], Any]] = {
    f"{name}_{division.__name__}": partial(division, arithmetic)
    for (name, arithmetic), division in product(ARITHMETICS.items(), DIVISIONS)
}
del RIGHT["taps_in_longdouble_backwards_image_by_image"], RIGHT["taps_in_longdouble_backwards_filter_by_filter"]
RIGHT |= {"torch_direct": torch_direct, "torch_unfolded": torch_unfolded}

# ---- wrong -------------------------------------------------------------------------------------------------------


def changed(change: Callable[[Any], Any], call: Call) -> Any:
    """The right answer, changed by a function of an array."""
    return change(call.right())


def other_call(change: Callable[[Call], dict[str, Any]], call: Call) -> Any:
    """The right answer to another call."""
    return call.right(**change(call))


def zeroed(place: Any, y: Any) -> Any:
    y[place] = 0
    return y


def coarse(y: Any) -> Any:
    """The answer in numbers of seven bits."""
    mantissa, exponent = np.frexp(y.astype(float))
    return np.ldexp(np.rint(mantissa * 128) / 128, exponent).astype(y.dtype)


FAULTS: dict[str, Callable[[Call], Any]] = {
    "without_bias": partial(other_call, lambda _: {"bias": None}),
    "bias_twice": partial(other_call, lambda call: {"bias": None if call.bias is None else call.bias * 2}),
    "mirrored": partial(other_call, lambda call: {"weight": call.weight[..., ::-1]}),
    "upside_down": partial(other_call, lambda call: {"weight": call.weight[..., ::-1, :]}),
    "channels_reversed": partial(other_call, lambda call: {"weight": call.weight[:, ::-1]}),
    "filters_reversed": partial(changed, lambda y: y[..., ::-1, :, :].copy()),
    "images_reversed": partial(changed, lambda y: y[::-1].copy() if y.ndim == 4 else y),
    "doubled": partial(changed, lambda y: y + y),
    "negated": partial(changed, np.negative),
    "shifted": partial(changed, lambda y: np.roll(y, 1, axis=-1)),
    "clipped": partial(changed, lambda y: np.maximum(y, y.dtype.type(0))),
    "coarse": partial(changed, coarse),
    "without_the_last_column": partial(changed, partial(zeroed, (..., slice(-1, None)))),
    "without_the_last_row": partial(changed, partial(zeroed, (..., slice(-1, None), slice(None)))),
    "without_the_first_pixel": partial(changed, partial(zeroed, (..., 0, 0))),
}
CONDITIONS: dict[str, Callable[[Call], bool]] = {
    "always": lambda _: True,
    "strided": lambda call: max(pair(call.stride)) > 1,
    "dilated": lambda call: max(pair(call.dilation)) > 1,
    "grouped": lambda call: call.groups > 1,
    "unbatched": lambda call: call.input.ndim == 3,
    "in_float16": lambda call: call.input.dtype == np.float16,
    "in_float64": lambda call: call.input.dtype == np.float64,
    "of_3x3": lambda call: call.weight.shape[2:] == (3, 3),
    "of_even_width": lambda call: call.weight.shape[3] % 2 == 0,
    "of_three_images": lambda call: call.input.ndim == 4 and len(call.input) > 2,
    "circular": lambda call: call.padding_mode == "circular",
    "same": lambda call: call.padding == "same",
}
NEVER_WRONG = {("images_reversed", "unbatched")}


def under(applies: Callable[[Call], bool], fault: Callable[[Call], Any], call: Call) -> Any:
    return fault(call) if applies(call) and call.input.shape[0] else call.right()


WRONG: dict[str, Callable[[Call], Any]] = {
    f"{fault}_if_{condition}": partial(under, CONDITIONS[condition], FAULTS[fault])
    for fault, condition in product(FAULTS, CONDITIONS)
    if (fault, condition) not in NEVER_WRONG
}


def adapter_of(name: str, function: Callable[[Call], Any]) -> Adapter:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return function(Call(input=input, weight=weight, bias=bias, **attributes))

    claims = replace(CLAIMS, grades={"float64": "A-tc"}) if "longdouble" in name else CLAIMS  # it rounds twice
    return Adapter(name=name, version="generated", conv2d=conv2d, capabilities=claims)


globals().update({name: adapter_of(name, function) for name, function in (RIGHT | WRONG).items()})
