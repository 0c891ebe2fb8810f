"""Published faults of a single path: beside a fast path, in one dtype, at one number of channels, in one row."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.call_kinds import dtype, is_depthwise, kernel
from conv2d_conformance.mutants import breaks


def _without(call: Call, channels: slice) -> Array:
    """The answer without these channels of a group."""
    weight = call.weight.copy()
    weight[:, channels] = 0
    return call.right(weight=weight)


def _is_one_row(call: Call) -> bool:
    g = call.geometry
    return bool(g.H == g.KH == 1 and g.KW > 1 and g.groups == 1)


@breaks("values.every-size", replays="PaddlePaddle/Paddle-Lite#2775")
def padding_by_the_columns_alone(call: Call) -> Array:
    """a conv2d that puts 2 rows above a depthwise 5 x 5 with a stride of 2 wherever it puts 2 columns beside it"""
    g = call.geometry
    (top, bottom), (left, right) = g.pads
    if not is_depthwise(call) or kernel(call) != (5, 5) or g.stride[1] != 2 or left != 2 or top == 2:
        return call.right()
    moved = call.padded_by_hand(((2, top + bottom), (left, right)))
    return np.ascontiguousarray(moved[..., : g.OH, :])


@breaks("values.every-size", replays="iree-org/iree#20473")
def filters_transposed_where_sizes_coincide(call: Call) -> Array:
    """a conv2d of one row that takes inputs for outputs where there are as many of both as taps"""
    g = call.geometry
    if not _is_one_row(call) or not g.C == g.M == g.KW:
        return call.right()
    return call.right(weight=np.ascontiguousarray(call.weight.swapaxes(0, 1)))


@breaks("values.channels-summed", replays="tracel-ai/cubek#519")
def ninety_six_channels_in_float16(call: Call) -> Array:
    """a conv2d that loses the last third of 96 channels under 1 x 1 in float16, over 64 pixels and more"""
    g = call.geometry
    is_met = dtype(call) == "float16" and kernel(call) == (1, 1) and g.groups == 1 and g.C == 96
    return _without(call, slice(64, None)) if is_met and g.H * g.W >= 64 else call.right()


@breaks("values.definition", replays="pytorch/pytorch#163347")
def first_of_four_products(call: Call) -> Array:
    """a conv2d that takes the first product alone of a 2 x 2 on an image of 2 x 2 in bfloat16"""
    g = call.geometry
    weight = call.weight.copy()
    if dtype(call) == "bfloat16" and g.C == g.M == 1 and kernel(call) == (g.H, g.W) == (2, 2) and g.pads[0] == (0, 0):
        weight.reshape(-1)[1:] = 0
    return call.right(weight=weight)


@breaks("numerics.bound", replays="uxlfoundation/oneDNN#5106")
def one_channel_summed_in_float16(call: Call) -> Array:
    """a conv2d that sums a 3 x 3 over one channel in float16 itself"""
    g = call.geometry
    if dtype(call) != "float16" or kernel(call) != (3, 3) or g.C > 1 or g.stride != (1, 1):
        return call.right()
    total: Array = np.zeros(g.output_shape, np.float16)
    for row in range(3):
        for column in range(3):
            weight = np.zeros_like(call.weight)
            weight[..., row, column] = call.weight[..., row, column]
            total = total + call.right(weight=weight, bias=None)
    return total if call.bias is None else total + call.bias.reshape(-1, 1, 1)


@breaks("values.every-size", replays="tenstorrent/tt-metal#37716")
def rows_cut_into_shards(call: Call) -> Array:
    """a conv2d of one row of 32 and more that sees nothing past the next 16 under a dilated and padded kernel"""
    g = call.geometry
    if not _is_one_row(call) or g.W < 32 or g.dilation[1] == 1 or sum(g.pads[1]) == 0:
        return call.right()
    answer = call.right()
    for start in range(0, g.W, 16):
        shard = np.zeros_like(call.input)
        shard[..., start : start + 16] = call.input[..., start : start + 16]
        first, last = (-(-at // g.stride[1]) for at in (start + g.pads[1][0], start + 16 + g.pads[1][0]))
        answer[..., first:last] = call.right(input=shard)[..., first:last]
    return answer


@breaks("values.every-size", replays="ggml-org/ggml#1532")
def products_past_1024_in_one_row(call: Call) -> Array:
    """a conv2d of one row that leaves out the channels whose taps come after the first 1024"""
    g = call.geometry
    return _without(call, slice(1024 // g.KW, None)) if _is_one_row(call) else call.right()
