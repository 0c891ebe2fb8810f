"""A fingerprint as a page that a person reads."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from conv2d_conformance.fingerprint.probes import TITLES
from conv2d_conformance.fingerprint.tree import parse
from conv2d_conformance.fingerprint.tree_drawing import drawn

WIDTH = 100
LABEL = 16
SHAPE = 11


def page(fingerprint: Mapping[str, Any]) -> str:
    """First a sentence for each dtype, then what each probe saw, then the trees."""
    lines = [f"{fingerprint['name']} {fingerprint['version']}: fingerprint", ""]
    dtypes = fingerprint["dtypes"]
    for dtype, found in dtypes.items():
        lines += [*_paragraph(dtype, found["summary"]), ""]
    lines += list(_shapes(dtypes))
    for dtype, found in dtypes.items():
        lines += ["", _rule(dtype), "", *_details(found["shapes"])]
        lines += _trees(found["shapes"])
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _shapes(dtypes: Mapping[str, Any]) -> Iterator[str]:
    every = {
        name: shape["case"].rpartition(" ")[0] for found in dtypes.values() for name, shape in found["shapes"].items()
    }
    for number, (name, case) in enumerate(every.items()):
        yield f"{'shapes' if number == 0 else '':<{LABEL}}{name:<{SHAPE}}{case}"


def _rule(title: str) -> str:
    return f"── {title} " + "─" * (WIDTH - len(title) - 4)


def _details(shapes: Mapping[str, Any]) -> Iterator[str]:
    """A line for each probe; one for each group of shapes where they differ."""
    for probe, title in TITLES.items():
        groups: dict[str, list[str]] = {}
        for name, shape in shapes.items():
            groups.setdefault(shape["findings"][probe]["words"], []).append(name)
        if len(groups) == 1:
            yield from _paragraph(title, next(iter(groups)))
            continue
        for number, (words, names) in enumerate(groups.items()):
            yield from _paragraph(title if number == 0 else "", f"{', '.join(names)}: {words}")


def _trees(shapes: Mapping[str, Any]) -> Iterator[str]:
    """Each tree once, unless it is no more than one line."""
    by_tree: dict[str, list[str]] = {}
    for name, shape in shapes.items():
        if order := shape["findings"]["order"]["value"]:
            by_tree.setdefault(order["tree"], []).append(name)
    if by_tree:
        yield from ("", "the order of additions: k → l adds l to what is there, k & l are added at once;")
        yield "a tap is numbered (channel * KH + row) * KW + column"
    for tree, names in by_tree.items():
        first, *others = drawn(parse(tree))
        yield f"  {', '.join(names)}"
        yield from (f"    {line}" for line in (first, *others))


def _paragraph(label: str, text: str) -> list[str]:
    start = f"{label:<{LABEL}}"
    return textwrap.wrap(text, WIDTH, initial_indent=start, subsequent_indent=" " * LABEL, break_on_hyphens=False) or [
        start
    ]


def differences(one: Mapping[str, Any], other: Mapping[str, Any], names: tuple[str, str]) -> str:
    """What two fingerprints do not have in common, for the same library with other options."""
    lines = []
    for dtype in dict.fromkeys((*one["dtypes"], *other["dtypes"])):
        left, right = (found["dtypes"].get(dtype, {"shapes": {}})["shapes"] for found in (one, other))
        for shape in dict.fromkeys((*left, *right)):
            for probe, title in TITLES.items():
                words = [_words(side, shape, probe) for side in (left, right)]
                if words[0] != words[1]:
                    lines += ["", f"{dtype}, {shape}, {title}"]
                    for name, said in zip(names, words, strict=True):
                        lines += textwrap.wrap(f"{name}: {said}", WIDTH, initial_indent="  ", subsequent_indent="    ")
    if not lines:
        return f"{names[0]} and {names[1]} have the same fingerprint\n"
    return "\n".join([f"{names[0]} and {names[1]} differ", *lines]) + "\n"


def _words(side: Mapping[str, Any], shape: str, probe: str) -> str:
    """The words, and the tree where there is one: two trees may have the same words."""
    if shape not in side:
        return "not probed"
    finding = side[shape]["findings"][probe]
    tree = f", the tree {finding['value']['tree']}" if probe == "order" and finding["value"] else ""
    return f"{finding['words']}{tree}"
