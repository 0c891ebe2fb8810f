"""Sizes at which a kernel that works in tiles goes wrong: one less than a tile, a whole tile, one more.

An implementation splits each axis into tiles of 4, 8, 16, 32, 64 or 128 and treats the remainder separately. A fault
there needs a size near a tile, often on two axes at once. So every size occurs alone on every axis, and every pair of
sizes on every pair of axes: not all combinations (19 to the power of 5), but a covering array, in which one case covers
the pairs of all its axes.

A dispatcher chooses its path by the kernel, the stride, the dilation and the groups, and each path has its own tails.
So every path meets every size on every axis too. Last come the sizes beyond an index of 8 or 16 bits, and beyond the
threads and blocks of a grid, one at a time and as cheap as possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import combinations, count, product

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.cost import COST_OF_ELEMENT
from conv2d_conformance.cases.geometry import multiply_adds
from conv2d_conformance.cases.grammar import parse

SIZES = (1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129)
KERNELS = (1, 3)

FACTORS: dict[str, Sequence[int]] = {"N": SIZES, "C": SIZES, "M": SIZES, "OH": SIZES, "OW": SIZES, "K": KERNELS}
"""The axes of the array. 1x1 is a matrix product, in which C is the length of the sums; 3x3 is where Winograd works."""

TileRow = tuple[int, ...]
PairOfSizes = tuple[int, int, int, int]  # a factor and its value, a later factor and its value


@cache
def tile_cases(max_multiply_adds: int) -> tuple[Case, ...]:
    """Every size alone, then every pair of sizes, in cases of at most `max_multiply_adds` each.

    A pair that is too expensive even where all else is 1 is left out. Deterministic.
    """
    found = [*_alone(), *map(_case, _pairwise(max_multiply_adds), count())]
    return tuple(dict.fromkeys(case for case in found if multiply_adds(case) <= max_multiply_adds))


def cases_alone(axis: str) -> Iterator[Case]:
    """Every size on one axis (N, C, M, OH, OW, or G for the number of groups); the others are small and unequal."""
    for size in SIZES:
        if axis == "G":
            yield Case(C=2 * size, H=3, W=4, M=3 * size, KH=2, KW=1, groups=size, data=Recipe(seed=size))
        else:
            small = {"N": 2, "C": 3, "M": 2, "OH": 2, "OW": 3, "K": 3}
            yield _case(tuple((small | {axis: size}).values()), size)


def channel_counts() -> Iterator[Case]:
    """Every number of input channels up to 40, first under a 2x3 kernel, then under 1x1 with as many filters."""
    for C in range(2, 41):
        yield Case(N=1, C=C, H=3, W=4, M=2, KH=2, KW=3, data=Recipe(seed=C))
        yield Case(N=1, C=C, H=2, W=3, M=C, data=Recipe(seed=C))


def every_size() -> Iterator[Case]:
    """Every number of columns, filters, rows and images up to 40, a large one beside a small one.

    A vector of 16 lanes leaves from 1 to 15 of them over, and each may have a tail of its own.
    """
    for size in range(2, 41):
        data, other = Recipe(seed=size), 42 - size
        yield Case(N=1, C=2, H=2, W=size, M=other, KH=3, KW=3, padding=(1, 1), bias=True, data=data)
        yield Case(N=other, C=2, H=size, W=2, M=1, KH=3, KW=3, padding=(1, 1), bias=True, data=data)


def every_number_of_pixels() -> Iterator[Case]:
    """Every number of pixels in an image up to 40, and then every size: over so many a gradient is summed."""
    for size in (*range(2, 41), *(size for size in SIZES if size > 40)):
        yield Case(N=1, C=2, H=1, W=size, M=3, bias=True, data=Recipe(seed=size))


def _alone() -> Iterator[Case]:
    """One axis at a time, and last the length of the sums, C * KH * KW."""
    for axis in ("N", "C", "M", "OH", "OW"):
        yield from cases_alone(axis)
    for size in SIZES:
        for KH, KW in ((1, size), (size, 1), (1, 3), (3, 3)):
            if size % (KH * KW) == 0:
                yield Case(N=2, C=size // (KH * KW), H=KH + 1, W=KW + 2, M=3, KH=KH, KW=KW, data=Recipe(seed=size))


def _case(row: TileRow, seed: int) -> Case:
    N, C, M, OH, OW, K = row
    pad = K // 2  # the input is as large as the output
    return Case(N=N, C=C, H=OH, W=OW, M=M, KH=K, KW=K, padding=(pad, pad), bias=seed % 2 == 1, data=Recipe(seed=seed))


# ---- the covering array ------------------------------------------------------------------------------------------


def _pairwise(most: int) -> Iterator[TileRow]:
    """Greedy: begin with the first missing pair, then give every other axis the value that covers the most pairs."""
    columns = tuple(FACTORS.values())
    axes = range(len(columns))
    nothing = [1] * len(columns)
    missing = {
        (i, a, j, b): None
        for i, j in combinations(axes, 2)
        for a, b in product(columns[i], columns[j])
        if _cost(*_with(_with(nothing, i, a), j, b)) <= most
    }
    while missing:
        i, a, j, b = next(iter(missing))
        row, chosen = _with(_with(nothing, i, a), j, b), [i, j]
        for k in axes:
            if k not in chosen:
                affordable = [value for value in columns[k] if _cost(*_with(row, k, value)) <= most]
                row[k] = max(affordable, key=lambda value: (_gain(row, chosen, k, value, missing), -value))
                chosen.append(k)
        for i, j in combinations(axes, 2):
            missing.pop((i, row[i], j, row[j]), None)
        yield tuple(row)


def _with(row: list[int], axis: int, value: int) -> list[int]:
    changed = row.copy()
    changed[axis] = value
    return changed


def _cost(N: int, C: int, M: int, OH: int, OW: int, K: int) -> int:
    """The multiply-adds, plus the cost of the elements; an axis that is not chosen yet counts as 1."""
    elements = N * (C + M) * OH * OW + M * C * K * K
    return N * M * OH * OW * C * K * K + COST_OF_ELEMENT * elements


def _gain(row: list[int], chosen: list[int], k: int, value: int, missing: dict[PairOfSizes, None]) -> int:
    return sum(((i, row[i], k, value) if i < k else (k, value, i, row[i])) in missing for i in chosen)


# ---- the paths of a dispatcher -----------------------------------------------------------------------------------

PATHS: dict[str, tuple[str, ...]] = {
    # how channels are grouped: kernels, and the arguments that select a path with them
    "dense": (
        *("k1 s2", "k1 p1", "k1 s3x2 p2", "k2 s2", "k2x4 p1x2", "k3 s2 p1", "k3 s1x2", "k3 d2 p2", "k3 d3", "k3 s3 p1"),
        *("k3x2 d1x2", "k2x3 d4x1", "k3 s2 d2 p2", "k3x5", "k5x3 p2x1", "k3x1", "k1x3", "k4 s4", "k5 p2", "k5 s2"),
        *("k7 p3", "k7 s2 p3", "k11 s4 p2", "k9x2", "k2x18"),
    ),
    "grouped": ("k1", "k3 p1", "k3 s2 p1", "k2x3 d2x1"),
    "depthwise": ("k1", "k3 p1", "k3 s2 p1", "k3 s1x2 p1", "k3 d2 p2", "k3x2", "k5 p2", "k5 s2 p2", "k7 p3"),
}
PATH_SIZES = (1, 3, 4, 5, 8, 9, 15, 16, 17, 32, 33, 64, 65)


@cache
def path_cases(max_multiply_adds: int) -> tuple[Case, ...]:
    """Every path with every size on each of C, M, OH and OW, in cases of at most `max_multiply_adds` each.

    A large size on one axis goes with a small one on another. In grouped cases, the channels of each of two groups have
    the sizes; in depthwise cases, the number of groups has them.
    """
    found = [case for path in range(sum(map(len, PATHS.values()))) for case in _along(path)]
    return tuple(case for case in found if multiply_adds(case) <= max_multiply_adds)


def _along(path: int) -> Iterator[Case]:
    grouping, words = [(grouping, words) for grouping, paths in PATHS.items() for words in paths][path]
    kernel = parse(f"n1c1h999w999 m1{words}")
    count = len(PATH_SIZES)
    for i in range(count):
        seed = path * count + i
        j = (2 * i + path) % count
        OH, OW, inputs, outputs = (PATH_SIZES[k] for k in (i, j, count - 1 - i, count - 1 - j))
        if path % 2:
            inputs, outputs = outputs, inputs
        if grouping == "depthwise":
            inputs, outputs = 1, 1 + i % 3
        groups = {"dense": 1, "grouped": 2, "depthwise": PATH_SIZES[count - 1 - i]}[grouping]
        yield replace(
            kernel,
            N=1 + seed % 2,
            C=groups * inputs,
            M=groups * outputs,
            H=_input_size(kernel, 0, OH, seed),
            W=_input_size(kernel, 1, OW, seed // 2),
            groups=groups,
            bias=seed % 4 < 2,
            data=Recipe("sparse" if seed % 3 == 2 else "integers", seed),
        )


def _input_size(kernel: Case, axis: int, output: int, lost: int) -> int:
    """The input size that gives this output size, plus `lost` cells, modulo the stride, that no window reads."""
    taps = (kernel.KH, kernel.KW)[axis]
    s, p, d = (value[axis] if isinstance(value, tuple) else value for value in _attributes(kernel))
    return max(1, (output - 1) * s + d * (taps - 1) + 1 - 2 * p + lost % s)


def _attributes(kernel: Case) -> tuple[int | tuple[int, int], ...]:
    assert not isinstance(kernel.padding, str)
    return kernel.stride, kernel.padding, kernel.dilation


# ---- beyond an index, a block or a grid --------------------------------------------------------------------------

_BEYOND = (
    *("n65537c1h1w1 m1k1", "n257c2h2w3 m2k2", "n257c1h1w1 m256k1"),  # images, and planes of the output
    *("n1300c3h1w1 m2k1", "n1300c2h2w3 m2k2 g2", "n1300c1h3w4 m1k3 s2 p1", "n65537c2h1w1 m2k1 g2"),
    *("n1c1h65537w1 m1k1", "n1c1h1w65537 m1k1", "n1c1h257w257 m2k1"),  # rows, columns, pixels
    *("n1c32h64w66 m1k3 p1", "n1c48h65w64 m3k1", "n1c32h66w65 m32k3 s2 p1 g32", "n1c16h64w64 m2k5 s2 p2"),  # both wide
    *("n1c2h1025w2 m2k2x1", "n1c2h2w1025 m2k1x2", "n1c2h130w140 m2k2 s2"),
    *("n1c1025h1w2 m2k1", "n1c2h1w2 m1025k1", "n1c1h1w2 m65537k1", "n1c65537h1w1 m1k1"),  # channels and filters
    *("n1c257h2w2 m257k1 g257", "n1c1026h1w2 m1026k1 g513", "n1c40h33w33 m40k2 g40"),  # groups
    *("n2c1h260w2 m1k257x1", "n2c1h2w260 m1k1x257", "n1c2h140w2 m2k130x1 g2", "n1c2h2w140 m2k1x130 g2"),  # taps
    *("n1c1h17w16 m2k13x11 p1", "n1c2h20w18 m2k17x16"),
    *("n1c1h1w2500 m1k1x600", "n1c1h1w34000 m1k1x1024", "n1c1h1w590000 m1k1x1024"),  # lowered: 2^22, 2^27, 2^31 bytes
)


def cases_beyond(max_multiply_adds: int) -> Iterator[Case]:
    """Sizes beyond 256, 1024 and 65536, each on one axis or in one product of axes."""
    for seed, line in enumerate(_BEYOND):
        case = replace(parse(line), bias=seed % 2 == 1, data=Recipe(seed=seed))
        if multiply_adds(case) <= max_multiply_adds:
            yield case
