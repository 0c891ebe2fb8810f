"""Arguments that are kept in too few bits, on one axis alone."""

from __future__ import annotations

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks

MOST_OF_8_BITS, MOST_OF_16_BITS = 127, 32767


def first_taps_alone(call: Call) -> Array:
    """The answer where each row of a kernel has its first tap alone."""
    weight = call.weight.copy()
    weight[..., 1:] = 0
    return call.right(weight=weight)


@breaks("stride.beyond-kernel")
def stride_of_columns_in_8_bits(call: Call) -> Array:
    """a conv2d that steps backwards, out of the input, where the stride of columns takes more than 7 bits"""
    result = call.right()
    if call.geometry.stride[1] > MOST_OF_8_BITS:
        result[..., 1:] = 0
    return result


@breaks("stride.beyond-kernel")
def stride_of_rows_in_16_bits(call: Call) -> Array:
    """a conv2d that steps backwards, out of the input, where the stride of rows takes more than 15 bits"""
    result = call.right()
    if call.geometry.stride[0] > MOST_OF_16_BITS:
        result[..., 1:, :] = 0
    return result


@breaks("dilation.spacing")
def dilation_of_columns_in_8_bits(call: Call) -> Array:
    """a conv2d that reads the first tap alone of each row where the dilation of columns takes more than 7 bits"""
    return first_taps_alone(call) if call.geometry.dilation[1] > MOST_OF_8_BITS else call.right()


@breaks("dilation.spacing")
def dilation_of_columns_in_16_bits(call: Call) -> Array:
    """a conv2d that reads the first tap alone of each row where the dilation of columns takes more than 15 bits"""
    return first_taps_alone(call) if call.geometry.dilation[1] > MOST_OF_16_BITS else call.right()


@breaks("padding.beyond-kernel")
def padding_of_columns_in_8_bits(call: Call) -> Array:
    """a conv2d that never reaches the input where the padding of columns takes more than 7 bits"""
    result = call.right()
    if max(call.geometry.pads[1]) > MOST_OF_8_BITS:
        result[...] = 0
    return result
