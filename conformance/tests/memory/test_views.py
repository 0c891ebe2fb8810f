"""An array handed over as a view has the values of the dense one, and lies in memory as the name of the view says."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest

from conv2d_conformance.cases.data import arrays
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.capabilities import VIEWS
from conv2d_conformance.implementation.layout import Handed
from conv2d_conformance.implementation.views import VIEWS as BUILT
from conv2d_conformance.implementation.views import repeated_axis

SHAPES = [(2, 3, 4, 5), (3, 4, 5), (2, 1, 4, 5), (2, 3, 1, 1), (0, 3, 4, 5), (4,), (1,), ()]


def numbered(shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    return np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(dtype)


def handed(array: Any, view: str | None) -> Any:
    return Handed({"input": array}, view).arrays["input"]


def steps(array: Any) -> tuple[int, ...]:
    return tuple(step // array.itemsize for step in array.strides)


def test_every_view_of_the_contract_is_built() -> None:
    assert set(BUILT) == {None, *VIEWS}


@pytest.mark.parametrize("view", [None, *VIEWS])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", [np.float64, np.float16, ml_dtypes.bfloat16], ids=lambda dtype: dtype.__name__)
def test_the_values_are_the_same(view: str | None, shape: tuple[int, ...], dtype: Any) -> None:
    array = numbered(shape, dtype)
    found = handed(array, view)
    assert (found.dtype, found.shape) == (array.dtype, shape)
    assert found.tobytes() == array.tobytes()
    assert found.flags.writeable == (view != "read-only")
    assert found.flags.aligned


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (None, (60, 20, 5, 1)),
        ("read-only", (60, 20, 5, 1)),
        ("transposed", (60, 20, 1, 4)),
        ("channels-last", (60, 1, 15, 3)),
        ("fortran", (1, 2, 6, 24)),
        ("negative", (-60, -20, -5, -1)),
        ("offset", (6 * 7 * 8, 7 * 8, 8, 1)),
        ("steps", (2 * 6 * 8 * 10, 2 * 8 * 10, 2 * 10, 2)),
    ],
)
def test_how_an_input_lies(view: str | None, expected: tuple[int, ...]) -> None:
    assert steps(handed(numbered((2, 3, 4, 5)), view)) == expected


def test_one_array_alone_is_a_view() -> None:
    given = {"input": numbered((2, 3, 4, 5)), "weight": numbered((4, 3, 2, 2)), "bias": None}
    found = Handed(given, "steps", viewed="weight").arrays
    assert steps(found["input"]) == (60, 20, 5, 1)
    assert steps(found["weight"]) == (2 * 6 * 4 * 4, 2 * 4 * 4, 2 * 4, 2)
    read_only = Handed(given, "read-only", viewed="input").arrays
    assert [array is not None and array.flags.writeable for array in read_only.values()] == [False, True, False]


def test_what_repeats_is_the_array_that_is_seen_so() -> None:
    plain = arrays(parse("n2c3h4w5 m4k2x3 bias integers:1 grad"))
    for letter, name in (("x", "input"), ("w", "weight"), ("b", "bias"), ("gy", "grad_output")):
        found = arrays(parse(f"n2c3h4w5 m4k2x3 bias integers:1 grad view=broadcast:{letter}"))
        changed = [other for other in found if not np.array_equal(found[other], plain[other])]
        assert changed == [name]


def test_an_array_that_is_not_handed_over_is_no_view() -> None:
    assert parse("n1c1h2w2 m1k1 nobias view=steps:b") == parse("n1c1h2w2 m1k1 nobias")
    assert parse("n1c1h2w2 m1k1 bias view=steps:gy") == parse("n1c1h2w2 m1k1 bias")


def test_one_channel_innermost_has_its_own_strides() -> None:
    # NumPy takes such an array for contiguous; libraries that guess a layout from its strides do not.
    assert steps(handed(numbered((2, 1, 4, 5)), "channels-last")) == (20, 1, 5, 1)


def test_an_unbatched_input_and_a_bias_as_views() -> None:
    assert steps(handed(numbered((3, 4, 5)), "channels-last")) == (1, 15, 3)
    assert steps(handed(numbered((3, 4, 5)), "fortran")) == (1, 3, 12)
    assert steps(handed(numbered((4,)), "channels-last")) == (1,)
    assert steps(handed(numbered((4,)), "negative")) == (-1,)


@pytest.mark.parametrize(("shape", "axis"), [((2, 3, 4, 5), 0), ((1, 3, 4, 5), 1), ((1, 1, 1, 5), 3), ((4,), 0)])
def test_what_repeats_is_in_memory_once(shape: tuple[int, ...], axis: int) -> None:
    array = np.repeat(numbered(shape).take([0], axis), shape[axis], axis)
    found = handed(array, "broadcast")
    assert steps(found)[axis] == 0
    assert np.array_equal(found, array)
    assert repeated_axis(array) == axis


def test_what_does_not_repeat_is_handed_over_densely() -> None:
    assert steps(handed(numbered((2, 3)), "broadcast")) == (3, 1)


def test_a_nan_repeats_too() -> None:
    assert repeated_axis(np.full((1, 3), np.nan)) == 1
    assert repeated_axis(np.array([0.0, -0.0])) is None


@pytest.mark.parametrize("line", ["n2c3h4w5 m2k2x3 g1 bias integers:1", "c1h4w5 m1k2x3 integers:2", "n0c1h2w2 m1k1"])
def test_the_data_of_a_broadcast_case_repeat(line: str) -> None:
    plain, repeating = arrays(parse(line)), arrays(parse(f"{line} view=broadcast"))
    for name, array in repeating.items():
        if array is not None and array.size > 1:
            axis = repeated_axis(array)
            assert axis is not None
            assert np.array_equal(array.take(0, axis), plain[name].take(0, axis))


def test_named_elements_repeat_like_the_rest() -> None:
    found = arrays(parse("n2c1h2w2 m1k1 x[0,0,1,0]=3 x[1,0,0,0]=9 w[0,0,0,0]=1 view=broadcast"))
    assert found["input"] is not None
    assert found["input"].tolist() == [[[[0, 0], [3, 0]]]] * 2
