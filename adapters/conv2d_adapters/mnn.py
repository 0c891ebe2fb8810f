"""MNN's `expr.conv2d` on the CPU.

Options: `read` (array: the result is that of `Var.read`, which shows memory that MNN uses again; tuple: it is made of
the numbers of `Var.read_as_tuple`, which are copies) and `threads` (1), which is set for the whole process.

Pairs are (width, height), and the bias is not optional. Variables of MNN copy the arrays. It computes with channels in
fours (NC4HW4), so that input and output are converted. Nothing is kept.
"""

from typing import Any

import MNN
import numpy as np
from MNN import expr

from conv2d_adapters.options.reading import number_of, one_of
from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.adapter import VIEWS

Array = np.ndarray[Any, Any]
MODES = {"valid": expr.Padding_Mode.VALID, "same": expr.Padding_Mode.SAME}
DTYPES = {expr.float: np.float32, expr.double: np.float64, expr.int: np.int32}


def variable(array: Array) -> Any:
    return expr.const(array, array.shape, expr.NCHW)


def computed(input: Array, weight: Array, bias: Array, **call: Any) -> Any:
    names = {"stride": "stride", "dilation": "dilate"}
    given = {names[name]: pair[::-1] for name, pair in call.items() if name in names}
    padding = call.get("padding")
    if isinstance(padding, str):
        given["padding_mode"] = MODES[padding]
    elif padding is not None:
        given |= {"padding": padding[::-1], "padding_mode": expr.Padding_Mode.CAFFE}
    given |= {"group": call["groups"]} if "groups" in call else {}
    x = expr.convert(variable(input), expr.NC4HW4)
    return expr.convert(expr.conv2d(x, variable(weight), variable(bias), **given), expr.NCHW)


def as_array(result: Any) -> Array:
    return np.array(result.read_as_tuple(), DTYPES[result.dtype]).reshape(result.shape)


def configure(read: str = "array", threads: str = "1") -> Adapter:
    is_array = one_of(("array", "tuple"), read=read) == "array"
    expr.set_thread_number(number_of(threads=threads))

    def conv2d(input: Array, weight: Array, bias: Array, **call: Any) -> Any:
        result = computed(input, weight, bias, **call)
        return result.read() if is_array else as_array(result)

    return Adapter(
        name="mnn",
        version=MNN.version(),
        description="MNN.expr.conv2d on the CPU",
        conv2d=conv2d,
        configure=configure,
        capabilities=Capabilities(
            dtypes={"float32"},
            padding={"explicit", "valid", "same"},
            arguments={"pair", "defaults"},
            limits=("bias == given",),
            views=frozenset(VIEWS),  # a variable takes every array
            deterministic=True,
        ),
    )


adapter = configure()
