"""A module of `stablehlo.convolution`, for the shapes of one call.

It has no bias, which is added by `stablehlo.add`. StableHLO has the type of the result written down, and the compiler
refuses one that does not follow from the call. It refuses sizes that are left open, too.
"""

from typing import Any

from conv2d_adapters.iree_modules.mlir import ELEMENTS, function


def tensor(shape: Any, dtype: Any) -> str:
    return f"tensor<{'x'.join(map(str, shape))}x{ELEMENTS[dtype.name]}>"


def module(input: Any, weight: Any, bias: Any, *, stride: Any, padding: Any, dilation: Any, groups: int) -> str:
    """The text of the module for arrays of these shapes and this dtype."""
    axes = zip(input.shape[2:], weight.shape[2:], stride, padding, dilation, strict=True)
    sizes = [(size + 2 * pad - step * (taps - 1) - 1) // move + 1 for size, taps, move, pad, step in axes]
    output = tensor((len(input), len(weight), *sizes), input.dtype)
    types = [tensor(array.shape, array.dtype) for array in (input, weight, bias) if array is not None]
    pads = ", ".join(f"[{amount}, {amount}]" for amount in padding)
    window = f"stride = {[*stride]}, pad = [{pads}], rhs_dilate = {[*dilation]}"
    counts = f"batch_group_count = 1 : i64, feature_group_count = {groups} : i64"
    lines = [
        "%y = stablehlo.convolution(%p0, %p1) dim_numbers = [b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1], "
        f"window = {{{window}}} {{{counts}}} : ({types[0]}, {types[1]}) -> {output}",
        *(f"%b = stablehlo.broadcast_in_dim %p2, dims = [1] : ({kind}) -> {output}" for kind in types[2:]),
        *(f"%z = stablehlo.add %y, %b : {output}" for _ in types[2:]),
        f"return {'%z' if types[2:] else '%y'} : {output}",
    ]
    return function(types, output, lines)
