"""Faults on paths that are taken often, but by no case of a fixed table: only drawn cases meet them.

And conversely faults at sizes that are never drawn. Each keeps one check from being superfluous.
"""

from __future__ import annotations

import itertools

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks


def images_from(call: Call, first: int) -> Array:
    """A mask of the images from this one on, which broadcasts to (N, M, OH, OW)."""
    images = call.input.shape[0] if call.input.ndim == 4 else 1
    return (np.arange(images) >= first).reshape(-1, 1, 1, 1)


def mixed(call: Call, wrong: Array, where: Array) -> Array:
    """The right answer, with elements of a wrong one of the same shape in some places."""
    right = call.right()
    batch = (-1, *right.shape[-3:]) if right.size else right.shape
    result: Array = np.where(where, wrong.reshape(batch), right.reshape(batch))
    return result.reshape(right.shape)


# ---- values


@breaks("values.definition")
def strided_groups_lose_their_last_filter(call: Call) -> Array:
    """a conv2d that, with groups and a stride, has no weights in the last filter"""
    g = call.geometry
    weight = call.weight.copy()
    if g.groups > 1 and g.stride != (1, 1):
        weight[-1] = 0
    return call.right(weight=weight)


@breaks("values.definition")
def columns_from_96_on_are_zero(call: Call) -> Array:
    """a conv2d that takes the input's columns from the 97th on for zeros where it has 16 channels or more"""
    if call.geometry.C < 16:
        return call.right()
    image = call.input.copy()
    image[..., 96:] = 0
    return call.right(input=image)


@breaks("values.index-map")
def second_channel_one_column_on(call: Call) -> Array:
    """a conv2d that reads the second of the channels of a sum one column further right"""
    g = call.geometry
    image = call.input.copy()
    if g.C // g.groups > 1:
        image[..., 1, :, :] = np.roll(image[..., 1, :, :], -1, axis=-1)
    return call.right(input=image)


@breaks("values.index-map")
def last_row_of_four_by_seven_dropped(call: Call) -> Array:
    """a conv2d that drops the last row of kernels of 4 x 7 that move on by three rows"""
    g = call.geometry
    weight = call.weight.copy()
    if (g.KH, g.KW, g.stride[0]) == (4, 7, 3):
        weight[..., -1, :] = 0
    return call.right(weight=weight)


@breaks("values.no-flip")
def kernel_flipped_under_several_channels(call: Call) -> Array:
    """a conv2d whose kernel is flipped where a sum has several channels"""
    return call.right(weight=call.weight[..., ::-1, ::-1] if call.weight.shape[1] > 1 else call.weight)


@breaks("values.channels-summed")
def last_channel_of_later_images_left_out(call: Call) -> Array:
    """a conv2d that leaves the last input channel out of all images but the first"""
    image = call.input.copy()
    if image.ndim == 4 and image.shape[1] > 1:
        image[1:, -1] = 0
    return call.right(input=image)


@breaks("values.batch-items-independent")
def images_repeat_under_kernels_of_even_height(call: Call) -> Array:
    """a conv2d that answers every image like the first under kernels of an even number of rows"""
    if call.input.ndim == 4 and call.geometry.KH % 2 == 0:
        return call.right(input=np.repeat(call.input[:1], len(call.input), axis=0))
    return call.right()


@breaks("values.every-size")
def large_patches_lose_a_row(call: Call) -> Array:
    """a conv2d that, where kernels of 8x8 or more do not overlap, leaves out their last row"""
    g = call.geometry
    weight = call.weight.copy()
    if g.KH == g.KW == g.stride[0] == g.stride[1] >= 8:
        weight[..., -1, :] = 0
    return call.right(weight=weight)


@breaks("values.every-size")
def columns_about_128_are_zero(call: Call) -> Array:
    """a conv2d whose last column is zero where it has 127 to 129 of them"""
    result = call.right()
    if 127 <= call.geometry.OW <= 129:
        result[..., -1] = 0
    return result


# ---- batch and bias


@breaks("batch.unbatched")
def unbatched_refused_with_one_channel(call: Call) -> Array:
    """a conv2d that takes an image of one channel without a batch axis for one without a channel axis"""
    if call.input.ndim == 3 and call.geometry.C == 1:
        raise ValueError("the input needs a channel axis")
    return call.right()


@breaks("batch.empty")
def empty_batch_rounds_the_width_up(call: Call) -> Array:
    """a conv2d that, for an empty batch, counts the windows of the width as if the last could be cut short"""
    g = call.geometry
    result = call.right()
    if g.N != 0 or g.stride[1] == 1:
        return result
    return np.zeros((*result.shape[:-1], result.shape[-1] + 1), result.dtype)


@breaks("bias.added")
def bias_dropped_under_kernels_of_even_height(call: Call) -> Array:
    """a conv2d without its bias under kernels of an even number of rows"""
    return call.right(bias=None if call.geometry.KH % 2 == 0 else call.bias)


@breaks("bias.per-channel")
def bias_of_the_first_channel_under_kernels_of_even_width(call: Call) -> Array:
    """a conv2d that adds the bias of the first channel to all under kernels of an even number of columns"""
    shared = call.bias is not None and call.geometry.KW % 2 == 0
    return call.right(bias=np.repeat(call.bias[:1], len(call.bias)) if shared else call.bias)


# ---- groups, stride, dilation, padding


@breaks("groups.depthwise")
def depthwise_kernels_of_two_rows_use_one(call: Call) -> Array:
    """a depthwise conv2d that leaves out the second row of kernels of two rows"""
    g = call.geometry
    weight = call.weight.copy()
    if g.groups == g.C > 1 and g.KH == 2:
        weight[..., 1, :] = 0
    return call.right(weight=weight)


@breaks("stride.steps")
def strided_images_after_the_second_repeat_it(call: Call) -> Array:
    """a conv2d that, with a stride, answers images after the second like the second"""
    if call.input.ndim == 3 or len(call.input) < 3 or call.geometry.stride == (1, 1):
        return call.right()
    image = call.input.copy()
    image[2:] = image[1]
    return call.right(input=image)


@breaks("stride.beyond-kernel")
def skipping_windows_start_late_in_later_images(call: Call) -> Array:
    """a conv2d that, with a stride beyond the kernel, is zero in the images after the second"""
    g = call.geometry
    skips = g.stride[0] > g.KH or g.stride[1] > g.KW
    return mixed(call, np.zeros_like(call.right()), images_from(call, 2) & skips)


@breaks("dilation.spacing")
def rows_two_or_four_apart_read_as_neighbours(call: Call) -> Array:
    """a conv2d that leaves out all rows of the kernel but the first where they are 2 or 4 rows apart"""
    weight = call.weight.copy()
    if call.geometry.dilation[0] in (2, 4):
        weight[..., 1:, :] = 0
    return call.right(weight=weight)


@breaks("padding.beyond-kernel")
def nothing_where_padding_reaches_a_kernel_of_three(call: Call) -> Array:
    """a conv2d that, padded by as much as a kernel of 3 or more rows or columns, is zero"""
    g = call.geometry
    beyond = max(g.KH, g.KW) > 2 and (g.pads[0][0] >= g.KH or g.pads[1][0] >= g.KW)
    return np.zeros_like(call.right()) if beyond else call.right()


# ---- copies in the padding


def padded_by_more_than(call: Call, mode: str, beyond_size: int) -> bool:
    """Whether some axis is padded in this mode by at least its size plus a number of cells."""
    g = call.geometry
    return g.padding_mode == mode and (g.pads[0][0] - g.H >= beyond_size or g.pads[1][0] - g.W >= beyond_size)


@breaks("padding-mode.reflect-up-to-size")
def images_after_the_second_not_reflected_whole(call: Call) -> Array:
    """a conv2d that, where all of the input is reflected, is zero in the images after the second"""
    return mixed(call, np.zeros_like(call.right()), images_from(call, 2) & padded_by_more_than(call, "reflect", -1))


@breaks("padding-mode.reflect-up-to-size")
def row_reflected_beyond_two_refused(call: Call) -> Array:
    """a conv2d that refuses to reflect a single row by more than two columns"""
    g = call.geometry
    if g.padding_mode == "reflect" and g.H == 1 and g.pads[1][0] > 2:
        raise ValueError("padding must be smaller than the input")
    return call.right()


@breaks("padding-mode.replicate-unlimited")
def images_after_the_second_not_replicated_far(call: Call) -> Array:
    """a conv2d that, padded by as much as the input with its edge, is zero in the images after the second"""
    return mixed(call, np.zeros_like(call.right()), images_from(call, 2) & padded_by_more_than(call, "replicate", 0))


@breaks("padding-mode.replicate-unlimited")
def replicated_at_most_six_times(call: Call) -> Array:
    """a conv2d that repeats the edge six times and then has zeros"""
    g = call.geometry
    if g.padding_mode != "replicate" or max(map(max, g.pads)) <= 6:
        return call.right()
    lead = [(0, 0)] * (call.input.ndim - 2)
    near = [(min(a, 6), min(b, 6)) for a, b in g.pads]
    far = [(a - c, b - d) for (a, b), (c, d) in zip(g.pads, near, strict=True)]
    image = np.pad(np.pad(call.input, [*lead, *near], mode="edge"), [*lead, *far])
    return call.right(input=image, padding=0, padding_mode="zeros")


@breaks("padding-mode.circular-up-to-size")
def images_after_the_second_do_not_go_round(call: Call) -> Array:
    """a conv2d that, going round all of the input, is zero in the images after the second"""
    return mixed(call, np.zeros_like(call.right()), images_from(call, 2) & padded_by_more_than(call, "circular", 0))


@breaks("padding-mode.circular-up-to-size")
def going_round_beyond_six_refused(call: Call) -> Array:
    """a conv2d that refuses to go round by more than six elements"""
    if call.padding_mode == "circular" and max(map(max, call.pads)) > 6:
        raise ValueError("padding must be at most 6")
    return call.right()


# ---- memory


@breaks("memory.result-owns-memory")
def strided_result_written_over_the_input(call: Call) -> Array:
    """a conv2d that, with a stride on both axes, writes its result over its input where it fits"""
    result = call.right()
    flat = call.input.reshape(-1)
    if min(call.geometry.stride) == 1 or result.size > flat.size or not np.shares_memory(flat, call.input):
        return result
    if not flat.flags.writeable:
        return result
    written: Array = flat[: result.size].reshape(result.shape)
    written[...] = result
    return written


# ---- not repeatable

_CALLS = itertools.count()


def stirred(result: Array) -> Array:
    """The result, with the first element moved by one bit in every second call."""
    if next(_CALLS) % 2 and result.size:
        result.flat[0] = np.nextafter(result.flat[0], result.dtype.type(1e4))
    return result


@breaks("determinism.repeatable")
def double_precision_as_threads_finish(call: Call) -> Array:
    """a conv2d that adds up float64 numbers in the order in which threads finish"""
    return stirred(call.right()) if call.input.dtype == np.float64 else call.right()


@breaks("determinism.repeatable")
def large_weights_as_threads_finish(call: Call) -> Array:
    """a conv2d that divides weights of 4096 elements or more among threads, and adds their sums as they come"""
    return stirred(call.right()) if call.weight.size >= 4096 else call.right()
