"""Trees are found again from the sizes of their nodes, said in words, and drawn."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from conv2d_conformance.fingerprint.shapes import SHAPES, CallShape
from conv2d_conformance.fingerprint.tree import (
    NoTree,
    Reconstruction,
    Tree,
    chain,
    collapsed,
    count,
    depth,
    earliest,
    leaves,
    nodes,
    parse,
    peeled,
    text,
)
from conv2d_conformance.fingerprint.tree_description import in_words
from conv2d_conformance.fingerprint.tree_drawing import drawn

SMALL, RESNET, DEPTHWISE, POINTWISE = SHAPES


def sizes_in(tree: Tree) -> tuple[Callable[[int, Sequence[int]], list[int]], list[tuple[int, int]]]:
    """What the masks would tell of a tree, and a list of what was asked."""
    asked: list[tuple[int, int]] = []

    def sizes(first: int, others: Sequence[int]) -> list[int]:
        asked.extend((first, other) for other in others)
        return [min(count(node) for node in nodes(tree) if {first, other} <= set(leaves(node))) for other in others]

    return sizes, asked


def some_tree(size: int, draw: random.Random) -> Tree:
    """A tree over 0 to size - 1, in which up to four are added at once."""
    trees: list[Tree] = list(range(size))
    draw.shuffle(trees)
    while len(trees) > 1:
        width = min(draw.choice((2, 2, 2, 3, 4)), len(trees))
        start = draw.randrange(len(trees) - width + 1)
        trees[start : start + width] = [tuple(trees[start : start + width])]
    return trees[0]


def canonical(tree: Tree) -> frozenset[Any] | int:
    return tree if isinstance(tree, int) else frozenset(canonical(child) for child in tree)


@pytest.mark.parametrize("seed", range(40))
def test_any_tree_is_found_again(seed: int) -> None:
    draw = random.Random(seed)
    tree = some_tree(draw.randrange(1, 40), draw)
    sizes, asked = sizes_in(tree)
    found = Reconstruction(sizes).tree(sorted(leaves(tree)))
    assert canonical(found) == canonical(tree)
    assert len(asked) == len(set(asked))
    assert parse(text(found)) == found


def test_a_running_sum_takes_one_question_for_each_addition() -> None:
    tree = parse("((((0 1) 2) 3) 4)")
    sizes, asked = sizes_in(tree)
    assert Reconstruction(sizes).tree(range(5)) == tree
    assert len(asked) == 4


def test_sizes_that_fit_no_tree() -> None:
    with pytest.raises(NoTree):
        Reconstruction(lambda _, others: [4 for _ in others]).tree(range(3))


def test_what_can_be_read_off_a_tree() -> None:
    tree = parse("(((0 1) (2 3 4)) 5 6)")
    assert leaves(tree) == list(range(7))
    assert (count(tree), depth(tree), earliest(tree)) == (7, 3, 0)
    assert collapsed(tree, [[0, 1], [2, 3, 4], [5], [6]]) == ((0, 1), 2, 3)
    assert collapsed(tree, [[0, 2], [1, 3, 4], [5], [6]]) is None
    assert chain(tree) is None
    assert chain(parse("(3 ((1 0) 2))")) == [0, 1, 2, 3]
    assert peeled(parse("(((0 1) (2 3)) 4)")) == (((0, 1), (2, 3)), [4])


def running(items: Iterable[Tree]) -> Tree:
    tree, *others = items
    for other in others:
        tree = (tree, other)
    return tree


def balanced(items: Iterable[Tree]) -> Tree:
    trees = list(items)
    while len(trees) > 1:
        trees = [trees[i] if i + 1 == len(trees) else (trees[i], trees[i + 1]) for i in range(0, len(trees), 2)]
    return trees[0]


TAPS = range(36)


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (running(TAPS), "one after the other, channel by channel"),
        (running(TAPS[::-1]), "one after the other, channel by channel, from the last to the first"),
        (
            running(c * 9 + k for k in range(9) for c in range(4)),
            "one after the other, kernel position by position, through all channels at each",
        ),
        (
            running(c * 9 + k for k in range(9) for c in (1, 0, 3, 2)),
            "one after the other, kernel position by position, the second of each pair of channels first",
        ),
        (
            running([5, 3, 7, *(set(TAPS) - {3, 5, 7})]),
            "one after the other, in an order of its own",
        ),
        (balanced(TAPS), "pairwise, neighbours first"),
        (tuple(TAPS), "all at once, rounded once"),
        (
            (((0, 1, 2, 3), *range(4, 8)), *range(8, 12)),
            "4 at a time, rounded once for each 4, channel by channel",
        ),
        (
            balanced(running(TAPS[lane::8]) for lane in range(8)),
            "in 8 lanes, each one after the other, channel by channel; then the lanes pairwise",
        ),
        (
            running([balanced(running(TAPS[lane:32:8]) for lane in range(8)), *TAPS[32:]]),
            "in 8 lanes, each one after the other, channel by channel; then the lanes pairwise; "
            "then the other 4 taps one after the other",
        ),
        (
            running(running(TAPS[start : start + 9]) for start in range(0, 36, 9)),
            "in 4 channels, each one after the other, row by row; then the channels one after the other",
        ),
        (
            running(balanced(TAPS[start : start + 8]) for start in range(0, 36, 8)),
            "in 5 parts of 8 taps, the last one shorter, each pairwise, neighbours first; "
            "then the parts one after the other",
        ),
        (
            running(running(c * 9 + k for c in range(4)) for k in range(9)),
            "in 9 kernel positions, each one after the other, channel by channel; "
            "then the kernel positions one after the other",
        ),
        (((0, (1, (2, 3))), (4, 5)), "in a tree of its own, 4 additions deep"),
        ((0, 1), "in one addition"),
        (7, "a single product"),
    ],
)
def test_trees_in_words(tree: Tree, words: str) -> None:
    assert in_words(tree, SMALL) == words


@pytest.mark.parametrize("shape", SHAPES)
def test_taps_are_chosen_from_all_channels_and_kernel_positions(shape: CallShape) -> None:
    chosen = shape.chosen
    assert len(chosen) == len(set(chosen)) == min(shape.taps, 64)
    assert chosen == sorted(chosen)
    assert {shape.tap(k)[1:] for k in chosen} == {(i, j) for i in range(shape.KH) for j in range(shape.KW)}
    assert max(shape.tap(k)[0] for k in chosen) >= shape.channels * 15 // 16


def test_a_split_is_measured_where_only_some_taps_are_seen() -> None:
    tree = running(running(k for k in RESNET.chosen if k // 128 == part) for part in range(5))
    assert in_words(tree, RESNET).startswith("in 5 parts of 128 taps, the last one shorter, each one after the other")


def test_a_drawing() -> None:
    assert drawn(running(range(5))) == ["0 → 1 → 2 → 3 → 4"]
    assert drawn((0, 1, 2)) == ["0 & 1 & 2"]
    assert drawn(running(range(36))) == ["0 → 1 → 2 → 3 → 4 → 5 → 6 → 7 → ... 26 more ... → 34 → 35"]
    assert drawn(running([balanced(running(TAPS[lane:32:4]) for lane in range(4)), *TAPS[32:]])) == [
        "36 taps: this sum, then → 32 → 33 → 34 → 35",
        "└─ 32 taps: the sum of these 2, in one addition",
        "   ├─ 16 taps: the sum of these 2, in one addition",
        "   │  ├─ 0 → 4 → 8 → 12 → 16 → 20 → 24 → 28",
        "   │  └─ 1 → 5 → 9 → 13 → 17 → 21 → 25 → 29",
        "   └─ 16 taps: the sum of these 2, in one addition",
        "      ├─ 2 → 6 → 10 → 14 → 18 → 22 → 26 → 30",
        "      └─ 3 → 7 → 11 → 15 → 19 → 23 → 27 → 31",
    ]
    assert drawn(running((k, k + 1) for k in range(0, 36, 2)))[-1] == "└─ ... 12 more like the last"


@pytest.mark.parametrize("seed", range(20))
def test_a_drawing_stays_on_the_page(seed: int) -> None:
    draw = random.Random(seed)
    for line in drawn(some_tree(64, draw)):
        assert len(line) <= 160  # a node of its own may be deep


def test_a_shape_is_written_as_a_case() -> None:
    shape = CallShape(name="x", C=4, H=5, W=6, M=8, KH=3, KW=2, padding=1, groups=2)
    assert shape.case == "n1c4h5w6 m8k3x2 s1x1 p1x1 d1x1 g2"
