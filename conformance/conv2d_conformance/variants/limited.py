"""Kernels for some calls alone: within their limits they are right, and beyond them they refuse."""

from __future__ import annotations

from collections.abc import Callable

from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation import orders
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.terms import summed
from conv2d_conformance.variants.orders import STRICT
from conv2d_conformance.variants.variant import variant
from conv2d_reference.arguments import Geometry


def _within(call: Call, is_within: Callable[[Geometry], bool]) -> Array:
    """The right answer, or ValueError beyond what the kernel was written for: the limits in words of its own."""
    if not is_within(call.geometry):
        raise ValueError("this kernel was not written for such a call")
    return summed(call, orders.sequential)


@variant(grades=STRICT, limits=("KH == 3 and KW == 3", "groups == 1"))
def three_by_three(call: Call) -> Array:
    """A kernel of 3 x 3 without groups, as for Winograd."""
    return _within(call, lambda g: (g.KH, g.KW, g.groups) == (3, 3, 1))


@variant(grades=STRICT, limits=("C % 8 == 0", "SH == SW", "DH == DW"))
def channels_in_eights(call: Call) -> Array:
    """Channels in eights, as vector registers hold them, and one stride and one dilation for both axes."""
    return _within(call, lambda g: not g.C % 8 and g.stride[0] == g.stride[1] and g.dilation[0] == g.dilation[1])


@variant(grades=STRICT, limits=("N == 1", "KH % 2 == 1 and KW % 2 == 1"))
def one_image(call: Call) -> Array:
    """One image at a time, and odd kernels, which have a middle."""
    return _within(call, lambda g: g.N in (1, None) and bool(g.KH & g.KW & 1))


@variant(grades=STRICT, limits=("H <= 16 and W <= 16", "padding != same", "groups == 1 or groups == C"))
def small_images(call: Call) -> Array:
    """Small images, which fit into a cache; groups are all channels or each, and nothing is padded by a word."""
    return _within(call, lambda g: max(g.H, g.W) <= 16 and g.groups in (1, g.C) and call.padding != "same")


VARIANTS: tuple[Adapter, ...] = (three_by_three, channels_in_eights, one_image, small_images)
