"""A summation tree in words: "8 lanes, each one tap after the other; the lanes pairwise"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain as joined
from math import ceil, log2

from conv2d_conformance.fingerprint.shapes import CallShape
from conv2d_conformance.fingerprint.tree import Tree, chain, collapsed, count, depth, leaves, nodes, peeled

Key = Callable[[int, int, int], tuple[int, ...]]

BLOCKS = (4, 8, 16, 32)
SWAPPED = "the second of each pair of channels first"
"""The order of dot-product instructions for pairs."""

OWN = "in a tree of its own"

LANES = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)


def in_words(tree: Tree, shape: CallShape) -> str:
    """A description of the tree over the taps of a shape."""
    return _told(tree, shape) or f"{OWN}, {depth(tree)} additions deep"


def _told(tree: Tree, shape: CallShape) -> str:
    """The name of the tree's pattern; empty where it has none."""
    if isinstance(tree, int):
        return "a single product"
    if plain := _plain(tree, shape):
        return plain
    for parts in _divisions(tree, shape):
        if words := _divided(tree, parts, shape):
            return words
    body, tail = peeled(tree)
    words = _told(body, shape) if tail else ""
    return f"{words}; then the other {len(tail)} taps one after the other" if words else ""


# ---- trees without parts


def _plain(tree: Tree, shape: CallShape) -> str:
    assert not isinstance(tree, int)
    if count(tree) == 2:
        return "in one addition"
    if all(isinstance(child, int) for child in tree):
        return "all at once, rounded once"
    if members := chain(tree):
        return f"one after the other, {order_of([leaf for leaf in members if isinstance(leaf, int)], shape)}"
    if blocks := _blocks(tree):
        size = len(blocks[1] if len(blocks) > 2 else blocks[0])
        return f"{size} at a time, rounded once for each {size}, {order_of(list(joined.from_iterable(blocks)), shape)}"
    if _is_balanced(tree):
        return "pairwise, " + ("neighbours first" if _joins_neighbours(tree) else "distant ones first")
    return ""


def _blocks(tree: Tree) -> list[list[int]] | None:
    """The blocks of products that join a running sum in one step, as in matrix engines; None where sizes differ.

    The first and the last block may have another size.
    """
    blocks: list[list[int]] = []
    while not isinstance(tree, int):
        partial = [child for child in tree if not isinstance(child, int)]
        blocks.insert(0, sorted(child for child in tree if isinstance(child, int)))
        if len(partial) > 1:
            return None
        tree = partial[0] if partial else -1
    sizes = {len(block) for block in blocks[1:-1]} or {len(blocks[0])}
    return blocks if len(sizes) == 1 and min(sizes) > 1 else None


def order_of(sequence: Sequence[int], shape: CallShape) -> str:
    """A description of the order in which a running sum takes the taps."""
    channels = {shape.tap(leaf)[0] for leaf in sequence}
    for words, key in _orders(shape, within_a_channel=len(channels) == 1):
        ranked = [key(*shape.tap(leaf)) for leaf in sequence]
        # The order of the first two cannot be seen.
        swapped = [ranked[1], ranked[0], *ranked[2:]]
        if sorted(ranked) in (ranked, swapped):
            return words
        if sorted(ranked, reverse=True) in (ranked, swapped):
            return f"{words}, from the last to the first"
    return "in an order of its own"


def _orders(shape: CallShape, *, within_a_channel: bool = False) -> Iterator[tuple[str, Key]]:
    if shape.KH * shape.KW == 1:
        yield "channel by channel", lambda c, _i, _j: (c,)
        yield f"channel by channel, {SWAPPED}", lambda c, _i, _j: (c // 2, -c)
    elif shape.channels == 1 or within_a_channel:
        yield "row by row", lambda _c, i, j: (i, j)
        yield "column by column", lambda _c, i, j: (j, i)
    else:
        yield "channel by channel", lambda c, i, j: (c, i, j)
        yield "kernel position by position, through all channels at each", lambda c, i, j: (i, j, c)
        yield "channel by channel, each by columns", lambda c, i, j: (c, j, i)
        yield "kernel column by column, through all channels at each position", lambda c, i, j: (j, i, c)
        yield "kernel row by row, through all channels in each", lambda c, i, j: (i, c, j)
        yield f"kernel position by position, {SWAPPED}", lambda c, i, j: (i, j, c // 2, -c)
        for size in BLOCKS:
            if size < shape.channels:
                yield f"by blocks of {size} channels, through the kernel in each", _blocked(size)
                yield f"by blocks of {size} channels, {SWAPPED}", _blocked_and_swapped(size)


def _blocked(size: int) -> Key:
    return lambda c, i, j: (c // size, i, j, c % size)


def _blocked_and_swapped(size: int) -> Key:
    return lambda c, i, j: (c // size, i, j, c // 2, -c)


def _is_balanced(tree: Tree) -> bool:
    binary = all(isinstance(node, int) or len(node) == 2 for node in nodes(tree))
    return binary and count(tree) >= 4 and depth(tree) == ceil(log2(count(tree)))


def _joins_neighbours(tree: Tree) -> bool:
    """Whether every node is a run of the sorted leaves."""
    ranks = {leaf: rank for rank, leaf in enumerate(sorted(leaves(tree)))}
    for node in nodes(tree):
        under = [ranks[leaf] for leaf in leaves(node)]
        if max(under) - min(under) + 1 != len(under):
            return False
    return True


# ---- trees of equal parts


@dataclass(frozen=True, slots=True)
class Division:
    """The leaves in parts, the name of the parts, a `short` one, and their count where there are more than are seen."""

    name: str
    short: str
    parts: list[list[int]]
    count: int = 0


def _divisions(tree: Tree, shape: CallShape) -> Iterator[Division]:
    """Ways to divide the leaves, the most informative first."""
    every = sorted(leaves(tree))
    yield Division("channels", "channels", _grouped(every, lambda k: shape.tap(k)[0]), shape.channels)
    yield Division("kernel positions", "kernel positions", _grouped(every, lambda k: shape.tap(k)[1:]))
    yield Division("kernel rows", "kernel rows", _grouped(every, lambda k: shape.tap(k)[1]))
    for lanes in LANES:
        yield Division("lanes", "lanes", _grouped(every, lambda k, lanes=lanes: k % lanes))  # type: ignore[misc]  # a default binds it
        yield Division("lanes of channels", "lanes", _grouped(every, lambda k, lanes=lanes: shape.tap(k)[0] % lanes))  # type: ignore[misc]  # a default binds it
    for size in sorted({count(node) for node in nodes(tree)} - {1}, reverse=True):
        parts = [sorted(leaves(node)) for node in _largest_within(tree, size)]
        if not _are_equal(parts):
            continue
        runs = all(part == [k for k in every if part[0] <= k <= part[-1]] for part in parts)
        name = f"parts of {_taps_of(parts, shape)}" if runs else "interleaved parts"
        yield Division(name, "parts", sorted(parts))


def _are_equal(parts: Sequence[Sequence[int]]) -> bool:
    """Whether the parts look equally large in a sample of taps; of three or more, the last may be shorter."""
    sizes = sorted(map(len, parts), reverse=True)
    return (sizes[:-1] if len(sizes) > 2 else sizes)[-1] >= 0.75 * sizes[0]


def _grouped(every: Sequence[int], key: Callable[[int], object]) -> list[list[int]]:
    groups: dict[object, list[int]] = {}
    for leaf in every:
        groups.setdefault(key(leaf), []).append(leaf)
    return list(groups.values())


def _largest_within(tree: Tree, size: int) -> Iterator[Tree]:
    if isinstance(tree, int) or count(tree) <= size:
        yield tree
    else:
        for child in tree:
            yield from _largest_within(child, size)


def _taps_of(parts: Sequence[Sequence[int]], shape: CallShape) -> str:
    """The number of taps in each part; in a sample of taps it follows from where the parts end."""
    ordered = sorted(parts, key=min)
    whole, rest = divmod(shape.taps, len(parts))
    if not rest and _cut_by(whole, ordered):
        return f"{whole} taps"
    fitting = [size for size in range(whole, shape.taps) if _cut_by(size, ordered)]
    if fitting:
        # Several sizes fit: a programmer would choose the roundest.
        return f"{max(fitting, key=lambda size: size & -size)} taps, the last one shorter"
    return f"about {whole} taps"


def _cut_by(size: int, parts: Sequence[Sequence[int]]) -> bool:
    return all(tap // size == number for number, part in enumerate(parts) for tap in part)


def _divided(tree: Tree, division: Division, shape: CallShape) -> str:
    """A description of a tree of parts; empty where the tree is not made of this division."""
    parts = division.parts
    if not 1 < len(parts) < count(tree):
        return ""
    top = collapsed(tree, parts)
    if top is None:
        return ""
    joined = _joined(top)
    inside = _inside(tree, parts, shape)
    if not joined or not inside:
        return ""
    number = division.count or len(parts)
    return f"in {number} {division.name}, each {inside}; then the {division.short} {joined}"


def _joined(top: Tree) -> str:
    """How the numbered parts are added."""
    assert not isinstance(top, int)
    members = chain(top)
    if count(top) == 2:
        return "in one addition"
    if all(isinstance(child, int) for child in top):
        return "all at once"
    if members is not None:
        numbers = leaves(tuple(members))
        ordered = numbers in (sorted(numbers), sorted(numbers, reverse=True))
        return "one after the other" if ordered else "one after the other, in an order of their own"
    return "pairwise" if _is_balanced(top) else ""


def _inside(tree: Tree, parts: Sequence[Sequence[int]], shape: CallShape) -> str:
    """How the taps of each part are added; empty where parts differ. A part of two fits any description."""
    wanted = [frozenset(part) for part in parts]
    found = {
        _plain(node, shape)
        for node in nodes(tree)
        if not isinstance(node, int) and frozenset(leaves(node)) in wanted and count(node) > 2
    }
    if not found:
        return "in one addition" if count(tree) == shape.taps else "summed first"
    return found.pop() if len(found) == 1 else ""
