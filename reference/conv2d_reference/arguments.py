"""The check of arguments: a call is legal, or an exception says in one sentence what was given and what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from conv2d_reference.integers import IntOrPair, Pair, integer, pair
from conv2d_reference.sizes import output_size, same_padding

Array: TypeAlias = npt.NDArray[Any]

PADDING_STRINGS = ("valid", "same")
PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """The arguments besides the arrays, checked as far as is possible without arrays."""

    stride: Pair
    padding: Pair | str
    dilation: Pair
    groups: int
    padding_mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """A legal call, in numbers. N is None for an unbatched input; pairs are (height, width).

    `pads` are the amounts that `padding` stands for, ((top, bottom), (left, right)).
    """

    N: int | None
    C: int
    H: int
    W: int
    M: int
    KH: int
    KW: int
    OH: int
    OW: int
    stride: Pair
    dilation: Pair
    pads: tuple[Pair, Pair]
    groups: int
    padding_mode: str

    @property
    def output_shape(self) -> tuple[int, ...]:
        return (self.M, self.OH, self.OW) if self.N is None else (self.N, self.M, self.OH, self.OW)


def resolve(
    input_shape: Sequence[int],
    weight_shape: Sequence[int],
    bias_shape: Sequence[int] | None = None,
    *,
    stride: IntOrPair = 1,
    padding: IntOrPair | str = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
    dtypes: Sequence[npt.DTypeLike] | None = None,
) -> Geometry:
    """The geometry of a call with arrays of these shapes; it needs no arrays and makes none.

    input (N, C, H, W) or (C, H, W); weight (M, C//groups, KH, KW); bias (M,) or None. `dtypes` are those of the arrays
    that the call has, in this order. An empty batch, N = 0, is legal, and all rules hold for it too.

    Raises TypeError where a kind of value is wrong (a float for an int, unequal dtypes), else ValueError.
    """
    attributes = resolve_attributes(
        stride=stride, padding=padding, dilation=dilation, groups=groups, padding_mode=padding_mode
    )
    N, C, H, W = _input_axes(input_shape)
    M, channels, KH, KW = _weight_axes(weight_shape)
    _check_groups(C, M, channels, attributes.groups)
    _check_bias(bias_shape, M)
    _check_dtypes(dtypes)

    pads = _pads(attributes, KH, KW)
    for axis, size, amounts in zip("HW", (H, W), pads, strict=True):
        _check_mode_fits(axis, size, amounts, attributes.padding_mode)
    OH, OW = (
        _size_along(axis, size, kernel, attributes.stride[i], pads[i], attributes.dilation[i])
        for i, (axis, size, kernel) in enumerate((("H", H, KH), ("W", W, KW)))
    )
    return Geometry(
        N=N,
        C=C,
        H=H,
        W=W,
        M=M,
        KH=KH,
        KW=KW,
        OH=OH,
        OW=OW,
        stride=attributes.stride,
        dilation=attributes.dilation,
        pads=pads,
        groups=attributes.groups,
        padding_mode=attributes.padding_mode,
    )


def resolve_arrays(
    input: Array,
    weight: Array,
    bias: Array | None,
    *,
    stride: IntOrPair,
    padding: IntOrPair | str,
    dilation: IntOrPair,
    groups: int,
    padding_mode: str,
) -> Geometry:
    """`resolve` for the arrays themselves, which must be NumPy arrays of one dtype."""
    for name, array in (("input", input), ("weight", weight), ("bias", bias)):
        if not isinstance(array, np.ndarray) and not (name == "bias" and array is None):
            allowed = "a NumPy array or None" if name == "bias" else "a NumPy array"
            raise TypeError(f"{name} must be {allowed}, got {type(array).__name__}")
    return resolve(
        input.shape,
        weight.shape,
        None if bias is None else bias.shape,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        padding_mode=padding_mode,
        dtypes=[array.dtype for array in (input, weight, bias) if array is not None],
    )


def resolve_attributes(
    *,
    stride: IntOrPair = 1,
    padding: IntOrPair | str = 0,
    dilation: IntOrPair = 1,
    groups: int = 1,
    padding_mode: str = "zeros",
) -> Attributes:
    """The checks that a layer can make before it sees an input."""
    strides = pair("stride", stride, least=1)
    dilations = pair("dilation", dilation, least=1)
    groups = integer("groups", groups, least=1)
    if not isinstance(padding_mode, str) or padding_mode not in PADDING_MODES:
        raise ValueError(f"padding_mode must be one of {', '.join(map(repr, PADDING_MODES))}, got {padding_mode!r}")

    if not isinstance(padding, str):
        allowed = "an int, a pair of ints (height, width), 'valid' or 'same'"
        amounts: Pair | str = pair("padding", padding, least=0, accepted=allowed)
    elif padding not in PADDING_STRINGS:
        raise ValueError(f"padding must be 'valid' or 'same' where it is a string, got {padding!r}")
    elif padding == "same" and strides != (1, 1):
        raise ValueError(f"padding 'same' needs a stride of 1, got stride {strides}")
    else:
        amounts = padding
    return Attributes(stride=strides, padding=amounts, dilation=dilations, groups=groups, padding_mode=padding_mode)


def _input_axes(shape: Sequence[int]) -> tuple[int | None, int, int, int]:
    if len(shape) not in (3, 4):
        raise ValueError(f"input must have shape (N, C, H, W) or (C, H, W), got {tuple(shape)}")
    N = integer("N of the input", shape[0], least=0) if len(shape) == 4 else None
    C, H, W = (_size(f"{axis} of the input", size) for axis, size in zip("CHW", shape[-3:], strict=True))
    return N, C, H, W


def _weight_axes(shape: Sequence[int]) -> tuple[int, int, int, int]:
    if len(shape) != 4:
        raise ValueError(f"weight must have shape (M, C//groups, KH, KW), got {tuple(shape)}")
    axes = ("M", "C//groups", "KH", "KW")
    M, channels, KH, KW = (_size(f"{axis} of the weight", size) for axis, size in zip(axes, shape, strict=True))
    return M, channels, KH, KW


def _size(name: str, size: int) -> int:
    size = integer(name, size, least=0)
    if size == 0:
        raise ValueError(f"{name} must be at least 1, got 0: a size of zero is outside the definition")
    return size


def _check_groups(C: int, M: int, channels: int, groups: int) -> None:
    for name, count in (("C", C), ("M", M)):
        if count % groups:
            raise ValueError(f"{name} must be divisible by groups, got {name} = {count} and groups = {groups}")
    if channels != C // groups:
        raise ValueError(f"weight must have C//groups = {C}//{groups} = {C // groups} channels, got {channels}")


def _check_bias(shape: Sequence[int] | None, M: int) -> None:
    if shape is not None and tuple(shape) != (M,):
        raise ValueError(f"bias must have shape (M,) = ({M},), got {tuple(shape)}")


def _check_dtypes(dtypes: Sequence[npt.DTypeLike] | None) -> None:
    given = [np.dtype(dtype) for dtype in dtypes or ()]
    if any(dtype != given[0] for dtype in given):
        raise TypeError(f"input, weight and bias must have the same dtype, got {', '.join(map(str, given))}")


def _pads(attributes: Attributes, KH: int, KW: int) -> tuple[Pair, Pair]:
    if attributes.padding == "same":
        dh, dw = attributes.dilation
        return same_padding(KH, dilation=dh), same_padding(KW, dilation=dw)
    if isinstance(attributes.padding, str):
        return (0, 0), (0, 0)
    ph, pw = attributes.padding
    return (ph, ph), (pw, pw)


def _check_mode_fits(axis: str, size: int, amounts: Pair, padding_mode: str) -> None:
    """Require that a reflection stops before the far edge, and that a circular padding wraps around at most once."""
    if padding_mode == "reflect" and max(amounts) >= size:
        raise ValueError(f"padding_mode 'reflect' needs padding < {axis} = {size}, got padding {amounts}")
    if padding_mode == "circular" and max(amounts) > size:
        raise ValueError(f"padding_mode 'circular' needs padding <= {axis} = {size}, got padding {amounts}")


def _size_along(axis: str, size: int, kernel: int, stride: int, amounts: Pair, dilation: int) -> int:
    try:
        return output_size(size, kernel, stride=stride, padding=amounts, dilation=dilation)
    except ValueError as error:
        raise ValueError(f"along {axis}, {error}") from None
