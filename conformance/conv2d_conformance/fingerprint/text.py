"""A fingerprint as text for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence

from conv2d_conformance.fingerprint.fingerprint import Fingerprint, OfDtype, OfShape
from conv2d_conformance.fingerprint.probe_result import ProbeResult, why_not_seen
from conv2d_conformance.fingerprint.probes import TITLES
from conv2d_conformance.fingerprint.tree import Tree, chain, leaves, parse
from conv2d_conformance.fingerprint.tree_drawing import drawn

WIDTH = 100
LABEL = 16
SHAPE = 11

LEGEND = "tap (channel * KH + row) * KW + column; k → l adds l to the sum so far, k & l are added at once"


def page(fingerprint: Fingerprint) -> str:
    """A few sentences for each dtype, then the result of each probe, then the trees."""
    lines = [f"{fingerprint.name} {fingerprint.version}: fingerprint", ""]
    dtypes = fingerprint.dtypes
    for dtype, found in dtypes.items():
        lines += [*_summary(dtype, found), ""]
    lines += _shapes(dtypes)
    for dtype, found in dtypes.items():
        if any(shape.findings for shape in found.shapes.values()):
            lines += ["", _rule(dtype), "", *_details(found.shapes), *_trees(found.shapes)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _summary(dtype: str, found: OfDtype) -> Iterator[str]:
    every = len(found.shapes)
    texts = [_about(group.shapes, group.words, every=len(group.shapes) == every) for group in found.summary]
    yield from _rows(dtype, texts)


def _about(shapes: Sequence[str], words: str, *, every: bool) -> str:
    return words if every else f"{', '.join(shapes)}: {words}"


def _shapes(dtypes: Mapping[str, OfDtype]) -> Iterator[str]:
    every = {name: shape.case.rpartition(" ")[0] for found in dtypes.values() for name, shape in found.shapes.items()}
    for number, (name, case) in enumerate(every.items()):
        yield f"{'shapes' if number == 0 else '':<{LABEL}}{name:<{SHAPE}}{case}"


def _rule(title: str) -> str:
    return f"── {title} " + "─" * (WIDTH - len(title) - 4)


def _details(shapes: Mapping[str, OfShape]) -> Iterator[str]:
    """The result of each probe, in one line for all shapes that agree; then what was not seen, and why."""
    nowhere = {name: shape.not_seen for name, shape in shapes.items() if shape.not_seen}
    seen = {name: shape.findings for name, shape in shapes.items() if not shape.not_seen}
    unseen: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for probe, title in TITLES.items():
        found = {name: findings[probe] for name, findings in seen.items()}
        words = {name: finding.words for name, finding in found.items() if finding.value is not None}
        yield from _rows(
            title, [_about(names, said, every=len(names) == len(shapes)) for said, names in _agreed(words)]
        )
        missing = {name: why_not_seen(finding) for name, finding in found.items() if finding.value is None}
        for why, names in _agreed(missing):
            unseen.setdefault((why, tuple(names)), []).append(title)
    reasons = [
        *(_about(names, why, every=False) for why, names in _agreed(nowhere)),
        *(
            _about(names, f"{', '.join(titles)}: {why}", every=len(names) == len(shapes))
            for (why, names), titles in unseen.items()
        ),
    ]
    yield from _rows("not seen", reasons)


def _agreed(words: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """The words about shapes, each with the shapes that share them."""
    groups: dict[str, list[str]] = {}
    for name, said in words.items():
        groups.setdefault(said, []).append(name)
    return list(groups.items())


def _rows(label: str, texts: Iterable[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        yield from _paragraph(label if number == 0 else "", text)


def _trees(shapes: Mapping[str, OfShape]) -> Iterator[str]:
    """Each tree once, unless the words have already described it."""
    by_tree: dict[str, list[str]] = {}
    for name, shape in shapes.items():
        order = shape.findings["order"].value if shape.findings else None
        if order and not _is_plain(parse(order["tree"])):
            by_tree.setdefault(order["tree"], []).append(name)
    for number, (tree, names) in enumerate(by_tree.items()):
        if number == 0:
            yield from ("", LEGEND)
        yield f"  {', '.join(names)}"
        yield from (f"    {line}" for line in drawn(parse(tree)))


def _is_plain(tree: Tree) -> bool:
    """Whether the tree is one running sum of the taps in order."""
    members = chain(tree)
    return members is not None and leaves(tuple(members)) == sorted(leaves(tree))


def _paragraph(label: str, text: str) -> list[str]:
    start = f"{label:<{LABEL}}"
    return textwrap.wrap(text, WIDTH, initial_indent=start, subsequent_indent=" " * LABEL, break_on_hyphens=False) or [
        start
    ]


def differences(one: Fingerprint, other: Fingerprint, names: tuple[str, str]) -> str:
    """The differences of two fingerprints, such as those of one library with different options."""
    lines = []
    for dtype in dict.fromkeys((*one.dtypes, *other.dtypes)):
        left, right = (found.dtypes[dtype].shapes if dtype in found.dtypes else {} for found in (one, other))
        for shape in dict.fromkeys((*left, *right)):
            for title, *words in _unequal(left.get(shape), right.get(shape)):
                lines += ["", f"{dtype}, {shape}: {title}"]
                for name, said in zip(names, words, strict=True):
                    lines += textwrap.wrap(f"{name}: {said}", WIDTH, initial_indent="  ", subsequent_indent="    ")
    if not lines:
        return f"{names[0]} and {names[1]} have the same fingerprint\n"
    return "\n".join([f"{names[0]} and {names[1]} differ", *lines]) + "\n"


def _unequal(*shapes: OfShape | None) -> Iterator[tuple[str, str, str]]:
    """The title of each probe whose results differ, and both results."""
    whole = [_not_probed(shape) for shape in shapes]
    if any(whole):
        if whole[0] != whole[1]:
            yield "probed", whole[0] or "yes", whole[1] or "yes"
        return
    for probe, title in TITLES.items():
        one, other = (shape.findings[probe] for shape in shapes if shape is not None)
        if one.words != other.words:
            yield title, one.words, other.words
        elif one.value != other.value:
            # Two trees may have the same words.
            yield title, _value_words(one), _value_words(other)


def _not_probed(shape: OfShape | None) -> str:
    return "not claimed" if shape is None else shape.not_seen


def _value_words(finding: ProbeResult) -> str:
    return f"{finding.words}, by {finding.value}"
