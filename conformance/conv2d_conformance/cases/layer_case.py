"""Fresh layers as one line of text, and back.

    init c6m10k3x5 g2 bias float32 seed:7

C input channels, M output channels, the kernel (`k3x5`, or `k3` where the call passes a single integer), groups, bias,
dtype, and the seeds of the layers that are constructed one after another: `seed:7`, `seed:7..12`, `seed:7,8,7`. An
optional `omit=groups,bias` leaves arguments out of the call. Reading and printing are inverse to each other.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from conv2d_conformance.cases.case import CaseError
from conv2d_conformance.cases.cost import MOST_ELEMENTS
from conv2d_conformance.contract.answers import Request
from conv2d_conformance.contract.formats import DTYPES

LARGEST_SEED = 2**32 - 1
MOST_LAYERS = 10_000
DEFAULTS = {"groups": 1, "bias": True}
"""The arguments that a call can leave out, with their documented defaults."""

FIRST_WORD = "init"
EXAMPLE = "init c6m10k3x5 g2 bias float32 seed:7"

_LINE = re.compile(
    r"init c(?P<C>\d+)m(?P<M>\d+)k(?P<KH>\d+)(x(?P<KW>\d+))?( g(?P<groups>\d+))?( (?P<bias>bias|nobias))?"
    r"( (?P<dtype>[a-z]+\d+))? seed:(?P<seeds>[\d.,]+)( omit=(?P<omit>[a-z,]+))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCase:
    """Fresh layers with the same arguments, one for each of the seeds, in this order.

    `kernel` is kept as the call passes it: an int, or a pair (height, width). CaseError where a layer is impossible.
    """

    C: int
    M: int
    kernel: int | tuple[int, int]
    groups: int = 1
    bias: bool = True
    dtype: str = "float32"
    seeds: tuple[int, ...] = (0,)
    omit: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        sizes = (self.C, self.M, *self.kernel_size, self.groups)
        _require(min(sizes) >= 1, "sizes and groups are integers >= 1")
        _require(self.C % self.groups == self.M % self.groups == 0, "groups must divide both c and m")
        _require(self.dtype in DTYPES, f"the dtype is one of {', '.join(DTYPES)}")
        _require(0 < len(self.seeds) <= MOST_LAYERS, f"there are 1 to {MOST_LAYERS} seeds")
        _require(all(0 <= seed <= LARGEST_SEED for seed in self.seeds), "seeds go from 0 to 2^32 - 1")
        object.__setattr__(self, "omit", tuple(name for name in DEFAULTS if name in self.omit))
        for name in self.omit:
            _require(getattr(self, name) == DEFAULTS[name], f"only the default of {name} can be left out")

    @property
    def kernel_size(self) -> tuple[int, int]:
        return (self.kernel, self.kernel) if isinstance(self.kernel, int) else self.kernel

    @property
    def area(self) -> int:
        return self.kernel_size[0] * self.kernel_size[1]

    @property
    def fan_in(self) -> int:
        """The number of inputs of one output element, which is 1 / k."""
        return self.C // self.groups * self.area

    @property
    def weight_shape(self) -> tuple[int, int, int, int]:
        return (self.M, self.C // self.groups, *self.kernel_size)

    @property
    def requests(self) -> list[Request]:
        """The calls that the line denotes, one for each seed. CaseError where they would be too many."""
        count = (math.prod(self.weight_shape) + self.M) * len(self.seeds)
        if count > MOST_ELEMENTS:
            raise CaseError(f"the layers have {count} elements together", f"at most {MOST_ELEMENTS} are possible")
        fixed: dict[str, Any] = {"in_channels": self.C, "out_channels": self.M, "kernel_size": self.kernel}
        fixed |= {name: getattr(self, name) for name in DEFAULTS if name not in self.omit}
        return [Request("initialize", {**fixed, "dtype": self.dtype, "seed": seed}, {}) for seed in self.seeds]


def _require(holds: bool, sentence: str) -> None:
    if not holds:
        raise CaseError(f"no such layer: {sentence}", f"a line reads as in {EXAMPLE}")


def format_case(case: LayerCase) -> str:
    """The canonical line of a case."""
    kernel = f"k{case.kernel}" if isinstance(case.kernel, int) else f"k{case.kernel[0]}x{case.kernel[1]}"
    words = [
        FIRST_WORD,
        f"c{case.C}m{case.M}{kernel}",
        f"g{case.groups}",
        "bias" if case.bias else "nobias",
        case.dtype,
        f"seed:{_format_seeds(case.seeds)}",
    ]
    return " ".join(words + [f"omit={','.join(case.omit)}"] * bool(case.omit))


def parse(line: str) -> LayerCase:
    """The case that a line denotes. Groups, bias and dtype may be left out. CaseError where the line denotes none."""
    found = _LINE.fullmatch(" ".join(line.split()))
    if found is None:
        raise CaseError(f"{line!r} is no question about layers", f"one reads as in {EXAMPLE}")
    height, width = int(found["KH"]), found["KW"]
    omit = tuple(found["omit"].split(",")) if found["omit"] else ()
    if unknown := [name for name in omit if name not in DEFAULTS or omit.count(name) > 1]:
        raise CaseError(f"omit={unknown[0]} is not possible, or given twice", f"possible are {', '.join(DEFAULTS)}")
    return LayerCase(
        C=int(found["C"]),
        M=int(found["M"]),
        kernel=height if width is None else (height, int(width)),
        groups=int(found["groups"] or 1),
        bias=found["bias"] != "nobias",
        dtype=found["dtype"] or "float32",
        seeds=_parse_seeds(found["seeds"]),
        omit=omit,
    )


def _format_seeds(seeds: tuple[int, ...]) -> str:
    first, last = seeds[0], seeds[-1]
    if len(seeds) > 1 and last - first + 1 == len(seeds) and seeds == tuple(range(first, last + 1)):
        return f"{first}..{last}"
    return ",".join(map(str, seeds))


def _parse_seeds(text: str) -> tuple[int, ...]:
    if span := re.fullmatch(r"(\d+)\.\.(\d+)", text):
        first, last = int(span[1]), int(span[2])
        if not first < last < first + MOST_LAYERS:
            raise CaseError(f"seed:{text} is not a range", "it reads as in seed:7..12")
        return tuple(range(first, last + 1))
    if re.fullmatch(r"\d+(,\d+)*", text):
        return tuple(map(int, text.split(",")))
    raise CaseError(f"seed:{text} is not possible", "it reads as in seed:7, seed:7..12 or seed:7,8,7")
