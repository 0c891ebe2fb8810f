"""What lies between and around the elements of a view is NaN, and whatever is written anywhere is noticed."""

from __future__ import annotations

from typing import Any

import ml_dtypes
import numpy as np
import pytest

from conv2d_conformance.contract.capabilities import VIEWS
from conv2d_conformance.contract.memory import ALIGNMENT
from conv2d_conformance.implementation.layout import LARGEST_KEPT, Blocks, Handed

ALL = [None, *VIEWS]
DTYPES = [np.float32, np.float64, np.float16, ml_dtypes.bfloat16]


def handed(view: str | None, dtype: Any = np.float32) -> Handed:
    x, w, b = (np.arange(size, dtype=np.float32).astype(dtype) for size in (24, 12, 2))
    return Handed({"input": x.reshape(1, 2, 3, 4), "weight": w.reshape(2, 2, 1, 3), "bias": b}, view)


def element(array: Any, places: int) -> Any:
    """The element that lies so many places from the first one in memory."""
    return np.lib.stride_tricks.as_strided(array, (2,), (places * array.itemsize,))[1:]


@pytest.mark.parametrize("view", ALL)
@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.__name__)
def test_around_every_array_is_nan(view: str | None, dtype: Any) -> None:
    call = handed(view, dtype)
    for name in ("input", "weight", "bias"):
        array = call.arrays[name]
        assert array is not None
        extent = np.lib.array_utils.byte_bounds(array)
        first = array.__array_interface__["data"][0]
        after = (extent[1] - first) // array.itemsize
        before = (extent[0] - first) // array.itemsize - 1
        assert all(np.isnan(element(array, place).astype(np.float32)) for place in (after, after + 99, before))
    assert call.changes() == []


def test_between_the_rows_of_a_section_is_nan() -> None:
    array = handed("offset").arrays["input"]
    assert array is not None
    assert np.isnan(element(array, 4))
    assert np.isnan(element(array, 6))
    assert element(array, 7) == array[0, 0, 1, 0]


@pytest.mark.parametrize("view", [view for view in ALL if view not in ("read-only", "broadcast")])
@pytest.mark.parametrize("index", [(0, 0, 0, 0), (0, 1, 2, 3), (0, 1, 0, 2)])
def test_a_changed_element_is_named_by_its_index(view: str | None, index: tuple[int, ...]) -> None:
    call = handed(view)
    array = call.arrays["input"]
    assert array is not None
    array[index] = 99
    (seen,) = call.changes()
    assert seen.kind == "input-changed"
    assert seen.sentence == f"the call changed its input, first at index ({', '.join(map(str, index))})"


@pytest.mark.parametrize("view", ALL)
def test_a_write_behind_an_array_is_noticed(view: str | None) -> None:
    call = handed(view)
    array = call.arrays["bias"]
    assert array is not None
    array.flags.writeable = True
    behind = (np.lib.array_utils.byte_bounds(array)[1] - array.__array_interface__["data"][0]) // array.itemsize
    element(array, behind + 3)[:] = 0  # an offset array has a margin, which is no place to write to either
    (seen,) = call.changes()
    assert seen.kind == "guard-changed"


def test_a_write_between_the_rows_is_told_apart() -> None:
    call = handed("offset")
    array = call.arrays["input"]
    assert array is not None
    element(array, 4)[:] = 0
    array[0, 0, 0, 3] = 5
    assert [seen.sentence for seen in call.changes()] == [
        "the call changed its input, first at index (0, 0, 0, 3)",
        "the call wrote 4 bytes outside of its arrays, the first of them between the elements of its input",
    ]


@pytest.mark.parametrize("view", ALL)
def test_a_view_of_an_array_is_recognised(view: str | None) -> None:
    call = handed(view)
    array = call.arrays["input"]
    assert array is not None
    assert call.names_sharing_memory_with(array[..., :1, :]) == ["input"]
    assert call.names_sharing_memory_with(array.copy()) == []


def test_blocks_come_twice_at_one_address_and_then_at_another() -> None:
    blocks = Blocks()
    addresses = [blocks.take(1000).__array_interface__["data"][0] for _ in range(8)]
    one, other = addresses[0], addresses[2]
    assert one != other
    assert addresses == [one, one, other, other] * 2
    assert all(address % ALIGNMENT == 0 for address in addresses)


def test_what_comes_at_the_same_address_is_the_same_object() -> None:
    blocks = Blocks()
    x, w = np.ones((1, 2, 3, 4), np.float32), np.ones((2, 2, 1, 3), np.float32)
    handed = [Handed({"input": number * x, "weight": w}, None, blocks).arrays for number in (1, 2, 3, 4)]
    assert [arrays["input"] is handed[0]["input"] for arrays in handed] == [True, True, False, False]
    assert handed[2]["input"] is handed[3]["input"]
    assert handed[0]["weight"] is handed[1]["weight"]
    assert handed[1]["input"] is not None
    assert (handed[1]["input"] == 2).all()


def test_an_array_that_was_given_another_shape_is_made_anew() -> None:
    blocks = Blocks()
    x = np.ones((1, 2, 3, 4), np.float32)
    first = Handed({"input": x}, None, blocks).arrays["input"]
    assert first is not None
    first.shape = (2, 3, 4)
    second = Handed({"input": x}, None, blocks).arrays["input"]
    assert second is not None
    assert second.shape == (1, 2, 3, 4)


def test_a_block_is_filled_anew_and_the_one_before_stays() -> None:
    blocks = Blocks()
    first = blocks.take(10)
    first[:] = 1
    again = blocks.take(10)
    assert np.shares_memory(first, again)
    assert set(again.tolist()) == {0xFF}
    again[:] = 2
    blocks.take(10)
    assert set(again.tolist()) == {2}


def test_a_large_block_is_not_kept() -> None:
    blocks = Blocks()
    large = blocks.take(LARGEST_KEPT + 1)
    assert len(large) == LARGEST_KEPT + 1
    assert not np.shares_memory(large, blocks.take(LARGEST_KEPT + 1))
