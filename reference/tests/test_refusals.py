"""Every call that is not legal is refused, with one sentence that says what was given and what is allowed."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from conv2d_reference import Conv2d, correlate, direct, resolve, resolve_attributes
from conv2d_reference.arguments import Geometry
from conv2d_reference.lowered import Array

PAIR = "an int or a pair of ints (height, width)"
AMOUNTS = "an int, a pair of ints (height, width), 'valid' or 'same'"
OUTSIDE = ": a size of zero is outside the definition"
MODES = "'zeros', 'reflect', 'replicate', 'circular'"

ATTRIBUTES = [
    ({"stride": 0}, ValueError, "stride must be at least 1, got 0"),
    ({"stride": -1}, ValueError, "stride must be at least 1, got -1"),
    ({"stride": (0, 1)}, ValueError, "stride[0] must be at least 1, got 0"),
    ({"stride": (1, 0)}, ValueError, "stride[1] must be at least 1, got 0"),
    ({"dilation": 0}, ValueError, "dilation must be at least 1, got 0"),
    ({"dilation": (1, -2)}, ValueError, "dilation[1] must be at least 1, got -2"),
    ({"padding": -1}, ValueError, "padding must be at least 0, got -1"),
    ({"padding": (1, -1)}, ValueError, "padding[1] must be at least 0, got -1"),
    *[
        ({"padding": -1, "padding_mode": mode}, ValueError, "padding must be at least 0, got -1")
        for mode in ("reflect", "replicate", "circular")
    ],
    ({"stride": ()}, ValueError, f"stride must be {PAIR}, got (), whose length is 0"),
    ({"stride": (2,)}, ValueError, f"stride must be {PAIR}, got (2,), whose length is 1"),
    ({"stride": [1, 1, 1]}, ValueError, f"stride must be {PAIR}, got [1, 1, 1], whose length is 3"),
    ({"dilation": (1, 1, 1)}, ValueError, f"dilation must be {PAIR}, got (1, 1, 1), whose length is 3"),
    ({"padding": (1, 1, 1, 1)}, ValueError, f"padding must be {AMOUNTS}, got (1, 1, 1, 1), whose length is 4"),
    ({"padding": (1,)}, ValueError, f"padding must be {AMOUNTS}, got (1,), whose length is 1"),
    ({"stride": 2.0}, TypeError, f"stride must be {PAIR}, got 2.0"),
    ({"stride": (1, 2.0)}, TypeError, "stride[1] must be an int, got 2.0"),
    ({"dilation": 1.5}, TypeError, f"dilation must be {PAIR}, got 1.5"),
    ({"padding": 1.0}, TypeError, f"padding must be {AMOUNTS}, got 1.0"),
    ({"padding": (1.0, 1)}, TypeError, "padding[0] must be an int, got 1.0"),
    ({"groups": 1.0}, TypeError, "groups must be an int, got 1.0"),
    ({"stride": True}, TypeError, f"stride must be {PAIR}, got True"),
    ({"stride": (True, 1)}, TypeError, "stride[0] must be an int, got True"),
    ({"padding": False}, TypeError, f"padding must be {AMOUNTS}, got False"),
    ({"dilation": np.True_}, TypeError, f"dilation must be {PAIR}, got np.True_"),
    ({"groups": True}, TypeError, "groups must be an int, got True"),
    ({"stride": None}, TypeError, f"stride must be {PAIR}, got None"),
    ({"padding": None}, TypeError, f"padding must be {AMOUNTS}, got None"),
    ({"padding": b"same"}, TypeError, f"padding must be {AMOUNTS}, got b'same'"),
    ({"padding": ("same", "same")}, TypeError, "padding[0] must be an int, got 'same'"),
    ({"stride": "same"}, TypeError, f"stride must be {PAIR}, got 'same'"),
    ({"stride": {1, 2}}, TypeError, f"stride must be {PAIR}, got {{1, 2}}"),
    *[
        ({"padding": text}, ValueError, f"padding must be 'valid' or 'same' where it is a string, got {text!r}")
        for text in ("SAME", "Same", "Valid", "full", "same ", "")
    ],
    ({"padding": "same", "stride": 2}, ValueError, "padding 'same' needs a stride of 1, got stride (2, 2)"),
    ({"padding": "same", "stride": (1, 2)}, ValueError, "padding 'same' needs a stride of 1, got stride (1, 2)"),
    ({"groups": 0}, ValueError, "groups must be at least 1, got 0"),
    ({"groups": -2}, ValueError, "groups must be at least 1, got -2"),
    *[
        ({"padding_mode": mode}, ValueError, f"padding_mode must be one of {MODES}, got {mode!r}")
        for mode in ("constant", "Zeros", "", None, 0, ["zeros"], np.array(["zeros"]))
    ],
]

# Over an input (2, 4, 7, 9), a weight (6, 2, 3, 2), a bias (6,) and groups=2; shapes of the input are without N.
SHAPES = [
    ({"input": (4, 7, 0)}, ValueError, "W of the input must be at least 1, got 0" + OUTSIDE),
    ({"input": (4, 0, 9)}, ValueError, "H of the input must be at least 1, got 0" + OUTSIDE),
    ({"input": (0, 7, 9)}, ValueError, "C of the input must be at least 1, got 0" + OUTSIDE),
    ({"weight": (0, 2, 3, 2), "bias": (0,)}, ValueError, "M of the weight must be at least 1, got 0" + OUTSIDE),
    ({"weight": (6, 0, 3, 2)}, ValueError, "C//groups of the weight must be at least 1, got 0" + OUTSIDE),
    ({"weight": (6, 2, 0, 2)}, ValueError, "KH of the weight must be at least 1, got 0" + OUTSIDE),
    ({"weight": (6, 2, 3, 0)}, ValueError, "KW of the weight must be at least 1, got 0" + OUTSIDE),
    ({"weight": (6, 2, 3)}, ValueError, "weight must have shape (M, C//groups, KH, KW), got (6, 2, 3)"),
    ({"weight": (6, 2, 3, 2, 1)}, ValueError, "weight must have shape (M, C//groups, KH, KW), got (6, 2, 3, 2, 1)"),
    ({"weight": (6, 4, 3, 2)}, ValueError, "weight must have C//groups = 4//2 = 2 channels, got 4"),
    ({"weight": (6, 1, 3, 2)}, ValueError, "weight must have C//groups = 4//2 = 2 channels, got 1"),
    ({"input": (5, 7, 9)}, ValueError, "C must be divisible by groups, got C = 5 and groups = 2"),
    ({"weight": (5, 2, 3, 2), "bias": (5,)}, ValueError, "M must be divisible by groups, got M = 5 and groups = 2"),
    ({"groups": 4}, ValueError, "M must be divisible by groups, got M = 6 and groups = 4"),
    ({"groups": 8}, ValueError, "C must be divisible by groups, got C = 4 and groups = 8"),
    ({"groups": 1}, ValueError, "weight must have C//groups = 4//1 = 4 channels, got 2"),
    ({"bias": (1,)}, ValueError, "bias must have shape (M,) = (6,), got (1,)"),
    ({"bias": (4,)}, ValueError, "bias must have shape (M,) = (6,), got (4,)"),
    ({"bias": ()}, ValueError, "bias must have shape (M,) = (6,), got ()"),
    ({"bias": (6, 1)}, ValueError, "bias must have shape (M,) = (6,), got (6, 1)"),
    (
        {"input": (4, 2, 9)},
        ValueError,
        "along H, the padded input must be at least as large as the dilated kernel, got 2 < 3",
    ),
    (
        {"input": (4, 7, 1)},
        ValueError,
        "along W, the padded input must be at least as large as the dilated kernel, got 1 < 2",
    ),
    (
        {"dilation": (5, 1), "padding": (1, 0), "stride": 4},
        ValueError,
        "along H, the padded input must be at least as large as the dilated kernel, got 9 < 11",
    ),
    (
        {"padding": (7, 0), "padding_mode": "reflect"},
        ValueError,
        "padding_mode 'reflect' needs padding < H = 7, got padding (7, 7)",
    ),
    (
        {"padding": (0, 9), "padding_mode": "reflect"},
        ValueError,
        "padding_mode 'reflect' needs padding < W = 9, got padding (9, 9)",
    ),
    (
        {"padding": (8, 0), "padding_mode": "circular"},
        ValueError,
        "padding_mode 'circular' needs padding <= H = 7, got padding (8, 8)",
    ),
    (
        {"padding": (0, 10), "padding_mode": "circular"},
        ValueError,
        "padding_mode 'circular' needs padding <= W = 9, got padding (10, 10)",
    ),
    (
        {"padding": "same", "dilation": (1, 17), "padding_mode": "reflect"},
        ValueError,
        "padding_mode 'reflect' needs padding < W = 9, got padding (8, 9)",
    ),
    (
        {"padding": "same", "dilation": (1, 19), "padding_mode": "circular"},
        ValueError,
        "padding_mode 'circular' needs padding <= W = 9, got padding (9, 10)",
    ),
    (
        {"dtypes": ("float32", "float64", "float32")},
        TypeError,
        "input, weight and bias must have the same dtype, got float32, float64, float32",
    ),
    (
        {"dtypes": ("float32", "float32", "float64")},
        TypeError,
        "input, weight and bias must have the same dtype, got float32, float32, float64",
    ),
    ({"input": (4, 7, 9.0)}, TypeError, "W of the input must be an int, got 9.0"),
]


def call(
    function: Callable[..., Any],
    N: int | None,
    *,
    input: tuple[int, int, float] = (4, 7, 9),
    weight: tuple[int, ...] = (6, 2, 3, 2),
    bias: tuple[int, ...] = (6,),
    groups: float = 2,
    **attributes: Any,
) -> Geometry:
    batch = () if N is None else (N,)
    found: Geometry = function((*batch, *input), weight, bias, groups=groups, **attributes)
    return found


def over_arrays(conv2d: Callable[..., Array]) -> Callable[..., Array]:
    """The function of shapes and dtypes that calls `conv2d` with arrays of ones."""

    def function(*shapes: tuple[int, ...], dtypes: tuple[str, str, str] = ("float32",) * 3, **attributes: Any) -> Array:
        return conv2d(*(np.ones(*made) for made in zip(shapes, dtypes, strict=True)), **attributes)

    return function


@pytest.mark.parametrize("N", [2, 0, None], ids=["batched", "empty batch", "unbatched"])
@pytest.mark.parametrize(("change", "error", "message"), ATTRIBUTES + SHAPES)
def test_resolve_refuses(N: int | None, change: dict[str, Any], error: type[Exception], message: str) -> None:
    call(resolve, N)
    with pytest.raises(error) as refusal:
        call(resolve, N, **change)
    assert str(refusal.value) == message


@pytest.mark.parametrize("reference", [direct, correlate], ids=["direct", "correlate"])
@pytest.mark.parametrize(("change", "error", "message"), ATTRIBUTES + SHAPES[:-1])
def test_both_references_refuse(
    reference: ModuleType, change: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as refusal:
        call(over_arrays(reference.conv2d), 1, **change)
    assert str(refusal.value) == message


@pytest.mark.parametrize("reference", [direct, correlate], ids=["direct", "correlate"])
@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (([[[1.0]]], np.ones((1, 1, 1, 1))), "input must be a NumPy array, got list"),
        ((np.ones((1, 1, 1)), None), "weight must be a NumPy array, got NoneType"),
        ((np.ones((1, 1, 1)), np.ones((1, 1, 1, 1)), 1.0), "bias must be a NumPy array or None, got float"),
    ],
)
def test_only_arrays_are_convolved(reference: ModuleType, arrays: tuple[Any, ...], message: str) -> None:
    with pytest.raises(TypeError) as refusal:
        reference.conv2d(*arrays)
    assert str(refusal.value) == message


@pytest.mark.parametrize("shape", [(), (9,), (7, 9), (1, 1, 4, 7, 9)])
def test_inputs_of_other_ranks_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the whole message is compared
        resolve(shape, (6, 4, 3, 2))
    assert str(refusal.value) == f"input must have shape (N, C, H, W) or (C, H, W), got {shape}"


def test_a_negative_batch_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^N of the input must be at least 0, got -1$"):
        resolve((-1, 4, 7, 9), (6, 4, 3, 2))


@pytest.mark.parametrize(("change", "error", "message"), ATTRIBUTES)
def test_a_layer_refuses_attributes_when_it_is_made(
    change: dict[str, Any], error: type[Exception], message: str
) -> None:
    for function in (resolve_attributes, lambda **attributes: Conv2d(4, 6, (3, 2), **attributes)):
        with pytest.raises(error) as refusal:
            function(**change)
        assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"in_channels": 0}, ValueError, "in_channels must be at least 1, got 0"),
        ({"out_channels": -1}, ValueError, "out_channels must be at least 1, got -1"),
        ({"kernel_size": 0}, ValueError, "kernel_size must be at least 1, got 0"),
        ({"kernel_size": (3, 0)}, ValueError, "kernel_size[1] must be at least 1, got 0"),
        ({"kernel_size": ()}, ValueError, f"kernel_size must be {PAIR}, got (), whose length is 0"),
        ({"kernel_size": (3,)}, ValueError, f"kernel_size must be {PAIR}, got (3,), whose length is 1"),
        ({"kernel_size": (3, 3, 3)}, ValueError, f"kernel_size must be {PAIR}, got (3, 3, 3), whose length is 3"),
        ({"kernel_size": 3.0}, TypeError, f"kernel_size must be {PAIR}, got 3.0"),
        ({"in_channels": 2.0}, TypeError, "in_channels must be an int, got 2.0"),
        ({"out_channels": True}, TypeError, "out_channels must be an int, got True"),
        ({"in_channels": (4, 4)}, TypeError, "in_channels must be an int, got (4, 4)"),
        ({"groups": 4}, ValueError, "out_channels must be divisible by groups, got 6 channels and 4 groups"),
        ({"groups": 3}, ValueError, "in_channels must be divisible by groups, got 4 channels and 3 groups"),
        ({"bias": "no"}, TypeError, "bias must be a bool, got 'no'"),
        ({"dtype": "int32"}, TypeError, "dtype must be a floating type, got int32"),
        ({"dtype": "complex64"}, TypeError, "dtype must be a floating type, got complex64"),
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
        ({"seed": 1.0}, TypeError, "seed must be an int, got 1.0"),
    ],
)
def test_a_layer_refuses_what_it_cannot_be_made_of(
    change: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as refusal:
        Conv2d(**{"in_channels": 4, "out_channels": 6, "kernel_size": (3, 2), **change})
    assert str(refusal.value) == message


def test_the_limits_themselves_are_legal() -> None:
    assert call(resolve, 1, padding=(6, 8), padding_mode="reflect").output_shape == (1, 6, 17, 24)
    assert call(resolve, 1, padding=(7, 9), padding_mode="circular").output_shape == (1, 6, 19, 26)
    assert call(resolve, 1, padding=(70, 90), padding_mode="replicate").output_shape == (1, 6, 145, 188)
    assert call(resolve, 1, dilation=(3, 8)).output_shape == (1, 6, 1, 1)
    assert call(resolve, 1, padding="valid", stride=(5, 7)).output_shape == (1, 6, 1, 2)
