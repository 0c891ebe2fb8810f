"""The sizes that the document states, and the errors of those who ask for others."""

from __future__ import annotations

from typing import Any

import pytest

from conv2d_reference import output_size, parameter_shapes, resolve, same_padding


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"size": 5, "kernel": 2}, 4),
        ({"size": 50, "kernel": 3, "stride": 2}, 24),
        ({"size": 50, "kernel": 3, "stride": 2, "padding": 4}, 28),
        ({"size": 50, "kernel": 3, "stride": 2, "padding": 4, "dilation": 3}, 26),
        ({"size": 5, "kernel": 2, "stride": 2}, 2),
        ({"size": 6, "kernel": 2, "stride": 2}, 3),
        ({"size": 5, "kernel": 4, "padding": (1, 2)}, 5),
        ({"size": 3, "kernel": 3}, 1),
        ({"size": 3, "kernel": 3, "stride": 7}, 1),
        ({"size": 1, "kernel": 1, "dilation": 1000}, 1),
        ({"size": 2**70, "kernel": 1, "stride": 2**69}, 2),
    ],
)
def test_output_size(arguments: dict[str, Any], expected: int) -> None:
    assert output_size(**arguments) == expected


@pytest.mark.parametrize("stride", [1, 2, 5])
def test_a_kernel_one_too_large_has_no_output_size(stride: int) -> None:
    # (-1) / 2 + 1 is 1 for a division that truncates.
    with pytest.raises(ValueError, match=r"at least as large as the dilated kernel, got 4 < 5"):
        output_size(2, 3, stride=stride, padding=1, dilation=2)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"size": 0, "kernel": 1}, ValueError, "size must be at least 1, got 0"),
        ({"size": 5, "kernel": 0}, ValueError, "kernel must be at least 1, got 0"),
        ({"size": 5, "kernel": 2, "stride": 0}, ValueError, "stride must be at least 1, got 0"),
        ({"size": 5, "kernel": 2, "dilation": 0}, ValueError, "dilation must be at least 1, got 0"),
        ({"size": 5, "kernel": 2, "padding": -1}, ValueError, "padding must be at least 0, got -1"),
        ({"size": 5, "kernel": 2, "padding": (0, -1)}, ValueError, "padding[1] must be at least 0, got -1"),
        (
            {"size": 5, "kernel": 2, "padding": (1,)},
            ValueError,
            "padding must be an int or a pair of ints (before, after), got (1,), whose length is 1",
        ),
        ({"size": 5.0, "kernel": 2}, TypeError, "size must be an int, got 5.0"),
    ],
)
def test_output_size_refuses(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as refusal:
        output_size(**arguments)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("kernel", "expected"),
    [
        (1, [(0, 0), (0, 0), (0, 0), (0, 0)]),
        (2, [(0, 1), (1, 1), (1, 2), (2, 2)]),
        (3, [(1, 1), (2, 2), (3, 3), (4, 4)]),
        (4, [(1, 2), (3, 3), (4, 5), (6, 6)]),
        (6, [(2, 3), (5, 5), (7, 8), (10, 10)]),
    ],
)
def test_same_padding(kernel: int, expected: list[tuple[int, int]]) -> None:
    assert [same_padding(kernel, dilation=dilation) for dilation in (1, 2, 3, 4)] == expected


@pytest.mark.parametrize(
    ("arguments", "options", "expected"),
    [
        ((16, 33, 3), {}, ((33, 16, 3, 3), (33,))),
        ((16, 33, (3, 5)), {}, ((33, 16, 3, 5), (33,))),
        ((6, 4, (1, 2)), {"groups": 2, "bias": False}, ((4, 3, 1, 2), None)),
        ((3, 6, 5), {"groups": 3}, ((6, 1, 5, 5), (6,))),
    ],
)
def test_parameter_shapes(
    arguments: tuple[int, int, int | tuple[int, int]],
    options: dict[str, Any],
    expected: tuple[tuple[int, int, int, int], tuple[int] | None],
) -> None:
    assert parameter_shapes(*arguments, **options) == expected


def test_resolve_names_every_axis() -> None:
    geometry = resolve(
        (2, 4, 9, 10),
        (6, 2, 3, 2),
        (6,),
        stride=(2, 1),
        padding=(1, 2),
        dilation=(1, 3),
        groups=2,
        padding_mode="circular",
    )
    assert (geometry.N, geometry.C, geometry.H, geometry.W) == (2, 4, 9, 10)
    assert (geometry.M, geometry.KH, geometry.KW) == (6, 3, 2)
    assert (geometry.OH, geometry.OW) == (5, 11)
    assert geometry.output_shape == (2, 6, 5, 11)
    assert (geometry.stride, geometry.dilation, geometry.pads) == ((2, 1), (1, 3), ((1, 1), (2, 2)))
    assert (geometry.groups, geometry.padding_mode) == (2, "circular")


def test_resolve_turns_padding_strings_into_amounts() -> None:
    shapes = (3, 9, 10), (5, 3, 2, 3)
    same, valid = (resolve(*shapes, padding=padding, dilation=(3, 2)) for padding in ("same", "valid"))
    assert (same.pads, same.output_shape) == (((1, 2), (2, 2)), (5, 9, 10))
    assert (valid.pads, valid.output_shape) == (((0, 0), (0, 0)), (5, 6, 6))
    assert same.N is None
