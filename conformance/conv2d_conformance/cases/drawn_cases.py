"""`cases`: drawn cases with their arrays, for loops of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from conv2d_conformance.cases.data import call
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.cases.strategies import sample
from conv2d_conformance.contract.arrays import Array


@dataclass(frozen=True, eq=False, slots=True)
class DrawnCase:
    """A legal call: conv2d(input, weight, bias, **arguments). Its `line` rebuilds it, byte by byte."""

    line: str
    input: Array
    weight: Array
    bias: Array | None
    arguments: dict[str, Any]


def drawn(
    count: int = 100,
    *,
    seed: int = 0,
    vary: Iterable[str] | None = None,
    require: Iterable[str] = (),
    keep: Iterable[str] = (),
    dtype: str = "float32",
    recipes: Iterable[str] = ("integers",),
) -> Iterator[DrawnCase]:
    """So many legal cases, the same for the same arguments on every machine; more of them begin with these.

    vary: the dimensions that may leave their simplest value, besides batch, channels, size and kernel: all of them, or
    those named, as "stride", "dilation", "groups", "padding", "same", "bias", "scalar". require: those that must.
    keep: those that must not, whatever the others say. recipes: how the elements are made, such as "integers",
    "uniform", "sparse", "normal".

    ValueError for an unknown name, before anything is drawn.
    """
    found = sample(count, seed, vary=vary, require=require, keep=keep, dtype=dtype, recipes=recipes)
    return (_with_arrays(format_case(case), *call(case)) for case in found)


def _with_arrays(line: str, arguments: dict[str, Any], arrays: dict[str, Array | None]) -> DrawnCase:
    x, w = arrays["input"], arrays["weight"]
    assert x is not None
    assert w is not None
    return DrawnCase(line, x, w, arrays["bias"], arguments)
