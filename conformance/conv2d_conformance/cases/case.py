"""A case: one concrete question to an implementation, complete in itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the elements are made: a published name, a seed, and the magnitude where the name allows a choice."""

    name: str = "integers"
    seed: int = 0
    magnitude: int | None = None


@dataclass(frozen=True, slots=True)
class Elements:
    """Explicit data, which replaces a recipe after shrinking: every element that is not named is zero.

    Each entry is (array, index, value), array being "x", "w" or "b".
    """

    entries: tuple[tuple[str, tuple[int, ...], float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One call of conv2d. Axes are named as in the spec; N is None for an unbatched input.

    `stride`, `padding`, `dilation` are kept as they are handed over: an int, or a pair (height, width).
    `omit` names arguments that the call leaves out; they must then have their documented default here.
    `overrides` describe illegal calls: they replace an argument ("stride", ...), a shape ("bias-shape", ...) or a
    dtype ("weight-dtype", ...) of the call that the other fields describe.
    """

    N: int | None = 1
    C: int = 1
    H: int = 1
    W: int = 1
    M: int = 1
    KH: int = 1
    KW: int = 1
    stride: int | tuple[int, int] = (1, 1)
    padding: int | tuple[int, int] | str = (0, 0)
    dilation: int | tuple[int, int] = (1, 1)
    groups: int = 1
    bias: bool = False
    dtype: str = "float32"
    data: Recipe | Elements = Recipe()
    padding_mode: str = "zeros"
    omit: tuple[str, ...] = ()
    view: str | None = None
    overrides: tuple[tuple[str, Any], ...] = ()

    @property
    def input_shape(self) -> tuple[int, ...]:
        return (self.C, self.H, self.W) if self.N is None else (self.N, self.C, self.H, self.W)

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        return (self.M, self.C // self.groups, self.KH, self.KW)
