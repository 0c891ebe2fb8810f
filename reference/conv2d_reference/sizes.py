"""The sizes of the output and of the parameters, and the amount of padding that "same" stands for."""

from __future__ import annotations

from typing import TypeAlias

from conv2d_reference.integers import IntOrPair, Pair, integer, pair

WeightShape: TypeAlias = tuple[int, int, int, int]
BiasShape: TypeAlias = tuple[int]


def output_size(size: int, kernel: int, *, stride: int = 1, padding: int | Pair = 0, dilation: int = 1) -> int:
    """The size of the output along one axis.

    From the document: "floor((size + 2 x padding - dilation x (kernel - 1) - 1) / stride + 1)".

    `padding` is the same amount on both sides, or a pair (before, after). Raises ValueError where the dilated kernel
    does not fit into the padded input: there is no output of size 0 or less.
    """
    size = integer("size", size, least=1)
    kernel = integer("kernel", kernel, least=1)
    stride = integer("stride", stride, least=1)
    before, after = pair("padding", padding, least=0, accepted="an int or a pair of ints (before, after)")
    dilation = integer("dilation", dilation, least=1)

    padded, extent = size + before + after, dilation * (kernel - 1) + 1
    if padded < extent:
        raise ValueError(f"the padded input must be at least as large as the dilated kernel, got {padded} < {extent}")
    # `//` rounds towards minus infinity. A truncating division would accept a kernel that is one too large.
    return (padded - extent) // stride + 1


def same_padding(kernel: int, *, dilation: int = 1) -> Pair:
    """The amounts (before, after) along one axis for which a stride of 1 gives an output as large as the input.

    The document names the string "same" without saying where an odd amount goes: the extra cell is at the end.
    """
    kernel = integer("kernel", kernel, least=1)
    dilation = integer("dilation", dilation, least=1)

    total = dilation * (kernel - 1)
    return total // 2, total - total // 2


def parameter_shapes(
    in_channels: int, out_channels: int, kernel_size: IntOrPair, *, groups: int = 1, bias: bool = True
) -> tuple[WeightShape, BiasShape | None]:
    """The shapes of weight, (M, C//groups, KH, KW), and of bias, (M,), or None for a layer without bias.

    From the document: "in_channels and out_channels must both be divisible by groups", else ValueError.
    """
    C = integer("in_channels", in_channels, least=1)
    M = integer("out_channels", out_channels, least=1)
    KH, KW = pair("kernel_size", kernel_size, least=1)
    groups = integer("groups", groups, least=1)
    if not isinstance(bias, bool):
        raise TypeError(f"bias must be a bool, got {bias!r}")
    if C % groups:
        raise ValueError(f"in_channels must be divisible by groups, got {C} channels and {groups} groups")
    if M % groups:
        raise ValueError(f"out_channels must be divisible by groups, got {M} channels and {groups} groups")

    return (M, C // groups, KH, KW), (M,) if bias else None
