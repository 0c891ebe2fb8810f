"""Faults in the derivatives of padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from conv2d_conformance.emulation.gradients_call import Derived, Gradients
from conv2d_conformance.mutants import derives_wrong


@derives_wrong("gradients.padding", replays="ml-explore/mlx#833")
def padding_beyond_kernel_refused_in_gradients(d: Derived) -> Gradients:
    """gradients that refuse padding of the extent of the kernel or more"""
    g = d.geometry
    if any(pads[0] > dil * (k - 1) for pads, dil, k in zip(g.pads, g.dilation, (g.KH, g.KW), strict=True)):
        raise ValueError("Padding sizes must be non-negative")
    return d.right()


@derives_wrong("gradients.padding")
def input_begins_in_the_padding(d: Derived) -> Gradients:
    """gradients in which that of the input is cut from the corner of the padded one"""
    gx, gw, gb = d.right()
    g = d.geometry
    if g.padding_mode == "zeros":
        widths = [(0, 0)] * (d.call.input.ndim - 2) + list(g.pads)
        gx = d.right(input=np.pad(d.call.input, widths), padding=0)[0][..., : g.H, : g.W]
    return gx, gw, gb


@derives_wrong("gradients.valid")
def valid_gradients_need_stride_one(d: Derived) -> Gradients:
    """gradients that refuse the padding "valid" with a stride"""
    if d.call.padding == "valid" and d.geometry.stride != (1, 1):
        raise ValueError("valid needs stride 1")
    return d.right()


@derives_wrong("gradients.valid")
def valid_gradients_shifted(d: Derived) -> Gradients:
    """gradients that begin at the second row where "valid" is the padding"""
    gx, gw, gb = d.right()
    return (np.roll(gx, 1, axis=-2) if d.call.padding == "valid" else gx), gw, gb


@derives_wrong("gradients.same")
def same_gradients_with_the_odd_cell_first(d: Derived) -> Gradients:
    """gradients in which the padding "same" has its odd cell at the top and the left"""
    if d.call.padding != "same" or d.call.padding_mode != "zeros":
        return d.right()
    (top, bottom), (left, right) = d.geometry.pads
    widths = [(0, 0)] * (d.call.input.ndim - 2) + [(bottom, top), (right, left)]
    gx, gw, gb = d.right(input=np.pad(d.call.input, widths), padding=0)
    return gx[..., bottom : bottom + d.geometry.H, right : right + d.geometry.W], gw, gb


def zeros_instead(d: Derived, mode: str) -> Gradients:
    """The gradient of the input as if the copies in the padding were constants."""
    gx, gw, gb = d.right()
    if d.call.padding_mode != mode:
        return gx, gw, gb
    padded = np.pad(d.call.input, [(0, 0)] * (d.call.input.ndim - 2) + list(d.geometry.pads))
    whole = d.right(input=padded, padding=0, padding_mode="zeros")[0]
    (top, _), (left, _) = d.geometry.pads
    return whole[..., top : top + d.geometry.H, left : left + d.geometry.W], gw, gb


@derives_wrong("gradients.reflect")
def mirror_images_are_constants(d: Derived) -> Gradients:
    """gradients that stop at the mirror images of an element"""
    return zeros_instead(d, "reflect")


@derives_wrong("gradients.replicate")
def repeated_edges_are_constants(d: Derived) -> Gradients:
    """gradients that stop at the cells that repeat an edge"""
    return zeros_instead(d, "replicate")


@derives_wrong("gradients.circular")
def copies_at_the_other_end_are_constants(d: Derived) -> Gradients:
    """gradients that stop at the copies at the other end"""
    return zeros_instead(d, "circular")


def overwritten(d: Derived, mode: str) -> Gradients:
    """The gradient of the input if that of the last copy replaces the others."""
    gx, gw, gb = d.right()
    if d.call.padding_mode != mode or not gx.size:
        return gx, gw, gb
    g = d.geometry
    padded = np.pad(d.call.input, [(0, 0)] * (d.call.input.ndim - 2) + list(g.pads))
    whole = d.right(input=padded, padding=0, padding_mode="zeros")[0]
    kinds: Any = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode]
    rows, columns = (np.pad(np.arange(size), pads, mode=kinds) for size, pads in zip((g.H, g.W), g.pads, strict=True))
    result = np.zeros_like(gx)
    result[..., rows[:, None], columns] = whole
    return result, gw, gb


@derives_wrong("gradients.reflect")
def mirror_images_overwrite(d: Derived) -> Gradients:
    """gradients in which that of a mirror image replaces that of the element"""
    return overwritten(d, "reflect")


@derives_wrong("gradients.replicate")
def repeated_edges_overwrite(d: Derived) -> Gradients:
    """gradients in which the cells that repeat an edge replace its gradient"""
    return overwritten(d, "replicate")


@derives_wrong("gradients.circular")
def copies_at_the_other_end_overwrite(d: Derived) -> Gradients:
    """gradients in which that of a copy at the other end replaces that of the element"""
    return overwritten(d, "circular")
