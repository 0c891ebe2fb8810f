"""Which gradients are asked for: those of legal calls, and of calls at which published kernels went wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis.strategies import SearchStrategy

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.strategies import cases


def gradients_of(case: Case) -> Case:
    """The same call, asked for its gradients."""
    return replace(case, operation="gradients")


def gradients(**space: Any) -> SearchStrategy[Case]:
    """Gradients of legal calls; `space` is as in `cases`."""
    return cases(**space).map(gradients_of)


def padded_gradients(mode: str) -> SearchStrategy[Case]:
    """Gradients of calls that pad in this mode, by at least one cell."""
    drawn = gradients(vary={"stride", "dilation", "groups", "unbatched", "padding"}, require={mode})
    return drawn.filter(lambda case: case.padding not in (0, (0, 0)))


def unread(case: Case) -> tuple[int, int]:
    """The number of rows and of columns that are in no window; for cases without padding and dilation."""
    return _unread_along(case, 0), _unread_along(case, 1)


def _unread_along(case: Case, axis: int) -> int:
    size, kernel = ((case.H, case.KH), (case.W, case.KW))[axis]
    stride = case.stride[axis] if isinstance(case.stride, tuple) else case.stride
    windows = case.output_shape[-2:][axis]
    return size - len({window * stride + tap for window in range(windows) for tap in range(kernel)})


BLOCKS = (
    # Depthwise in blocks of 8 and 16 channels, padded below, where the last window stops short of the padding.
    *(f"n2c{C}h6w{W} m{C}k3 s2 p1 g{C}" for C in (8, 16, 23, 24, 25, 32) for W in (6, 7)),
    *(f"n2c{C}h9w8 m{M}k3x2 s{s} p1" for C, M in ((17, 17), (33, 16), (64, 17)) for s in ("1x2", "2x1", "3")),
    *(f"n3c{C}h7w9 m{M}k1 g{g}" for C, M, g in ((4, 4, 2), (6, 4, 2), (12, 8, 2), (8, 6, 2), (9, 12, 3))),
    *(f"n8c{C}h6w5 m8k1 s2" for C in (3, 4, 7, 8, 9)),
    *(f"n2c{C}h9w9 m{C}k2 s4 p1 g3" for C in (3, 6, 48)),
    *(f"n2c3h8w7 m4k{k} d{d}" for k, d in (("2x2", "2x1"), ("2x2", "1x2"), ("3x2", "3x1"))),
)
"""Sizes at which published kernels for gradients went wrong."""

IDENTITIES = tuple(
    map(
        parse,
        (
            "n2c1h3w4 m1k1 bias integers:1 w[0,0,0,0]=1 grad",
            "n2c3h4w5 m3k1 g3 integers:2 w[0,0,0,0]=1 w[1,0,0,0]=1 w[2,0,0,0]=1 grad",
            "n1c1h1w1 m1k1 bias integers:3 x[0,0,0,0]=1 grad",
            "n1c1h3w4 m1k3x4 bias integers:4 gy[0,0,0,0]=1 grad",
        ),
    )
)
"""Where a gradient equals one of the arrays."""
