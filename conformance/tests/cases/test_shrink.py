"""What is left of a failing case is what a person would have written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases import Case, call, format_case, parse
from conv2d_conformance.cases.geometry import geometry, is_legal
from conv2d_conformance.cases.illegal_calls import ILLEGAL
from conv2d_conformance.cases.shrink import reductions, shrink
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.message_kinds import masked
from conv2d_reference.correlate import conv2d

LARGE = "n3c4h19w20 m6k3x4 s2x3 p2x1 d2x1 g2 bias float32 integers:7 view=offset"

Faulty = Callable[..., Array]


def flips_the_kernel(x: Array, w: Array, b: Array | None, **arguments: Any) -> Array:
    return conv2d(x, w[..., ::-1, ::-1], b, **arguments)


def swaps_the_strides(x: Array, w: Array, b: Array | None, *, stride: Any, **arguments: Any) -> Array:
    return conv2d(x, w, b, stride=stride[::-1] if isinstance(stride, tuple) else stride, **arguments)


def drops_the_bias(x: Array, w: Array, b: Array | None, **arguments: Any) -> Array:  # noqa: ARG001
    return conv2d(x, w, None, **arguments)


def forgets_the_last_column_beyond_16(x: Array, w: Array, b: Array | None, **arguments: Any) -> Array:
    y = conv2d(x, w, b, **arguments)
    if x.shape[-1] > 16:
        y[..., -1] = 0
    return y


def interleaves_the_groups(x: Array, w: Array, b: Array | None, *, groups: int, **arguments: Any) -> Array:
    y = conv2d(x, w, b, groups=groups, **arguments)
    return np.concatenate([y[..., first::groups, :, :] for first in range(groups)], axis=-3)


def pads_same_at_the_start(x: Array, w: Array, b: Array | None, **arguments: Any) -> Array:
    if arguments["padding"] != "same":
        return conv2d(x, w, b, **arguments)
    return conv2d(x[..., ::-1], w[..., ::-1], b, **arguments)[..., ::-1]


def mixes_up_the_batch(x: Array, w: Array, b: Array | None, **arguments: Any) -> Array:
    y = conv2d(x, w, b, **arguments)
    return np.roll(y, 1, axis=0) if y.ndim == 4 else y


def keeps_11_bits(x: Array, w: Array, b: Array | None, **arguments: Any) -> Array:
    return conv2d(x.astype(np.float16).astype(x.dtype), w, b, **arguments)


def failing(faulty: Faulty) -> Callable[[Case], bool]:
    def fails(case: Case) -> bool:
        arguments, arrays = call(case)
        got = faulty(*arrays.values(), **arguments)
        right = conv2d(*arrays.values(), **arguments)  # type: ignore[arg-type]
        return got.shape != right.shape or not np.array_equal(got, right)

    return fails


OBVIOUS: dict[Faulty, tuple[str, str]] = {
    flips_the_kernel: (LARGE, "n1c1h1w2 m1k1x2 x[0,0,0,1]=1 w[0,0,0,0]=1"),
    swaps_the_strides: (LARGE, "n1c1h1w2 m1k1x1 s1x2 all-zero"),
    drops_the_bias: (LARGE, "n1c1h1w1 m1k1x1 bias b[0]=1"),
    forgets_the_last_column_beyond_16: (LARGE, "n1c1h1w17 m1k1x1 x[0,0,0,16]=1 w[0,0,0,0]=1"),
    interleaves_the_groups: (LARGE, "n1c2h1w1 m4k1x1 g2 x[0,1,0,0]=1 w[2,0,0,0]=1"),
    pads_same_at_the_start: (
        "c4h9w8 m6k3x4 same d2x1 g2 bias float32 uniform:7 omit=stride",
        "n1c1h1w1 m1k1x2 same x[0,0,0,0]=1 w[0,0,0,1]=1",
    ),
    mixes_up_the_batch: (LARGE, "n2c1h1w1 m1k1x1 x[1,0,0,0]=1 w[0,0,0,0]=1"),
}


@pytest.mark.parametrize("faulty", OBVIOUS, ids=lambda faulty: faulty.__name__)
def test_a_fault_shrinks_to_the_obvious_case(faulty: Faulty) -> None:
    line, obvious = OBVIOUS[faulty]
    asked = []

    def fails(case: Case) -> bool:
        asked.append(format_case(case))
        return failing(faulty)(case)

    assert fails(parse(line))
    asked.clear()
    assert format_case(shrink(parse(line), fails, budget=200)) == format_case(parse(obvious))
    assert len(asked) == len(set(asked)) < 80


def test_data_that_a_fault_needs_are_kept() -> None:
    smallest = shrink(parse("n2c2h4w4 m2k2 float32 uniform:3"), failing(keeps_11_bits), budget=200)
    line = format_case(smallest)
    assert line.startswith("n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 nobias float32 x[0,0,0,0]=")
    assert line.endswith("w[0,0,0,0]=1")


def test_a_case_that_is_too_large_to_name_its_elements_keeps_its_recipe() -> None:
    def fails(case: Case) -> bool:
        return case.H * case.W >= 400

    assert format_case(shrink(parse("n1c1h64w64 m1k1 sparse:9"), fails, budget=500)).endswith(" integers:0")


@pytest.mark.parametrize("budget", [0, 1, 5, 17])
def test_the_budget_is_never_exceeded(budget: int) -> None:
    asked = []

    def fails(case: Case) -> bool:
        asked.append(case)
        return case.KW > 1

    smallest = shrink(parse(LARGE), fails, budget=budget)
    assert len(asked) == budget
    assert smallest.KW > 1
    assert (smallest == parse(LARGE)) == (budget == 0)


def test_shrinking_is_deterministic_and_ends_where_nothing_simpler_fails() -> None:
    fails = failing(flips_the_kernel)
    smallest = shrink(parse(LARGE), fails, budget=1000)
    assert smallest == shrink(parse(LARGE), fails, budget=1000)
    assert not any(map(fails, reductions(smallest)))


@pytest.mark.parametrize(
    "line",
    [
        LARGE,
        "c2h5w6 m4k3x2 s2 p1 d2 float64 normal:3 omit=groups",
        "n0c2h5w6 m4k3x2 same circular",
        "n1c1h3w3 m1k2 bias x[0,0,0,0]=2 x[0,0,2,2]=3 w[0,0,1,1]=1 b[0]=5",
    ],
)
def test_reductions_are_legal_and_differ(line: str) -> None:
    found = list(reductions(parse(line)))
    lines = [format_case(case) for case in found]
    assert len(set(lines)) == len(lines) > 5
    assert format_case(parse(line)) not in lines
    assert all(is_legal(case) and case.dtype == parse(line).dtype for case in found)


def reason(case: Case) -> str:
    """Why a call is illegal, whatever the numbers."""
    with pytest.raises((TypeError, ValueError)) as raised:
        geometry(case)
    return masked(str(raised.value))


@pytest.mark.parametrize("case", [case for _, case in ILLEGAL][::7], ids=format_case)
def test_an_illegal_case_stays_illegal_for_the_same_reason(case: Case) -> None:
    found = list(reductions(case))
    if any(name.endswith("-shape") for name, _ in case.overrides):
        assert found == []
        assert shrink(case, lambda _: True, budget=10) == case
        return
    assert found
    for simpler in found:
        assert reason(simpler) == reason(case)
        assert simpler.overrides == case.overrides
        assert not simpler.overrides or is_legal(replace(simpler, overrides=()))


@pytest.mark.parametrize(
    ("line", "simplest"),
    [
        ("n2c4h9w8 m6k3x2 g2 bias stride=(0,1)", "n1c1h1w1 m1k1 stride=(0,1)"),
        ("n0c4h9w8 m6k3x2 g2 dilation=0", "n0c1h1w1 m1k1 dilation=0"),
        ("n2c4h9w8 m6k3x2 g2 bias same bias-dtype=float64", "n1c1h1w1 m1k1 same bias bias-dtype=float64"),
        ("n2c2h9w3 m2k3x6 s1x4 p0x1 bias", "n1c1h1w1 m1k1x2 all-zero"),
        ("n0c2h9w3 m2k2x3 p0x3 reflect", "n0c1h1w1 m1k1 p0x1 reflect all-zero"),
    ],
)
def test_an_illegal_case_keeps_its_defect_alone(line: str, simplest: str) -> None:
    assert format_case(shrink(parse(line), lambda _: True, budget=100)) == format_case(parse(simplest))


def takes_a_nan_for_zero(x: Array, w: Array, b: Array | None, **arguments: Any) -> Array:
    return conv2d(np.nan_to_num(x), w, b, **arguments)


def test_an_element_that_is_not_finite_moves_into_a_smaller_array() -> None:
    def fails(case: Case) -> bool:
        arguments, arrays = call(case)
        given: Any = arrays.values()
        got = takes_a_nan_for_zero(*given, **arguments)
        right = conv2d(*given, **arguments)
        return not np.array_equal(got, right, equal_nan=True)

    smallest = shrink(parse("n2c3h8w7 m4k3x2 p1 bias integers:5 x[1,2,6,5]=nan"), fails, budget=200)
    assert format_case(smallest) == format_case(parse("n1c1h1w1 m1k1x1 x[0,0,0,0]=nan"))


def test_nothing_is_asked_after_the_time() -> None:
    asked = []
    now = 0.0

    def fails(case: Case) -> bool:
        nonlocal now
        asked.append(case)
        now += 0.25
        return case.KW > 1

    shrink(parse(LARGE), fails, budget=500, seconds=1.0, clock=lambda: now)
    assert len(asked) == 4


def test_the_simplest_case_cannot_be_reduced() -> None:
    assert list(reductions(parse("n1c1h1w1 m1k1 all-zero"))) == []


def test_no_call_is_made_after_the_time_is_over() -> None:
    """Each call takes a second of this clock."""
    now, asked = [100.0], []

    def fails(case: Case) -> bool:
        asked.append(case)
        now[0] += 1
        return True

    found = shrink(parse(LARGE), fails, budget=300, seconds=5, clock=lambda: now[0])
    assert len(asked) == 5
    assert found == asked[-1]
    assert shrink(parse(LARGE), fails, budget=300, seconds=0, clock=lambda: now[0]) == parse(LARGE)
