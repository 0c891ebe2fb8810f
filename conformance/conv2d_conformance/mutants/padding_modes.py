"""Faults in padding with copies of the input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.mutants import breaks

Sides = tuple[int, int]


def padded(call: Call, mode: str, pads: tuple[Sides, Sides] | None = None) -> Array:
    """The input padded with copies by NumPy's mode of this name, however many are needed."""
    lead = [(0, 0)] * (call.input.ndim - 2)
    result: Array = np.pad(call.input, [*lead, *(pads or call.pads)], mode=mode)  # type: ignore[call-overload]  # one of NumPy's
    return result


def of_padded(call: Call, image: Array) -> Array:
    """The answer for an input that already has its padding."""
    return call.right(input=image, padding=0, padding_mode="zeros")


def is_padded(call: Call, mode: str) -> bool:
    return call.padding_mode == mode and any(sum(sides) for sides in call.geometry.pads)


def is_explicit(call: Call) -> bool:
    return not isinstance(call.padding, str)


def with_clean_copies(call: Call, mode: str, numpy_mode: str) -> Array:
    """The answer if NaN and infinity become 0 in the padding, and stay in the input itself."""
    if call.padding_mode != mode or np.isfinite(call.input).all():
        return call.right()
    (top, bottom), (left, right) = call.pads
    image = padded(call, numpy_mode)
    inside = np.zeros(image.shape, dtype=bool)
    inside[..., top : image.shape[-2] - bottom, left : image.shape[-1] - right] = True
    return of_padded(call, np.where(inside | np.isfinite(image), image, 0).astype(image.dtype))


def asked_pads(call: Call) -> tuple[Sides, Sides]:
    """The requested pads of a call that is legal, except perhaps for their size."""
    mode_apart = replace(call, padding_mode="zeros")
    try:
        return mode_apart.pads
    except (TypeError, ValueError):
        return ((0, 0), (0, 0))


def beyond_the_limit(call: Call, mode: str, numpy_mode: str) -> Array:
    """The right answer to a legal call; by NumPy's mode, that to a call whose padding is too large."""
    try:
        return call.right()
    except ValueError:
        if call.padding_mode != mode:
            raise
        return of_padded(call, padded(call, numpy_mode, asked_pads(call)))


# ---- all three


@breaks("padding.valid")
def valid_as_same_in_other_modes(call: Call) -> Array:
    """a conv2d that, in other modes than "zeros", takes "valid" for "same" where it can"""
    if call.padding == "valid" and call.padding_mode != "zeros" and call.geometry.stride == (1, 1):
        return call.right(padding="same")
    return call.right()


# ---- reflect


@breaks("padding-mode.reflect")
def reflect_repeats_the_edge(call: Call) -> Array:
    """a conv2d that repeats the edge in the mode "reflect", as NumPy's "symmetric" does"""
    return of_padded(call, padded(call, "symmetric")) if call.padding_mode == "reflect" else call.right()


@breaks("padding-mode.reflect", replays="QUVA-Lab/e2cnn#21")
def modes_executed_as_zeros(call: Call) -> Array:
    """a conv2d that pads with zeros in every mode"""
    return call.right() if call.padding_mode == "zeros" else call.right(padding_mode="zeros")


@breaks("padding-mode.reflect")
def reflect_amounts_swapped(call: Call) -> Array:
    """a conv2d that reflects by the padding of the width at the height, and the other way round"""
    if call.padding_mode == "reflect" and isinstance(call.padding, tuple):
        return of_padded(call, padded(call, "reflect", call.pads[::-1]))
    return call.right()


@breaks("padding-mode.reflect")
def reflect_leaves_the_corners(call: Call) -> Array:
    """a conv2d that reflects rows and columns, and leaves zeros in the corners of the padding"""
    if not is_padded(call, "reflect"):
        return call.right()
    (top, bottom), (left, right) = call.pads
    image = padded(call, "reflect")
    for rows in (slice(None, top), slice(image.shape[-2] - bottom, None)):
        for columns in (slice(None, left), slice(image.shape[-1] - right, None)):
            image[..., rows, columns] = 0
    return of_padded(call, image)


@breaks("padding-mode.reflect-up-to-size")
def reflect_limited_to_size_minus_two(call: Call) -> Array:
    """a conv2d that refuses to reflect the whole input"""
    g = call.geometry
    if g.padding_mode == "reflect" and (max(g.pads[0]) > max(g.H - 2, 0) or max(g.pads[1]) > max(g.W - 2, 0)):
        raise ValueError("too much padding to be reflected")
    return call.right()


@breaks("padding-mode.reflect-up-to-size")
def reflect_stops_before_the_last_pixel(call: Call) -> Array:
    """a conv2d that never comes as far as the last row or column when it reflects at the first"""
    if not is_padded(call, "reflect"):
        return call.right()
    g = call.geometry
    rows, columns = (_stopping_early(size, sides) for size, sides in zip((g.H, g.W), g.pads, strict=True))
    return of_padded(call, call.input[..., rows[:, None], columns])


def _stopping_early(size: int, sides: Sides) -> Array:
    places = np.pad(np.arange(size), sides, mode="reflect")
    places[: sides[0]] = np.minimum(places[: sides[0]], size - 2)
    return places


@breaks("padding-mode.reflect-limit")
def reflect_goes_back_and_forth(call: Call) -> Array:
    """a conv2d that reflects again at the other edge where the padding is too large"""
    return beyond_the_limit(call, "reflect", "reflect")


@breaks("padding-mode.reflect-limit")
def reflect_limit_off_by_one(call: Call) -> Array:
    """a conv2d that, in the mode "reflect", accepts a padding of exactly the size"""
    H, W = call.input.shape[-2:]
    (_, bottom), (_, right) = asked_pads(call)
    return beyond_the_limit(call, "reflect", "reflect") if bottom <= H and right <= W else call.right()


@breaks("padding-mode.reflect-same")
def reflect_same_extra_at_start(call: Call) -> Array:
    """a conv2d that, in the mode "reflect", puts the odd cell of "same" first"""
    if call.padding != "same" or call.padding_mode != "reflect":
        return call.right()
    (top, bottom), (left, right) = call.pads
    return of_padded(call, padded(call, "reflect", ((bottom, top), (right, left))))


@breaks("padding-mode.reflect-same")
def mode_ignored_with_same(call: Call) -> Array:
    """a conv2d whose "same" pads with zeros in every mode"""
    return call.right(padding_mode="zeros") if call.padding == "same" else call.right()


@breaks("padding-mode.reflect-same", replays="mlverse/torch#471")
def strings_refused_in_other_modes(call: Call) -> Array:
    """a conv2d that takes a padding in words with the mode "zeros" only"""
    if call.padding_mode != "zeros" and not is_explicit(call):
        raise TypeError("padding must be integers")
    return call.right()


@breaks("padding-mode.reflect-non-finite")
def reflect_cleans_its_copies(call: Call) -> Array:
    """a conv2d that reflects zeros in place of NaN and infinity"""
    return with_clean_copies(call, "reflect", "reflect")


# ---- replicate


@breaks("padding-mode.replicate", replays="pytorch/executorch#14860")
def replicate_executed_as_reflect(call: Call) -> Array:
    """a conv2d whose mode "replicate" reflects"""
    return of_padded(call, padded(call, "reflect")) if is_padded(call, "replicate") else call.right()


@breaks("padding-mode.replicate")
def replicate_after_the_input_alone(call: Call) -> Array:
    """a conv2d that repeats the last pixel on both sides"""
    if not is_padded(call, "replicate"):
        return call.right()
    g = call.geometry
    rows, columns = (
        np.pad(np.arange(size), sides, constant_values=size - 1) for size, sides in zip((g.H, g.W), g.pads, strict=True)
    )
    return of_padded(call, call.input[..., rows[:, None], columns])


@breaks("padding-mode.replicate")
def replicate_amounts_swapped(call: Call) -> Array:
    """a conv2d that repeats by the padding of the width at the height, and the other way round"""
    if call.padding_mode == "replicate" and isinstance(call.padding, tuple):
        return of_padded(call, padded(call, "edge", call.pads[::-1]))
    return call.right()


@breaks("padding-mode.replicate-unlimited")
def replicate_limited_like_reflect(call: Call) -> Array:
    """a conv2d that refuses to repeat a pixel as often as there are pixels"""
    g = call.geometry
    if g.padding_mode == "replicate" and (max(g.pads[0]) >= g.H or max(g.pads[1]) >= g.W):
        raise ValueError("padding must be smaller than the input")
    return call.right()


@breaks("padding-mode.replicate-unlimited")
def replicate_ends_after_the_size(call: Call) -> Array:
    """a conv2d that repeats a pixel as often as there are pixels, and then goes on with zeros"""
    if not is_padded(call, "replicate"):
        return call.right()
    g = call.geometry
    inner, rest = zip(*([_parts(sides, size) for size, sides in zip((g.H, g.W), g.pads, strict=True)]), strict=True)
    image = padded(call, "edge", inner)
    return of_padded(call, np.pad(image, [*[(0, 0)] * (image.ndim - 2), *rest]))


def _parts(sides: Sides, most: int) -> tuple[Sides, Sides]:
    before, after = (min(side, most) for side in sides)
    return (before, after), (sides[0] - before, sides[1] - after)


@breaks("padding-mode.replicate-same", replays="speechbrain/speechbrain#125")
def same_always_reflects(call: Call) -> Array:
    """a conv2d whose "same" reflects in the mode "replicate" too"""
    if call.padding == "same" and is_padded(call, "replicate"):
        return of_padded(call, padded(call, "reflect"))
    return call.right()


@breaks("padding-mode.replicate-same")
def replicate_same_odd_cell_is_zero(call: Call) -> Array:
    """a conv2d that, in the mode "replicate", adds the odd cell of "same" as a zero"""
    if call.padding != "same" or call.padding_mode != "replicate":
        return call.right()
    even = tuple((before, before) for before, _ in call.pads)
    odd = [(0, after - before) for before, after in call.pads]
    image = padded(call, "edge", even)  # type: ignore[arg-type]  # two axes
    return of_padded(call, np.pad(image, [*[(0, 0)] * (image.ndim - 2), *odd]))


@breaks("padding-mode.replicate-non-finite")
def replicate_cleans_its_copies(call: Call) -> Array:
    """a conv2d that repeats zeros in place of NaN and infinity"""
    return with_clean_copies(call, "replicate", "edge")


# ---- circular


@breaks("padding-mode.circular", replays="pytorch/pytorch#37844")
def circular_amounts_swapped(call: Call) -> Array:
    """a conv2d that goes round by the padding of the width at the height, and the other way round"""
    if call.padding_mode == "circular" and isinstance(call.padding, tuple):
        return of_padded(call, padded(call, "wrap", call.pads[::-1]))
    return call.right()


@breaks("padding-mode.circular", replays="mlverse/torch#471")
def circular_ends_at_the_wrong_amount(call: Call) -> Array:
    """a conv2d that, going round to the left, stops by the padding of the height"""
    if not is_padded(call, "circular") or not is_explicit(call):
        return call.right()
    (height, _), (width, _) = call.pads
    image = padded(call, "wrap", ((height, height), (0, width)))
    left = image[..., image.shape[-1] - 2 * width : image.shape[-1] - height]
    return of_padded(call, np.concatenate([left, image], axis=-1))


@breaks("padding-mode.circular")
def circular_on_one_axis(call: Call) -> Array:
    """a conv2d that goes round on the width, as on a panorama, and has zeros above and below"""
    if not is_padded(call, "circular"):
        return call.right()
    rows, columns = call.pads
    image = padded(call, "wrap", ((0, 0), columns))
    return of_padded(call, np.pad(image, [*[(0, 0)] * (image.ndim - 2), rows, (0, 0)]))


@breaks("padding-mode.circular-up-to-size")
def circular_limited_like_reflect(call: Call) -> Array:
    """a conv2d that refuses to go round the whole input"""
    g = call.geometry
    if g.padding_mode == "circular" and (max(g.pads[0]) >= g.H or max(g.pads[1]) >= g.W):
        raise ValueError("padding must be smaller than the input")
    return call.right()


@breaks("padding-mode.circular-limit")
def circular_goes_round_twice(call: Call) -> Array:
    """a conv2d that goes round as often as it takes"""
    return beyond_the_limit(call, "circular", "wrap")


@breaks("padding-mode.circular-same", replays="pytorch/pytorch#24504")
def circular_needs_both_sides(call: Call) -> Array:
    """a conv2d that pads an axis with zeros where only one of its sides is to go round"""
    if call.padding != "same" or call.padding_mode != "circular":
        return call.right()
    both = tuple(sides if min(sides) else (0, 0) for sides in call.pads)
    one = [(0, 0) if min(sides) else sides for sides in call.pads]
    image = padded(call, "wrap", both)  # type: ignore[arg-type]  # two axes
    return of_padded(call, np.pad(image, [*[(0, 0)] * (image.ndim - 2), *one]))


@breaks("padding-mode.circular-same")
def circular_same_extra_at_start(call: Call) -> Array:
    """a conv2d that, in the mode "circular", puts the odd cell of "same" first"""
    if call.padding != "same" or call.padding_mode != "circular":
        return call.right()
    swapped: Any = tuple(sides[::-1] for sides in call.pads)
    return of_padded(call, padded(call, "wrap", swapped))


@breaks("padding-mode.circular-non-finite")
def circular_cleans_its_copies(call: Call) -> Array:
    """a conv2d that goes round to zeros in place of NaN and infinity"""
    return with_clean_copies(call, "circular", "wrap")
