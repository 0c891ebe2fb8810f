"""The elements of a case: the same bytes on every machine and with every NumPy version.

NumPy guarantees the raw 64-bit streams of its bit generators, but not its distributions. So this module turns words
into values itself. A published recipe never changes: a new one gets a new name. Every value is exact in its dtype
before the cast, so no cast rounds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from conv2d_conformance.cases import chains, few_products, roundings, streamed, tosa
from conv2d_conformance.cases.case import ARRAYS, LETTERS, Case, Elements
from conv2d_conformance.cases.integer_parts import integers_part, one_tap_part
from conv2d_conformance.cases.philox import shortened, size_of, uniform_of, words
from conv2d_conformance.contract.arrays import Array, Floats, dtype_of
from conv2d_conformance.contract.formats import FORMATS


def arrays(case: Case) -> dict[str, Array | None]:
    """The arrays of a case by name: input, weight, bias (or None), and for gradients grad_output."""
    shapes, dtypes = case.shapes, case.dtypes
    made = {name: None if shape is None else _made(case, name, shape, dtypes[name]) for name, shape in shapes.items()}
    if isinstance(case.data, Elements):
        _place(case.data, made)
    if case.view != "broadcast":
        return made
    return {name: _repeated(array) if case.viewed in (None, name) else array for name, array in made.items()}


def call(case: Case) -> tuple[dict[str, Any], dict[str, Array | None]]:
    """The keyword arguments and the arrays of the call that a case asks for."""
    return case.arguments, arrays(case)


def exposes(case: Case, arrays: dict[str, Array | None]) -> bool:
    """Whether a fault could show in these data. Where it could not, a right answer is no evidence.

    - an input, weight, bias or grad_output of zeros hides whatever is done to it;
    - a kernel that equals its flip cannot tell a correlation from a convolution;
    - a constant input cannot tell which pixel was read, nor a constant grad_output which of its elements.

    Three kinds of case are exempt. An illegal call must be rejected whatever its data. An empty batch tests the shape.
    The recipe `ones` counts taps, which tests padding and nothing else.
    """
    if case.overrides or case.N == 0 or (case.recipe is not None and case.recipe.name == "ones"):
        return True
    x, w, b, gy = map(arrays.get, ARRAYS)
    if not all(array is None or array.any() for array in (x, w, b, gy)):
        return False
    if w is not None and case.KH * case.KW > 1 and bool((w == w[..., ::-1, ::-1]).all()):
        return False
    return all(array is None or array.size == 1 or bool((array != array.flat[0]).any()) for array in (x, gy))


# ---- the recipes -------------------------------------------------------------------------------------------------


def integers(case: Case, array: str, shape: tuple[int, ...], bits: int) -> Floats:
    """Non-zero integers of magnitude 1 to 7, or up to the printed magnitude: sums are exact in any order."""
    return integers_part(case, array, shape, bits, slice(0, size_of(shape)))


def impulse(case: Case, array: str, shape: tuple[int, ...], bits: int) -> Floats:
    """The full fingerprint: one pixel of each image is 1, and every weight has its own id.

    From image to image the 1 moves to the next position, starting at position `seed`. A batch of C*H*W images visits
    all positions, and every output is the id of a single weight (plus the bias). Ids start again at 1 where the dtype
    runs out of exact integers.
    """
    size = size_of(shape)
    if array == "input":
        assert case.recipe is not None
        images = shape[0] if len(shape) > 3 else 1
        pixels = size // max(images, 1)
        values = np.zeros((images, pixels))
        if pixels:
            values[np.arange(images), [(case.recipe.seed + image) % pixels for image in range(images)]] = 1
        return values
    first = size_of(case.shapes["weight"] or ()) if array == "bias" else 0
    order = np.argsort(words(case, array, size), kind="stable")
    ids: Floats = (first + order) % 2**bits + 1.0
    return ids


def uniform(case: Case, array: str, shape: tuple[int, ...], bits: int) -> Floats:
    """A sign times a number in [1, 2) with every bit of the fraction drawn: no value is negligible, none is short."""
    return uniform_of(words(case, array, size_of(shape)), bits)


def sparse(case: Case, array: str, shape: tuple[int, ...], bits: int) -> Floats:
    """About 15 % of `uniform`, the rest zero: most outputs are one product, whose rounding is fixed, or none."""
    drawn = words(case, array, size_of(shape))
    kept = (drawn >> 1) & 2047 < 307  # bits that `uniform` does not use
    if drawn.size:
        kept[(int(drawn[0]) >> 32) % drawn.size] = True  # never all zero
    return np.where(kept, uniform_of(drawn, bits), 0.0)


def normal(case: Case, array: str, shape: tuple[int, ...], bits: int) -> Floats:
    """Bell-shaped with a deviation of about 1.15, at most 4, as in networks. Small and large values meet in a sum."""
    size = size_of(shape)
    drawn = words(case, array, 2 * size)
    parts = drawn[:size].view(np.uint16).reshape(size, 4)  # their sum is the same in every byte order
    fine = (drawn[size:] >> 11).astype(np.float64) * 2.0**-53
    return shortened(parts.sum(axis=1) - 131070.0 + fine, bits) * 2.0**-15


def one_tap(case: Case, array: str, shape: tuple[int, ...], bits: int) -> Floats:
    """As `integers`, but one tap of each filter is 1 or -1 and the rest zero: an output is a pixel and the bias.

    The filters have different taps as long as there are enough taps.
    """
    return one_tap_part(case, array, shape, bits, slice(0, size_of(shape)))


def ones(case: Case, array: str, shape: tuple[int, ...], bits: int) -> Floats:  # noqa: ARG001  # that of a recipe
    """All ones: every output counts its taps, which tests padding and nothing else."""
    return np.ones(size_of(shape))


RECIPES: dict[str, Callable[[Case, str, tuple[int, ...], int], Floats]] = (
    {
        recipe.__name__.replace("_", "-"): recipe
        for recipe in (
            *(integers, impulse, sparse, uniform, normal, one_tap, ones),
            *(roundings.spread, roundings.cancelling, roundings.monotone, roundings.scaled, roundings.complementary),
            *(roundings.subnormal, roundings.near_overflow, roundings.odd, roundings.lone_pixel),
            *(few_products.single, few_products.few, chains.chain, chains.brim),
        )
    }
    | tosa.RECIPES
    | streamed.RECIPES
)


def _made(case: Case, array: str, shape: tuple[int, ...], dtype: str) -> Array:
    """The array that the recipe makes, or zeros without a recipe."""
    if case.recipe is None:
        return np.zeros(shape, dtype_of(dtype))
    values = RECIPES[case.recipe.name](case, array, shape, FORMATS[dtype].precision)
    return values.reshape(shape).astype(dtype_of(dtype), copy=False)


def _repeated(array: Array | None) -> Array | None:
    """The array with its first slice repeated along its first axis that is longer than 1.

    Such an array can have a memory stride of 0 on that axis. Recipes do not know about it.
    """
    axis = next((axis for axis, size in enumerate(array.shape) if size > 1), None) if array is not None else None
    return array if array is None or axis is None else np.repeat(array.take([0], axis), array.shape[axis], axis)


def _place(data: Elements, made: dict[str, Array | None]) -> None:
    """Put the named elements in place. A value that the dtype lacks becomes the nearest one that it has."""
    arrays = {LETTERS[name]: array for name, array in made.items()}
    with np.errstate(over="ignore"):
        for letter, index, value in data.entries:
            array = arrays[letter]
            assert array is not None
            array[index] = value
