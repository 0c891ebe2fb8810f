"""The faults that people make first, and a right implementation to compare them with.

Each is a target of the command line, `classic_faults.py:NAME`, and a few lines on top of what is right. `no_answer.c`
beside this file is a worker in another language that dies or hangs.
"""

# ruff: noqa: ARG001  (what goes wrong often does not depend on the arguments)

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from conv2d_conformance import Adapter, Capabilities

CLAIMS = Capabilities(
    dtypes={"float16", "float32", "float64"},
    padding={"explicit", "valid", "same"},
    padding_modes={"zeros", "reflect", "replicate", "circular"},
    arguments={"pair", "scalar", "defaults"},
    unbatched=True,
    empty_batch=True,
    deterministic=True,
)

MODES: dict[str, Any] = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@dataclass(frozen=True, kw_only=True)
class Call:
    """The arguments of a call, and the right answer to it or to another one."""

    input: Any
    weight: Any
    bias: Any = None
    stride: Any = 1
    padding: Any = 0
    dilation: Any = 1
    groups: int = 1
    padding_mode: str = "zeros"

    def right(self, **changes: Any) -> Any:
        """The right answer to the call with some changes: windows times weights, summed in float64."""
        call = replace(self, **changes)
        KH, KW = call.weight.shape[2:]
        (sh, sw), (dh, dw) = pair(call.stride), pair(call.dilation)
        x = call.padded()
        seen = sliding_window_view(x, (dh * (KH - 1) + 1, dw * (KW - 1) + 1), axis=(2, 3))
        seen = seen[:, :, ::sh, ::sw, ::dh, ::dw]
        seen = seen.reshape(len(x), call.groups, call.weight.shape[1], *seen.shape[2:])
        w = call.weight.astype(float).reshape(call.groups, -1, *call.weight.shape[1:])
        y = np.einsum("ngchwij,gmcij->ngmhw", seen, w)
        y = y.reshape(len(x), len(call.weight), *seen.shape[3:5])
        if call.bias is not None:
            y = y + call.bias.astype(float)[:, None, None]
        return (y if call.input.ndim == 4 else y[0]).astype(call.input.dtype)

    def padded(self) -> Any:
        """The input with its padding, as a batch in float64."""
        x = self.input if self.input.ndim == 4 else self.input[None]
        if self.padding == "same":
            totals = [d * (k - 1) for d, k in zip(pair(self.dilation), self.weight.shape[2:], strict=True)]
            pads = [(total // 2, total - total // 2) for total in totals]
        else:
            pads = [(size, size) for size in pair(0 if self.padding == "valid" else self.padding)]
        return np.pad(x.astype(float), [(0, 0), (0, 0), *pads], mode=MODES[self.padding_mode])


def pair(value: Any) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


FAULTS: dict[str, Adapter] = {}


def classic(function: Callable[[Call], Any]) -> Adapter:
    """An adapter of a function from a call to an answer."""

    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return function(Call(input=input, weight=weight, bias=bias, **attributes))

    name = function.__name__
    FAULTS[name] = Adapter(name=name, version="classic", conv2d=conv2d, capabilities=CLAIMS)
    return FAULTS[name]


@classic
def right(call: Call) -> Any:
    return call.right()


# ---- wrong numbers -----------------------------------------------------------------------------------------------


@classic
def bias_ignored(call: Call) -> Any:
    return call.right(bias=None)


@classic
def stride_swapped(call: Call) -> Any:
    return call.right(stride=call.stride[::-1] if isinstance(call.stride, tuple) else call.stride)


@classic
def padding_swapped(call: Call) -> Any:
    return call.right(padding=call.padding[::-1] if isinstance(call.padding, tuple) else call.padding)


@classic
def kernel_flipped(call: Call) -> Any:
    return call.right(weight=call.weight[..., ::-1, ::-1])


@classic
def groups_ignored(call: Call) -> Any:
    return call.right(input=call.input[..., : call.weight.shape[1], :, :], groups=1)


@classic
def wrong_image_in_a_batch(call: Call) -> Any:
    y = call.right()
    if y.ndim == 4 and len(y) > 1:
        y[-1] = y[0]
    return y


@classic
def random_answers(call: Call) -> Any:
    y = call.right()
    return np.random.default_rng().standard_normal(y.shape).astype(y.dtype)


@classic
def zeros(call: Call) -> Any:
    return 0 * np.nan_to_num(call.right())


@classic
def nan_everywhere(call: Call) -> Any:
    return call.right() * np.nan


@classic
def last_row_lost(call: Call) -> Any:
    y = call.right()
    y[..., -1, :] = 0
    return y


@classic
def float16_wrong(call: Call) -> Any:
    y = call.right()
    return y * 2 if y.dtype == np.float16 else y


@classic
def sometimes_wrong(call: Call) -> Any:
    y = call.right()
    return y + 1 if random.random() < 0.02 else y


@classic
def slow(call: Call) -> Any:
    time.sleep(0.1)
    return call.right()


@classic
def slow_and_wrong(call: Call) -> Any:
    time.sleep(0.1)
    return call.right(bias=None)


# ---- another array than required ---------------------------------------------------------------------------------


@classic
def sizes_off_by_one(call: Call) -> Any:
    return call.right()[..., :-1, :]


@classic
def wrong_dtype(call: Call) -> Any:
    return call.right().astype(np.float64)


@classic
def wrong_shape(call: Call) -> Any:
    return call.right().ravel()


@classic
def layout_transposed(call: Call) -> Any:
    return np.moveaxis(call.right(), -3, -1)


# ---- what is kept, changed or told -------------------------------------------------------------------------------


@classic
def mutates_its_input(call: Call) -> Any:
    y = call.right()
    call.input[...] = 0
    return y


CACHE: dict[Any, Any] = {}


@classic
def stateful_cache(call: Call) -> Any:
    y = call.right()
    return CACHE.setdefault((call.input.shape, call.weight.shape, y.shape, y.dtype), y).copy()


@classic
def result_buffer_reused(call: Call) -> Any:
    y = call.right()
    kept = CACHE.setdefault((y.shape, y.dtype), y)
    kept[...] = y
    return kept


@classic
def prints_a_lot(call: Call) -> Any:
    for stream in (sys.stdout, sys.stderr):
        stream.write("a line of a log that nobody reads\n" * 3000)
    return call.right(bias=None)


@classic
def global_state_changed(call: Call) -> Any:
    np.random.seed(0)
    return call.right()


# ---- no answer ---------------------------------------------------------------------------------------------------


@classic
def raises_always(call: Call) -> Any:
    raise NotImplementedError("conv2d")


@classic
def segfaults_always(call: Call) -> Any:
    os.kill(os.getpid(), signal.SIGSEGV)


@classic
def segfaults_with_groups(call: Call) -> Any:
    if call.groups != 1:
        os.kill(os.getpid(), signal.SIGSEGV)
    return call.right()


@classic
def leaves_always(call: Call) -> Any:
    os._exit(0)


@classic
def hangs_always(call: Call) -> Any:
    time.sleep(10_000)


@classic
def spins_always(call: Call) -> Any:
    while True:
        pass


@classic
def hangs_with_dilation(call: Call) -> Any:
    if call.dilation not in (1, (1, 1)):
        time.sleep(10_000)
    return call.right()


@classic
def hangs_sometimes(call: Call) -> Any:
    if random.random() < 0.005:
        time.sleep(10_000)
    return call.right()


@classic
def memory_hog(call: Call) -> Any:
    hoarded = [np.ones(1 << 24, np.uint8) for _ in range(1 << 10)]
    return call.right() * len(hoarded)


LEAKED: list[Any] = []


@classic
def memory_leak(call: Call) -> Any:
    LEAKED.append(np.ones(1 << 20, np.uint8))
    return call.right()
