"""Faults in the derivatives for strides and dilations beyond 32 bits, and for dilations that both axes have."""

from __future__ import annotations

import numpy as np

from conv2d_conformance.emulation.arguments import in_32_bits
from conv2d_conformance.emulation.gradients_call import Derived, Gradients
from conv2d_conformance.mutants import derives_wrong


@derives_wrong("gradients.stride")
def strides_beyond_32_bits_refused_in_gradients(d: Derived) -> Gradients:
    """gradients that refuse a stride which is 0 or less in 32 bits"""
    if min(in_32_bits(d.geometry.stride)) < 1:
        raise ValueError("stride must be positive")
    return d.right()


@derives_wrong("gradients.stride")
def strides_beyond_32_bits_leave_no_window(d: Derived) -> Gradients:
    """gradients in which that of the weight is zero where a stride does not fit into 32 bits"""
    gx, gw, gb = d.right()
    stride = d.geometry.stride
    return gx, gw if in_32_bits(stride) == stride else np.zeros_like(gw), gb


@derives_wrong("gradients.dilation")
def dilations_beyond_32_bits_refused_in_gradients(d: Derived) -> Gradients:
    """gradients that refuse a dilation which is 0 or less in 32 bits"""
    if min(in_32_bits(d.geometry.dilation)) < 1:
        raise ValueError("dilation must be positive")
    return d.right()


@derives_wrong("gradients.dilation")
def rows_of_taps_shifted_where_both_axes_are_dilated(d: Derived) -> Gradients:
    """gradients in which the rows of the weight's change places where kernel and dilation exceed 1 on both axes"""
    gx, gw, gb = d.right()
    g = d.geometry
    return gx, np.roll(gw, 1, axis=-2) if min(g.KH, g.KW, *g.dilation) > 1 else gw, gb
