"""Layers that are drawn wrongly: other ranges, other laws, numbers that depend on each other, seeds without effect."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
from scipy.special import betaincinv, ndtr, ndtri

from conv2d_conformance.contract.arrays import Array, dtype_of
from conv2d_conformance.emulation.layer import BIAS, LayerArrays, LayerCall
from conv2d_conformance.emulation.torch_stream import torch_layer
from conv2d_conformance.mutants import draws_wrong

# ---- the range ---------------------------------------------------------------------------------------------------


@draws_wrong("initialisation.weight-support")
def he_uniform(asked: LayerCall) -> LayerArrays:
    """a layer of He (Kaiming) uniform weights, with the gain of ReLU"""
    return asked.layer(weight=asked.units() * math.sqrt(6))


@draws_wrong("initialisation.weight-support")
def lecun_uniform(asked: LayerCall) -> LayerArrays:
    """a layer of LeCun uniform weights"""
    return asked.layer(weight=asked.units() * math.sqrt(3))


@draws_wrong("initialisation.weight-support")
def range_one_per_cent_too_wide(asked: LayerCall) -> LayerArrays:
    """a layer whose weights reach 1 % too far"""
    return asked.layer(weight=asked.units() * 1.01)


@draws_wrong("initialisation.weight-support")
def range_one_per_mille_too_wide(asked: LayerCall) -> LayerArrays:
    """a layer whose weights reach 0.1 % too far"""
    return asked.layer(weight=asked.units() * 1.001)


@draws_wrong("initialisation.weight-uniform")
def range_one_per_cent_too_narrow(asked: LayerCall) -> LayerArrays:
    """a layer whose weights reach to 99 % of the bound"""
    return asked.layer(weight=asked.units() * 0.99)


@draws_wrong("initialisation.weight-uniform")
def range_one_per_mille_too_narrow(asked: LayerCall) -> LayerArrays:
    """a layer whose weights reach to 99.9 % of the bound"""
    return asked.layer(weight=asked.units() * 0.999)


@draws_wrong("initialisation.weight-uniform")
def bound_is_a_standard_deviation(asked: LayerCall) -> LayerArrays:
    """a layer whose weights have the range sqrt(k / 3)"""
    return asked.layer(weight=asked.units() / math.sqrt(3))


@draws_wrong("initialisation.fan-in")
def glorot_uniform(asked: LayerCall) -> LayerArrays:
    """a layer of Glorot uniform values"""
    return asked.with_range(math.sqrt(6 / (asked.fan_in + asked.out_channels * asked.area)))


@draws_wrong("initialisation.fan-in")
def fan_out(asked: LayerCall) -> LayerArrays:
    """a layer whose range counts the output channels in place of the input channels"""
    return asked.with_range(1 / math.sqrt(asked.out_channels * asked.area))


@draws_wrong("initialisation.fan-in")
def square_of_the_width(asked: LayerCall) -> LayerArrays:
    """a layer whose range takes the kernel for a square of its width"""
    return asked.with_range(1 / math.sqrt(asked.channels * asked.kernel[1] ** 2))


@draws_wrong("initialisation.fan-in")
def square_of_the_height(asked: LayerCall) -> LayerArrays:
    """a layer whose range takes the kernel for a square of its height"""
    return asked.with_range(1 / math.sqrt(asked.channels * asked.kernel[0] ** 2))


@draws_wrong("initialisation.fan-in")
def kernel_not_counted(asked: LayerCall) -> LayerArrays:
    """a layer whose range counts channels alone"""
    return asked.with_range(1 / math.sqrt(asked.channels))


@draws_wrong("initialisation.fan-in")
def channels_not_counted(asked: LayerCall) -> LayerArrays:
    """a layer whose range counts the kernel alone"""
    return asked.with_range(1 / math.sqrt(asked.area))


@draws_wrong("initialisation.fan-in")
def root_missing(asked: LayerCall) -> LayerArrays:
    """a layer whose range is k, without the square root"""
    return asked.with_range(1 / asked.fan_in)


@draws_wrong("initialisation.fan-in-groups")
def groups_ignored(asked: LayerCall) -> LayerArrays:
    """a layer whose range counts all input channels, whatever the groups"""
    return asked.with_range(1 / math.sqrt(asked.in_channels * asked.area))


@draws_wrong("initialisation.fan-in-groups")
def groups_counted_twice(asked: LayerCall) -> LayerArrays:
    """a layer whose range divides the channels of a group by the groups once more"""
    return asked.with_range(math.sqrt(asked.groups / asked.fan_in))


# ---- the law -----------------------------------------------------------------------------------------------------


@draws_wrong("initialisation.weight-uniform")
def one_sided(asked: LayerCall) -> LayerArrays:
    """a layer whose weights lie between 0 and sqrt(k)"""
    return asked.layer(weight=np.abs(asked.units()))


@draws_wrong("initialisation.weight-support")
def lecun_normal(asked: LayerCall) -> LayerArrays:
    """a layer of LeCun normal weights"""
    return asked.layer(weight=asked.normals())


@draws_wrong("initialisation.weight-support")
def he_normal(asked: LayerCall) -> LayerArrays:
    """a layer of He (Kaiming) normal weights"""
    return asked.layer(weight=asked.normals() * math.sqrt(2))


@draws_wrong("initialisation.weight-support")
def normal_of_the_right_variance(asked: LayerCall) -> LayerArrays:
    """a layer of normal weights with the variance k / 3"""
    return asked.layer(weight=asked.normals() / math.sqrt(3))


@draws_wrong("initialisation.fan-in")
def normal_of_fixed_deviation(asked: LayerCall) -> LayerArrays:
    """a layer of normal weights with the standard deviation 0.02"""
    return asked.layer(weight=asked.normals() * 0.02 / asked.bound)


@draws_wrong("initialisation.weight-support")
def lecun_truncated_normal(asked: LayerCall) -> LayerArrays:
    """a layer of truncated normal weights as JAX draws them by default"""
    return asked.layer(weight=_truncated(asked.units(), 2.0) / 0.87962566103423978)


# The quantile functions of these laws: `scipy.stats`, which has them too, is slow to import.


def _truncated(units: Array, end: float) -> Array:
    """Turn uniform numbers from -1 to 1 into normal ones truncated to -`end` to `end`."""
    quantiles: Array = ndtri(ndtr(-end) + (units + 1) / 2 * (ndtr(end) - ndtr(-end)))
    return quantiles


def _rounded(units: Array) -> Array:
    """Turn uniform numbers from -1 to 1 into numbers of Beta(1.05, 1.05) over the same range."""
    quantiles: Array = 2 * betaincinv(1.05, 1.05, (units + 1) / 2) - 1
    return quantiles


@draws_wrong("initialisation.weight-uniform")
def truncated_normal_narrow(asked: LayerCall) -> LayerArrays:
    """a layer of normal weights with the standard deviation sqrt(k) / 2, truncated to the range"""
    return asked.layer(weight=0.5 * _truncated(asked.units(), 2.0))


@draws_wrong("initialisation.weight-uniform")
def truncated_normal(asked: LayerCall) -> LayerArrays:
    """a layer of normal weights with the standard deviation sqrt(k), truncated to the range"""
    return asked.layer(weight=_truncated(asked.units(), 1.0))


@draws_wrong("initialisation.weight-uniform", effort="standard")
def truncated_normal_wide(asked: LayerCall) -> LayerArrays:
    """a layer of normal weights with the standard deviation 2 sqrt(k), truncated to the range"""
    return asked.layer(weight=2.0 * _truncated(asked.units(), 0.5))


@draws_wrong("initialisation.weight-uniform")
def triangular(asked: LayerCall) -> LayerArrays:
    """a layer whose weights are means of two uniform numbers"""
    return asked.layer(weight=(asked.units() + replace(asked, seed=asked.seed ^ 1).units()) / 2)


@draws_wrong("initialisation.weight-uniform", effort="standard")
def slightly_rounded(asked: LayerCall) -> LayerArrays:
    """a layer whose weights follow Beta(1.05, 1.05) over the range"""
    return asked.layer(weight=_rounded(asked.units()))


@draws_wrong("initialisation.weight-uniform")
def tail_of_zeros(asked: LayerCall) -> LayerArrays:
    """a layer whose last weights were left zero"""
    weight = asked.units()
    weight.reshape(-1)[weight.size * 63 // 64 :] = 0
    return asked.layer(weight=weight)


@draws_wrong("initialisation.weight-uniform")
def last_filter_of_half_the_range(asked: LayerCall) -> LayerArrays:
    """a layer whose last filter has half the range"""
    weight = asked.units()
    weight[-1] *= 0.5
    return asked.layer(weight=weight)


@draws_wrong("initialisation.bias-uniform")
def bias_of_zeros(asked: LayerCall) -> LayerArrays:
    """a layer whose bias is zero"""
    return asked.layer(bias=np.zeros(asked.out_channels))


@draws_wrong("initialisation.bias-uniform")
def bias_constant(asked: LayerCall) -> LayerArrays:
    """a layer whose bias is sqrt(k) / 2 everywhere"""
    return asked.layer(bias=np.full(asked.out_channels, 0.5))


@draws_wrong("initialisation.bias-uniform")
def bias_with_the_range_of_fan_out(asked: LayerCall) -> LayerArrays:
    """a layer whose bias has the range 1 / sqrt(fan_out)"""
    return asked.layer(bias=asked.units(BIAS) / math.sqrt(asked.out_channels * asked.area) / asked.bound)


@draws_wrong("initialisation.bias-uniform", effort="standard")
def bias_slightly_rounded(asked: LayerCall) -> LayerArrays:
    """a layer whose bias follows Beta(1.05, 1.05) over the range"""
    return asked.layer(bias=_rounded(asked.units(BIAS)))


@draws_wrong("initialisation.bias-support")
def bias_not_scaled(asked: LayerCall) -> LayerArrays:
    """a layer whose bias lies between -1 and 1"""
    return asked.layer(bias=asked.units(BIAS) / asked.bound)


# ---- dependence --------------------------------------------------------------------------------------------------


@draws_wrong("initialisation.elements-independent")
def eight_bits(asked: LayerCall) -> LayerArrays:
    """a layer whose weights are made of 8 random bits"""
    return asked.layer(weight=asked.units(bits=8))


@draws_wrong("initialisation.elements-independent")
def sixteen_bits(asked: LayerCall) -> LayerArrays:
    """a layer whose weights are made of 16 random bits"""
    return asked.layer(weight=asked.units(bits=16))


@draws_wrong("initialisation.elements-independent")
def same_filter_for_every_output(asked: LayerCall) -> LayerArrays:
    """a layer that repeats one filter for every output channel"""
    return asked.layer(weight=np.broadcast_to(asked.units()[:1], asked.shape))


@draws_wrong("initialisation.elements-independent")
def halves_equal(asked: LayerCall) -> LayerArrays:
    """a layer whose second half of the filters repeats the first"""
    weight = asked.units()
    half = len(weight) // 2
    weight[half : 2 * half] = weight[:half]
    return asked.layer(weight=weight)


@draws_wrong("initialisation.elements-independent")
def halves_opposite(asked: LayerCall) -> LayerArrays:
    """a layer whose second half of the filters is the first with its signs changed"""
    weight = asked.units()
    half = len(weight) // 2
    weight[half : 2 * half] = -weight[:half]
    return asked.layer(weight=weight)


@draws_wrong("initialisation.elements-independent", effort="standard")
def neighbours_correlated(asked: LayerCall) -> LayerArrays:
    """a layer in which 3 % of the weights repeat their predecessor but for their last bits"""
    flat = asked.units().reshape(-1)
    repeats = np.flatnonzero(np.abs(replace(asked, seed=asked.seed ^ 1).units().reshape(-1)[1:]) < 0.03) + 1
    flat[repeats] = np.clip(flat[repeats - 1] + 1e-3 * flat[repeats], -1, 1)
    return asked.layer(weight=flat.reshape(asked.shape))


@draws_wrong("initialisation.elements-independent")
def magnitude_follows_the_predecessor(asked: LayerCall) -> LayerArrays:
    """a layer in which every second weight has nearly the magnitude of the one before"""
    flat = asked.units().reshape(-1)
    odd = flat[1::2]
    odd[:] = np.clip(np.copysign(np.abs(flat[: 2 * len(odd) : 2]) + 1e-3 * odd, odd), -1, 1)
    return asked.layer(weight=flat.reshape(asked.shape))


@draws_wrong("initialisation.bias-independent")
def bias_copied_from_the_weight(asked: LayerCall) -> LayerArrays:
    """a layer whose bias is the first weight of each filter"""
    return asked.layer(bias=asked.units()[:, 0, 0, 0])


@draws_wrong("initialisation.bias-independent")
def generator_started_again_for_the_bias(asked: LayerCall) -> LayerArrays:
    """a layer whose bias is drawn from the same random numbers as the weight"""
    return asked.layer(bias=asked.units().reshape(-1)[: asked.out_channels])


@draws_wrong("initialisation.bias-independent")
def bias_opposes_its_filter(asked: LayerCall) -> LayerArrays:
    """a layer whose bias has the sign that balances the mean of its filter"""
    means = asked.units().reshape(asked.out_channels, -1).mean(axis=1)
    return asked.layer(bias=-np.copysign(asked.units(BIAS), means))


# ---- the seed ----------------------------------------------------------------------------------------------------

_calls = itertools.count()


@draws_wrong("initialisation.same-seed")
def seed_of_the_clock(asked: LayerCall) -> LayerArrays:
    """a layer that is another at every call, whatever the seed"""
    return replace(asked, seed=next(_calls)).layer()


@draws_wrong("initialisation.different-seeds")
def seed_ignored(asked: LayerCall) -> LayerArrays:
    """a layer that is the same for every seed"""
    return replace(asked, seed=0).layer()


@draws_wrong("initialisation.different-seeds")
def seed_of_sixteen_bits(asked: LayerCall) -> LayerArrays:
    """a layer that depends on the last 16 bits of the seed alone"""
    return replace(asked, seed=asked.seed % 2**16).layer()


@draws_wrong("initialisation.different-seeds")
def last_bit_of_the_seed_lost(asked: LayerCall) -> LayerArrays:
    """a layer that is the same for a seed and the next"""
    return replace(asked, seed=asked.seed // 2).layer()


@draws_wrong("initialisation.different-seeds")
def seed_is_an_offset(asked: LayerCall) -> LayerArrays:
    """a layer whose random numbers start one later for the next seed"""
    stream = np.random.Philox(key=0).advance(asked.seed // 4)
    raw = stream.random_raw(math.prod(asked.shape) + 4)[asked.seed % 4 :][: math.prod(asked.shape)]
    return asked.layer(weight=((raw >> np.uint64(11)) * 2.0**-52 - 1).reshape(asked.shape))


@draws_wrong("initialisation.seed-range")
def seed_is_signed(asked: LayerCall) -> LayerArrays:
    """a layer that refuses seeds of 2^31 and more"""
    if asked.seed >= 2**31:
        raise OverflowError("Python int too large to convert to C int")
    return asked.layer()


# ---- the form ----------------------------------------------------------------------------------------------------


@draws_wrong("initialisation.weight-shape")
def channels_swapped(asked: LayerCall) -> LayerArrays:
    """a layer whose weight has the input channels first"""
    weight, bias = asked.layer()
    return weight.swapaxes(0, 1), bias


@draws_wrong("initialisation.weight-shape")
def weight_of_all_channels(asked: LayerCall) -> LayerArrays:
    """a layer whose filters have all input channels, whatever the groups"""
    return replace(asked, groups=1).layer()


@draws_wrong("initialisation.weight-shape")
def channels_last(asked: LayerCall) -> LayerArrays:
    """a layer whose weight has the channels last"""
    weight, bias = asked.layer()
    return weight.transpose(2, 3, 1, 0), bias


@draws_wrong("initialisation.bias-shape")
def bias_ready_to_be_added(asked: LayerCall) -> LayerArrays:
    """a layer whose bias has the shape (1, M, 1, 1)"""
    weight, bias = asked.layer()
    return weight, bias if bias is None else bias.reshape(1, -1, 1, 1)


@draws_wrong("initialisation.no-bias")
def bias_of_zeros_where_none_is_asked(asked: LayerCall) -> LayerArrays:
    """a layer that has a bias of zeros where none is asked for"""
    weight, bias = asked.layer()
    return weight, np.zeros(asked.out_channels, weight.dtype) if bias is None else bias


@draws_wrong("initialisation.dtype")
def always_float32(asked: LayerCall) -> LayerArrays:
    """a layer that is always float32"""
    return replace(asked, dtype="float32").layer()


@draws_wrong("initialisation.dtype")
def bias_always_float32(asked: LayerCall) -> LayerArrays:
    """a layer whose bias is always float32"""
    weight, bias = asked.layer()
    return weight, bias if bias is None else bias.astype(np.float32)


@draws_wrong("initialisation.kernel-pair-order")
def kernel_axes_swapped(asked: LayerCall) -> LayerArrays:
    """a layer that takes the kernel size for (width, height)"""
    return replace(asked, kernel_size=asked.kernel[::-1]).layer()


@draws_wrong("initialisation.kernel-scalar")
def scalar_kernel_is_a_row(asked: LayerCall) -> LayerArrays:
    """a layer that takes a single integer for the width of a kernel of one row"""
    return (
        replace(asked, kernel_size=(1, asked.kernel_size)).layer()
        if isinstance(asked.kernel_size, int)
        else asked.layer()
    )


@draws_wrong("initialisation.defaults")
def no_bias_by_default(asked: LayerCall) -> LayerArrays:
    """a layer that has no bias unless one is asked for"""
    return replace(asked, bias=asked.bias and "bias" in asked.given).layer()


@draws_wrong("initialisation.defaults")
def two_groups_by_default(asked: LayerCall) -> LayerArrays:
    """a layer that has two groups where nothing is said and the channels allow it"""
    even = asked.in_channels % 2 == asked.out_channels % 2 == 0
    return replace(asked, groups=asked.groups if "groups" in asked.given or not even else 2).layer()


# ---- memory ------------------------------------------------------------------------------------------------------

_buffers: dict[tuple[str, int], Array] = {}


@draws_wrong("initialisation.results-independent")
def bias_is_a_part_of_the_weight(asked: LayerCall) -> LayerArrays:
    """a layer whose bias is a view of memory that the weight uses too"""
    weight, bias = asked.layer()
    if bias is None:
        return weight, None
    size = math.prod(asked.shape)
    together = np.concatenate([weight.reshape(-1), bias])
    start = max(0, size - 1)
    return together[:size].reshape(asked.shape), together[start : start + asked.out_channels]


@draws_wrong("initialisation.results-independent")
def one_buffer_for_all_layers(asked: LayerCall) -> LayerArrays:
    """a layer that is drawn into the memory of the one before"""
    weight, bias = asked.layer()
    buffer = _buffers.setdefault((asked.dtype, weight.size), np.empty(weight.size, dtype_of(asked.dtype)))
    buffer[:] = weight.reshape(-1)
    return buffer.reshape(asked.shape), bias


# ---- PyTorch's stream --------------------------------------------------------------------------------------------


@draws_wrong("initialisation.torch-seed-stream", torch_seed_stream=True)
def another_generator(asked: LayerCall) -> LayerArrays:
    """a layer that is right, and drawn from another generator than PyTorch's"""
    return asked.layer()


@draws_wrong("initialisation.torch-seed-stream", torch_seed_stream=True)
def stream_of_the_next_seed(asked: LayerCall) -> LayerArrays:
    """a layer with PyTorch's stream for the seed that follows"""
    return torch_layer(asked, asked.seed + 1)


@draws_wrong("initialisation.torch-seed-stream", torch_seed_stream=True)
def multiply_and_add_rounded_apart(asked: LayerCall) -> LayerArrays:
    """a layer with PyTorch's stream, its product and sum rounded one after the other"""
    return torch_layer(asked, asked.seed, fused=False)
