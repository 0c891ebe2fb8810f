"""Shapes that people time or ship, by the name of their set.

- kernelbench: the 2-D forward problems of KernelBench, level 1, by their numbers: get_inputs and get_init_inputs of
  ScalingIntelligence/KernelBench, KernelBench/level1, read in November 2026. Problem 86 is two convolutions.
- gpu-mode: the tests, the timed and the ranked shape of pmpp_v2/conv2d_py in gpu-mode/reference-kernels, read in
  November 2026.
- large-indices: arrays just larger than an index of 31 bits (`large_indices`).
- the networks: the layers of `list networks`, with a batch of 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from conv2d_conformance.cases.case import Case, CaseError, Recipe
from conv2d_conformance.cases.geometry import geometry
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.cases.large_indices import LARGE_INDICES
from conv2d_conformance.cases.networks import NETWORKS

_JUDGES = {
    "kernelbench": {
        "50": "n256c3h224w224 m96k11x11 s4x4 p2x2 bias",
        "55": "n8c64h512w1024 m128k3x3",
        "56": "n8c64h512w256 m128k5x7",
        "62": "n8c32h512w512 m64k5x9",
        "63": "n16c16h1024w1024 m128k3x3",
        "80": "n8c32h512w512 m64k5x9 p2x4 d2x3",
        "82": "n16c64h512w512 m64k3x3 g64",
        "83": "n64c8h512w512 m8k3x1 g8",
        "84": "n64c128h256w512 m128k3x3 g128",
        "85": "n32c128h128w256 m128k3x7 g128",
        "86, depthwise": "n16c64h512w512 m64k3x3 p1x1 g64",
        "86, pointwise": "n16c64h512w512 m128k1x1",
        "87": "n16c64h1024w1024 m128k1x1",
    },
    "gpu-mode": {
        "test 1": "n1c16h32w32 m16k4x4",
        "test 2": "n2c16h32w32 m16k4x4",
        "test 3": "n1c32h64w64 m32k4x4",
        "test 4": "n2c32h64w64 m32k8x8",
        "test 5": "n1c64h128w128 m64k8x8",
        "timed 1": "n4c64h128w128 m64k8x8",
        "timed 2": "n4c64h128w128 m64k16x16",
        "timed 3": "n2c128h256w256 m128k16x16",
        "ranked": "n1c128h256w256 m128k32x32",
    },
}


def _slug(network: str) -> str:
    """The name of a network as a word: resnet-50."""
    return re.sub("[^a-z0-9]+", "-", network.lower()).strip("-")


SHAPE_SETS: dict[str, dict[str, str]] = {
    **_JUDGES,
    "large-indices": LARGE_INDICES,
    **{
        name: {layer.layer: layer.line for layer in NETWORKS if _slug(layer.network) == name}
        for name in dict.fromkeys(_slug(layer.network) for layer in NETWORKS)
    },
}
"""The lines of each set, by the name of the problem or layer."""

SEPARATOR = ";"


def shapes_of(text: str) -> tuple[Case, ...]:
    """The shapes that a text names: lines, names of sets and files with a line for each shape, separated by `;`.

    Data, dtype and view are left out: every shape is asked with data of its own, in every dtype that is claimed.
    CaseError where there is no such shape.
    """
    lines = [line for item in text.split(SEPARATOR) if item.strip() for line in _lines(item.strip())]
    return tuple(dict.fromkeys(map(shape_of, lines)))


def named(*given: str | Iterable[str]) -> str:
    """The shapes that several texts name, as one text of lines alone, which needs no file any more."""
    texts = [item for one in given for item in ([one] if isinstance(one, str) else one)]
    return f"{SEPARATOR} ".join(lines_of(shapes_of(SEPARATOR.join(texts))))


def lines_of(shapes: tuple[Case, ...]) -> tuple[str, ...]:
    """The shapes as lines, without dtype and data."""
    return tuple(format_case(shape).partition(" float32 ")[0] for shape in shapes)


def _lines(item: str) -> Iterator[str]:
    if sets := _sets(item):
        for lines in sets:
            yield from lines.values()
    elif _is_file(item):
        yield from _of_file(item)
    elif re.match(r"(n\d+)?c\d+h\d+w\d+\b", item):
        yield item
    else:
        raise CaseError(
            f"{item!r} is no shape, no set of shapes and no file",
            f"write a shape as in 'n8c64h56w56 m64k3 p1', or a set: {', '.join(SHAPE_SETS)}",
        )


def _of_file(name: str) -> list[str]:
    """The lines of a file. CaseError where it has none, since a run would then judge less than it was asked to."""
    hint = "write a shape on each line; # begins a comment"
    try:
        text = Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise CaseError(
            f"{name} cannot be read: {(error.strerror or str(error)).lower()}", "name another file"
        ) from None
    except UnicodeDecodeError:
        raise CaseError(f"{name} is not text in UTF-8", hint) from None
    found = [line for line in (line.partition("#")[0].strip() for line in text.splitlines()) if line]
    if not found:
        raise CaseError(f"{name} names no shape", hint)
    return found


def _sets(item: str) -> list[dict[str, str]]:
    """The set of this name, with or without its hyphens, or those whose names begin with its words."""
    exact = [lines for name, lines in SHAPE_SETS.items() if item.replace("-", "") == name.replace("-", "")]
    return exact or [lines for name, lines in SHAPE_SETS.items() if name.startswith(f"{item}-")]


def _is_file(item: str) -> bool:
    try:
        return Path(item).is_file()
    except OSError:  # too long for a name
        return False


def shape_of(line: str) -> Case:
    """The shape that a line denotes, without its dtype, data and view. CaseError where it denotes none."""
    case = parse(line)
    found = Case(
        **{
            name: getattr(case, name)
            for name in ("N", "C", "H", "W", "M", "KH", "KW", "groups", "bias", "padding_mode")
        },
        stride=_pair(case.stride),
        padding=case.padding if isinstance(case.padding, str) else _pair(case.padding),
        dilation=_pair(case.dilation),
        data=Recipe(),
    )
    try:
        geometry(found)
    except (TypeError, ValueError) as error:
        raise CaseError(f"{line!r} is no legal call: {error}", "a shape that is asked for must be legal") from None
    if found.N == 0:
        raise CaseError(f"{line!r} has no images", "a shape that is asked for has at least one")
    return found


def _pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """A shape is asked with pairs, which every implementation takes."""
    return value if isinstance(value, tuple) else (value, value)
