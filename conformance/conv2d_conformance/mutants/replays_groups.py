"""Groups counted by the wrong number, and depthwise paths that are taken too often or ignore an argument."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks


def reading_group(call: Call, group: Array) -> Array:
    """The answer in which output channel m reads the input channels of group[m]."""
    g = call.geometry
    run = g.C // g.groups
    index = np.clip(group, 0, g.groups - 1)[:, None] * run + np.arange(run)
    return call.right(input=np.take(call.input, index.reshape(-1), axis=-3), groups=g.M)


@breaks("groups.side-by-side")
def group_counted_by_input_channels(call: Call) -> Array:
    """a conv2d whose output channel m belongs to group m // (C // groups) instead of m // (M // groups)"""
    g = call.geometry
    return reading_group(call, np.arange(g.M) // (g.C // g.groups))


@breaks("groups.side-by-side")
def group_counted_by_groups(call: Call) -> Array:
    """a conv2d whose output channel m belongs to group m // groups"""
    g = call.geometry
    return reading_group(call, np.arange(g.M) // g.groups)


@breaks("groups.side-by-side")
def groups_taken_for_depthwise(call: Call) -> Array:
    """a conv2d that is depthwise where there is one filter to a group, and so reads its first input channel alone"""
    g = call.geometry
    weight = call.weight.copy()
    if g.groups > 1 and g.groups == g.M:
        weight[:, 1:] = 0
    return call.right(weight=weight)


@breaks("groups.side-by-side")
def weight_runs_on_over_all_channels(call: Call) -> Array:
    """a conv2d whose groups, from the third on, use the filters of the group before"""
    g = call.geometry
    run = g.M // g.groups
    group = np.arange(g.M) // run
    return call.right(weight=call.weight[np.arange(g.M) - run * (group > 1)])


@breaks("groups.every-divisor")
def groups_from_16_on_start_again(call: Call) -> Array:
    """a conv2d whose group g, from 16 on, reads the input channels of group g % 16"""
    g = call.geometry
    return reading_group(call, np.arange(g.M) // (g.M // g.groups) % 16) if g.groups > 16 else call.right()


@breaks("groups.depthwise")
def depthwise_stride_of_the_height(call: Call) -> Array:
    """a conv2d whose depthwise values have the stride of the height on both axes"""
    g = call.geometry
    if g.groups != g.C or g.C == 1 or g.stride[0] >= g.stride[1]:
        return call.right()
    return call.right(stride=(g.stride[0], g.stride[0]))[..., : g.OW]


@breaks("groups.depthwise")
def depthwise_padding_at_the_bottom_of_even_heights(call: Call) -> Array:
    """a depthwise 3 x 3 conv2d with stride 2 whose last row takes its last taps for padding where the height is even"""
    g = call.geometry
    result = call.right()
    if g.groups == g.C > 1 and (g.KH, g.KW) == (3, 3) and g.stride[0] == 2 and g.H % 2 == 0:
        weight = call.weight.copy()
        weight[:, :, 2] = 0
        result[..., -1, :] = call.right(weight=weight)[..., -1, :]
    return result


@breaks("groups.depthwise")
def depthwise_channels_in_fours(call: Call) -> Array:
    """a conv2d that drops the last C % 4 channels of depthwise convolutions beyond the fourth"""
    g = call.geometry
    result = call.right()
    if g.groups == g.C == g.M > 4:
        result[..., g.M - g.M % 4 :, :, :] = 0
    return result


@breaks("groups.multiplier")
def multiplier_above_two_ignored(call: Call) -> Array:
    """a depthwise conv2d whose filters of a channel, from the third on, are its second"""
    g = call.geometry
    multiplier = g.M // g.groups
    if g.groups != g.C or g.C == 1 or multiplier <= 2:
        return call.right()
    m = np.arange(g.M)
    return call.right(weight=call.weight[m - np.maximum(m % multiplier - 1, 0)])


@breaks("bias.per-channel")
def bias_counted_by_input_channels(call: Call) -> Array:
    """a conv2d whose groups find their bias at multiples of C // groups instead of M // groups"""
    g = call.geometry
    if call.bias is None or g.groups == 1:
        return call.right()
    m, run = np.arange(g.M), g.M // g.groups
    return call.right(bias=call.bias[(m // run * (g.C // g.groups) + m % run) % g.M])


@breaks("bias.per-channel")
def bias_of_the_last_group_missing(call: Call) -> Array:
    """a conv2d that adds no bias to the last group where there are more than two"""
    g = call.geometry
    if call.bias is None or g.groups <= 2:
        return call.right()
    bias = call.bias.copy()
    bias[-(g.M // g.groups) :] = 0
    return call.right(bias=bias)
