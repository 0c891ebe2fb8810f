"""NaN and infinity, by the rules of IEEE 754: in the window they count, outside it they do not."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from conv2d_conformance.cases.case import Case, Elements, Recipe
from conv2d_conformance.cases.dtypes import in_dtype, in_turn
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.strategies import sample
from conv2d_conformance.checks import covers
from conv2d_conformance.checks.under_test import ImplementationUnderTest
from conv2d_conformance.contract.formats import DTYPES

NAN, INF = float("nan"), float("inf")
PATHS = tuple(
    map(
        parse,
        (
            *("n1c16h6w7 m2k3 p1", "n2c33h5w4 m16k3 p1", "n1c3h4w5 m4k1", "n1c8h5w6 m8k1", "n1c16h7w7 m16k5 p2 g16"),
            *("n2c16h5w7 m16k1 s2", "n1c8h9w8 m16k3 s2 p1", "n1c16h7w6 m16k3 s2x1 p1 g16", "n1c8h7w8 m8k3 p2 d2"),
            *("n1c3h6w7 m8k3 p1", "n2c3h9w9 m4k3 s2 p1", "n1c3h8w7 m2k2 d2", "n1c3h4w5 m6k1 g3"),
        ),
    )
)
"""Layers that have a path of their own: many channels, kernels of one tap, depthwise, strided and dilated ones; those
of three channels, as images have, which no vector of 2 or 4 divides; and depthwise ones whose sums have one product.
"""

ALL = ("stride", "padding", "dilation", "groups", "bias")


def _with_one_odd_element(
    iut: ImplementationUnderTest,
    letter: str,
    values: tuple[float, ...],
    *,
    vary: tuple[str, ...] = ALL,
    require: tuple[str, ...] = (),
) -> Iterator[Case]:
    """Cases in every dtype in which one element of the input (x), the weight (w) or the bias (b) is replaced."""
    drawn = in_turn(sample(iut.effort.drawn, iut.seed, vary=vary, require=require))
    chosen = [(case, _anywhere) for case in drawn] + [(case, _inside) for case in _on_every_path(require)]
    for number, (case, place_in) in enumerate(chosen):
        assert isinstance(case.data, Recipe)
        shape = case.shapes[{"x": "input", "w": "weight", "b": "bias"}[letter]]
        if shape is not None and 0 not in shape:
            value = values[(number + number // len(DTYPES)) % len(values)]
            yield replace(case, data=Elements(((letter, place_in(shape, case.data.seed), value),), case.data))


def _anywhere(shape: tuple[int, ...], seed: int) -> tuple[int, ...]:
    return tuple((seed >> (3 * axis)) % size for axis, size in enumerate(shape))


def _inside(shape: tuple[int, ...], _: int) -> tuple[int, ...]:
    """An element with neighbours on all sides, of the last channel: the one that no second makes a pair with."""
    return tuple(size - 1 if axis == 1 else size // 2 for axis, size in enumerate(shape))


def _on_every_path(require: tuple[str, ...]) -> Iterator[Case]:
    """The paths that have what is required, each in every dtype."""
    steps = [name for name in require if name in ("stride", "dilation")]
    paths = [path for path in PATHS if all(getattr(path, name) not in (1, (1, 1)) for name in steps)]
    for number, (path, dtype) in enumerate(product(paths, DTYPES)):
        has_bias = "bias" in require or number % 3 == 0
        yield in_dtype(replace(path, bias=has_bias, data=Recipe(seed=number)), dtype)


def _under_dead_channels(values: tuple[float, ...]) -> Iterator[Case]:
    """On every path, a weight that is not finite over an input channel that is zero throughout, the dtypes in turn."""
    for number, case in enumerate(in_turn(PATHS)):
        place = _inside(case.weight_shape, number)
        inputs, outputs = case.C // case.groups, case.M // case.groups
        channel = place[0] // outputs * inputs + place[1]
        of_input = product(*map(range, case.input_shape))
        zeros = tuple(("x", cell, 0.0) for cell in of_input if cell[-3] == channel)
        odd = ("w", place, values[number % len(values)])
        yield replace(case, data=Elements((odd, *zeros), case.recipe))


@covers("special-values.nan-in-window")
def test_nan_in_window(iut: ImplementationUnderTest) -> None:
    """A NaN of the input makes every output whose window holds it NaN."""
    iut.judge_all(_with_one_odd_element(iut, "x", (NAN,)))


@covers("special-values.infinity-in-window")
def test_infinity_in_window(iut: ImplementationUnderTest) -> None:
    """An infinity of the input gives an infinity of the sign of its product."""
    iut.judge_all(_with_one_odd_element(iut, "x", (INF, -INF)))


@covers("special-values.infinity-times-zero")
def test_infinity_times_zero(iut: ImplementationUnderTest) -> None:
    """An infinity under a weight of zero gives NaN."""
    for case in _with_one_odd_element(iut, "x", (INF, -INF), vary=()):
        assert isinstance(case.data, Elements)
        ((_, place, _),) = case.data.entries
        channel = place[-3] % (case.C // case.groups)
        zeros = tuple(("w", (m, channel, kh, 0), 0.0) for m in range(case.M) for kh in range(case.KH))
        iut.judge(replace(case, data=Elements((*case.data.entries, *zeros), case.data.base)))


@covers("special-values.outside-window")
def test_outside_window(iut: ImplementationUnderTest) -> None:
    """What is not finite has no effect on outputs whose window does not hold it, nor on other groups and images."""
    iut.judge_all(_with_one_odd_element(iut, "x", (NAN, INF), vary=(*ALL, "same"), require=()))


@covers("special-values.between-taps")
def test_between_taps(iut: ImplementationUnderTest) -> None:
    """What lies between the taps of a dilated kernel has no effect."""
    iut.judge_all(_with_one_odd_element(iut, "x", (NAN, INF), vary=(), require=("dilation",)))


@covers("special-values.unread-cells")
def test_unread_cells(iut: ImplementationUnderTest) -> None:
    """What the stride skips has no effect."""
    iut.judge_all(_with_one_odd_element(iut, "x", (NAN, INF), vary=(), require=("stride",)))


@covers("special-values.weight")
def test_weight(iut: ImplementationUnderTest) -> None:
    """What is not finite in the weight acts on its own output channel, and on no other."""
    iut.judge_all(_with_one_odd_element(iut, "w", (NAN, INF, -INF)))
    iut.judge_all(_under_dead_channels((NAN, INF, -INF)))


@covers("special-values.bias")
def test_bias(iut: ImplementationUnderTest) -> None:
    """What is not finite in the bias is added to its own output channel, and to no other."""
    iut.judge_all(_with_one_odd_element(iut, "b", (NAN, INF, -INF), vary=ALL, require=("bias",)))
