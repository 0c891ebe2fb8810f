"""A summation tree, drawn as text. `0 → 1 → 2` is a running sum, and each branch is one partial sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from conv2d_conformance.fingerprint.tree import Tree, chain, count, leaves, peeled

MOST_LEAVES = 12
MOST_BRANCHES = 6
MOST_LINES = 40


def drawn(tree: Tree) -> list[str]:
    """The lines of a drawing, long runs and equal branches shortened."""
    lines = list(_lines(tree))
    hidden = len(lines) - MOST_LINES
    return lines if hidden <= 0 else [*lines[:MOST_LINES], f"... and {hidden} lines more"]


def _lines(tree: Tree) -> Iterator[str]:
    run = _run(tree)
    if run:
        yield run
        return
    body, tail = peeled(tree)
    if len(tail) > 1:
        yield f"{count(tree)} taps: this sum, then → {' → '.join(_some([str(leaf) for leaf in tail]))}"
        yield from _branch(_lines(body), last=True)
        return
    members, how = _members(tree)
    yield f"{count(tree)} taps: the sum of these {len(members)}, {how}"
    shown, more = _shortened(members)
    for number, branch in enumerate(shown):
        last = number == len(shown) - 1 and not more
        yield from _branch(_lines(branch), last=last)
    if more:
        yield f"└─ ... {more} more like the last"


def _branch(lines: Iterator[str], *, last: bool) -> Iterator[str]:
    yield ("└─ " if last else "├─ ") + next(lines)
    yield from (("   " if last else "│  ") + line for line in lines)


def _run(tree: Tree) -> str:
    """The drawing of a tree that fits on one line, else an empty string."""
    if isinstance(tree, int):
        return str(tree)
    members = chain(tree)
    if members is not None:
        return " → ".join(_some([str(member) for member in members]))
    if all(isinstance(child, int) for child in tree):
        return " & ".join(_some([str(child) for child in tree]))
    return ""


def _some(words: Sequence[str]) -> list[str]:
    if len(words) <= MOST_LEAVES:
        return list(words)
    return [*words[:8], f"... {len(words) - 10} more ...", *words[-2:]]


def _members(tree: Tree) -> tuple[list[Tree], str]:
    """The branches of a node; for a running sum of partial sums, all of them side by side."""
    assert not isinstance(tree, int)
    if len(tree) != 2:
        return list(tree), "rounded once"
    spine: list[Tree] = []
    node: Tree = tree
    while not isinstance(node, int) and len(node) == 2 and not _run(node):
        small, node = sorted(node, key=lambda child: (count(child), -min(leaves(child))))
        spine.append(small)
    spine.append(node)
    sizes = [count(member) for member in spine]
    if len(spine) > 2 and max(sizes) <= 1.5 * median(sizes):
        return spine[::-1], "one after the other"
    return sorted(tree, key=lambda child: min(leaves(child))), "in one addition"


def _shortened(members: Sequence[Tree]) -> tuple[list[Tree], int]:
    """The first few of many branches of one shape, and the number of those left out."""
    shapes = [_outline(member) for member in members]
    alike = len(members)
    while alike > 1 and shapes[alike - 2] == shapes[-1]:
        alike -= 1
    # `alike` is the number of branches up to the first of the equal ones at the end.
    keep = max(alike + 2, MOST_BRANCHES)
    if len(members) - keep < 2:
        return list(members), 0
    return list(members[:keep]), len(members) - keep


def _outline(tree: Tree) -> str:
    return "." if isinstance(tree, int) else f"({''.join(sorted(_outline(child) for child in tree))})"
