"""The order of a summation, as a tree that is found from outside.

The idea is that of FPRev (Xie et al., 2025). All summands are 1 except two: M, so large that it swallows every 1 that
is added to it, and -M. Whatever is added to M before -M arrives is lost. The total is the number of ones that joined
later: all except the leaves under the lowest common ancestor of M and -M. So each pair of leaves gives the size of one
node, and the sizes determine the tree.

A node with more than two children is a sum that is rounded once, as matrix engines make it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Tree = int | tuple[Any, ...]
"""A leaf, or the trees that are added."""

AskSizes = Callable[[int, Sequence[int]], Sequence[int]]
"""Asks how many leaves are under the lowest common ancestor of one leaf and each of the others."""


class NoTree(Exception):
    """The sizes fit no tree."""


@dataclass
class Reconstruction:
    """Asks only for unknown sizes: one fewer than there are leaves where they are added one after the other."""

    sizes: AskSizes
    _known: dict[tuple[int, int], int] = field(default_factory=dict)

    def tree(self, leaves: Sequence[int]) -> Tree:
        """The tree over the leaves of one node."""
        first, *others = leaves
        tree: Tree = first
        by_size = self._by_size(first, others)
        for size in sorted(by_size):
            tree = (tree, *self._siblings(by_size[size], size))
            if count(tree) != size:
                raise NoTree
        return tree

    def _siblings(self, leaves: Sequence[int], size: int) -> Iterator[Tree]:
        """The trees that hang, with these leaves, on one node of a known size."""
        while leaves:
            first, *others = leaves
            sizes = self._sizes(first, others)
            inside = [leaf for leaf, own in zip(others, sizes, strict=True) if own < size]
            yield self.tree([first, *inside])
            leaves = [leaf for leaf in others if leaf not in inside]

    def _by_size(self, first: int, others: Sequence[int]) -> dict[int, list[int]]:
        groups: dict[int, list[int]] = {}
        for leaf, size in zip(others, self._sizes(first, others), strict=True):
            groups.setdefault(size, []).append(leaf)
        return groups

    def _sizes(self, first: int, others: Sequence[int]) -> list[int]:
        new = [leaf for leaf in others if (first, leaf) not in self._known]
        if new:
            self._known.update(((first, leaf), size) for leaf, size in zip(new, self.sizes(first, new), strict=True))
        return [self._known[first, leaf] for leaf in others]


# ---- what can be read off a tree


def leaves(tree: Tree) -> list[int]:
    """The leaves, from left to right."""
    return [tree] if isinstance(tree, int) else [leaf for child in tree for leaf in leaves(child)]


def count(tree: Tree) -> int:
    """The number of leaves."""
    return len(leaves(tree))


def depth(tree: Tree) -> int:
    """The number of additions on the longest path."""
    return 0 if isinstance(tree, int) else 1 + max(depth(child) for child in tree)


def earliest(tree: Tree) -> int:
    """A leaf at the end of the longest path: in a running sum, one of the first two."""
    return tree if isinstance(tree, int) else earliest(max(tree, key=depth))


def nodes(tree: Tree) -> Iterator[Tree]:
    """Every node, the leaves included, the root first."""
    yield tree
    if not isinstance(tree, int):
        for child in tree:
            yield from nodes(child)


def without(tree: Tree, leaf: int) -> Tree:
    """The tree with one leaf taken away."""
    if isinstance(tree, int):
        return tree
    rest = tuple(without(child, leaf) for child in tree if child != leaf)
    return rest[0] if len(rest) == 1 else rest


def collapsed(tree: Tree, parts: Sequence[Sequence[int]]) -> Tree | None:
    """The tree over whole parts, by their numbers; None where a part is not a node of the tree."""
    number = {frozenset(part): i for i, part in enumerate(parts)}

    def collapse(node: Tree) -> Tree | None:
        own = number.get(frozenset(leaves(node)))
        if own is not None:
            return own
        if isinstance(node, int):
            return None
        children = [collapse(child) for child in node]
        return None if None in children else tuple(children)

    return collapse(tree)


def chain(tree: Tree) -> list[Tree] | None:
    """The summands of a running sum, in order; None where the tree is not a running sum.

    The first two are sorted by their smallest leaves, since an addition does not tell which came first.
    """
    members: list[Tree] = []
    while not isinstance(tree, int):
        if len(tree) != 2:
            return None
        small, large = sorted(tree, key=count)
        if isinstance(large, int):
            members += sorted((small, large), reverse=True)
            return members[::-1]
        if not isinstance(small, int):
            return None
        members.append(small)
        tree = large
    return [tree]


def peeled(tree: Tree) -> tuple[Tree, list[int]]:
    """The tree without the leaves that were added last, one by one; and those leaves in order."""
    tail: list[int] = []
    while not isinstance(tree, int) and len(tree) == 2 and any(isinstance(child, int) for child in tree):
        small, tree = sorted(tree, key=count)
        tail.insert(0, leaves(small)[0])
    return tree, tail


# ---- as text


def text(tree: Tree) -> str:
    """The tree in brackets, as in ((0 1) 2)."""
    return str(tree) if isinstance(tree, int) else f"({' '.join(text(child) for child in tree)})"


def parse(written: str) -> Tree:
    """The inverse of `text`."""
    open_nodes: list[list[Tree]] = [[]]
    for word in written.replace("(", " ( ").replace(")", " ) ").split():
        if word == "(":
            open_nodes.append([])
        elif word == ")":
            children = open_nodes.pop()
            open_nodes[-1].append(tuple(children))
        else:
            open_nodes[-1].append(int(word))
    return open_nodes[0][0]
