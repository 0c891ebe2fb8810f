"""Fast paths for common kernels that are taken too often, or that omit something."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks


def is_pointwise(call: Call) -> bool:
    return call.geometry.KH == call.geometry.KW == 1


@breaks("values.every-size", replays="apache/tvm#4276")
def large_kernels_by_their_middle(call: Call) -> Array:
    """a conv2d that uses the middle 3 x 3 taps of kernels of 5 x 5 and 7 x 7 without a stride"""
    g = call.geometry
    if (g.KH, g.KW) not in ((5, 5), (7, 7)) or g.stride != (1, 1):
        return call.right()
    middle = slice(g.KH // 2 - 1, g.KH // 2 + 2)
    weight = np.zeros_like(call.weight)
    weight[..., middle, middle] = call.weight[..., middle, middle]
    return call.right(weight=weight)


@breaks("stride.steps", replays="pytorch/pytorch#54080")
def pointwise_without_a_stride(call: Call) -> Array:
    """a conv2d that takes the first rows and columns instead of every second under strided kernels of 1 x 1"""
    g = call.geometry
    if not is_pointwise(call) or g.stride == (1, 1):
        return call.right()
    return np.ascontiguousarray(call.right(stride=1)[..., : g.OH, : g.OW])


@breaks("padding.zeros-both-sides")
def pointwise_without_padding(call: Call) -> Array:
    """a conv2d that puts padding under kernels of 1 x 1 at the bottom and the right alone"""
    g = call.geometry
    if not is_pointwise(call) or call.padding_mode != "zeros":
        return call.right()
    return call.padded_by_hand(((0, sum(g.pads[0])), (0, sum(g.pads[1]))))


@breaks("values.index-map")
def pointwise_where_the_width_is_one(call: Call) -> Array:
    """a conv2d that takes kernels of one column for 1 x 1"""
    weight = call.weight.copy()
    if call.geometry.KW == 1:
        weight[:, :, 1:] = 0
    return call.right(weight=weight)


@breaks("values.index-map")
def three_columns_where_there_are_three_rows(call: Call) -> Array:
    """a conv2d that takes kernels of three rows for 3 x 3, and so drops columns from the fourth on"""
    weight = call.weight.copy()
    if call.geometry.KH == 3:
        weight[..., 3:] = 0
    return call.right(weight=weight)


@breaks("values.index-map")
def row_kernels_in_one_dimension(call: Call) -> Array:
    """a conv2d that uses the first kernel row alone where the output has a single row"""
    weight = call.weight.copy()
    if call.geometry.OH == 1:
        weight[:, :, 1:] = 0
    return call.right(weight=weight)


@breaks("dilation.spacing", replays="tensorflow/tensorflow#55799")
def unequal_dilation_with_many_filters(call: Call) -> Array:
    """a conv2d that spaces the taps of both axes by the larger dilation where there are 32 filters or more"""
    g = call.geometry
    result = call.right()
    if g.dilation[0] == g.dilation[1] or g.M < 32:
        return result
    d = max(g.dilation)
    more = [(0, (d - own) * (kernel - 1)) for own, kernel in zip(g.dilation, (g.KH, g.KW), strict=True)]
    if g.padding_mode != "zeros":
        return result
    pads = [(before, behind + extra) for (before, behind), (_, extra) in zip(g.pads, more, strict=True)]
    image = np.pad(call.input, [(0, 0)] * (call.input.ndim - 2) + pads)
    return call.right(input=image, padding=0, dilation=d)


@breaks("dilation.spacing")
def dilation_limited_to_four(call: Call) -> Array:
    """a conv2d whose values have a dilation of 4 at most"""
    g = call.geometry
    dilation = (min(g.dilation[0], 4), min(g.dilation[1], 4))
    if dilation == g.dilation or isinstance(call.padding, str):
        return call.right()
    return np.ascontiguousarray(call.right(dilation=dilation)[..., : g.OH, : g.OW])


@breaks("dilation.spacing")
def dilated_three_by_three_as_two(call: Call) -> Array:
    """a conv2d that knows one dilated kernel, 3 x 3 with a dilation of 2, and uses it for a dilation of 3 too"""
    g = call.geometry
    if (g.KH, g.KW) != (3, 3) or g.dilation != (3, 3) or isinstance(call.padding, str):
        return call.right()
    return np.ascontiguousarray(call.right(dilation=2)[..., : g.OH, : g.OW])


@breaks("values.definition")
def strided_dilated_kernels_swap_the_two(call: Call) -> Array:
    """a conv2d that exchanges stride and dilation of a height that has both"""
    g = call.geometry
    (sh, sw), (dh, dw) = g.stride, g.dilation
    rows = g.H + sum(g.pads[0]) - sh * (g.KH - 1)
    if min(sh, dh) == 1 or sh == dh or rows < 1:
        return call.right()
    result = call.right(stride=(dh, sw), dilation=(sh, dw))
    missing = max(0, g.OH - result.shape[-2])
    return np.pad(result, [(0, 0)] * (result.ndim - 2) + [(0, missing), (0, 0)])[..., : g.OH, :]


@breaks("values.no-flip")
def large_kernels_flipped(call: Call) -> Array:
    """a conv2d that convolves truly, mirrored kernel and all, from 7 rows or columns on"""
    g = call.geometry
    return call.right(weight=call.weight[..., ::-1, ::-1] if max(g.KH, g.KW) >= 7 else call.weight)


@breaks("values.no-flip")
def depthwise_kernels_flipped(call: Call) -> Array:
    """a conv2d whose kernels are mirrored in depthwise convolutions"""
    g = call.geometry
    return call.right(weight=call.weight[..., ::-1, ::-1] if g.groups == g.C > 1 else call.weight)


@breaks("values.no-flip")
def strided_kernels_transposed(call: Call) -> Array:
    """a conv2d whose square kernels are transposed where the strides differ"""
    g = call.geometry
    is_transposed = g.KH == g.KW and g.stride[0] != g.stride[1]
    return call.right(weight=np.swapaxes(call.weight, 2, 3) if is_transposed else call.weight)


@breaks("stride.remainder-lost")
def lost_rows_come_back(call: Call) -> Array:
    """a conv2d whose last row of windows is moved to the end of the input where the stride leaves rows over"""
    g = call.geometry
    lost = (g.H + sum(g.pads[0]) - g.dilation[0] * (g.KH - 1) - 1) % g.stride[0]
    result = call.right()
    if lost and g.padding_mode == "zeros":
        (top, bottom), columns = g.pads
        image = np.pad(call.input, [(0, 0)] * (call.input.ndim - 2) + [(top, bottom), columns])
        result[..., -1, :] = call.right(input=image[..., lost:, :], padding=0)[..., -1, :]
    return result


@breaks("output-size.exact-fit")
def single_outputs_without_the_last_row(call: Call) -> Array:
    """a conv2d that has no output row for a kernel as high as the input where there is a stride"""
    g = call.geometry
    result = call.right()
    return result[..., :0, :] if g.OH == 1 and g.stride[0] > 1 and g.KH == g.H else result
