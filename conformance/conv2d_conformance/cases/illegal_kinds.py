"""The table of illegal calls: for each requirement to reject something, the defects and the calls that have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.defects import (
    Defect,
    argument,
    dtype,
    extent_wraps,
    kernel_too_large,
    overriding,
    padding_too_large,
    pair,
    same_too_large,
    shape,
    side,
    stride_of_same,
    strings,
)
from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.cases.neighbourhoods import Only
from conv2d_conformance.contract.capabilities import PADDING_MODES
from conv2d_conformance.contract.formats import DTYPES

PAIRS = ("stride", "padding", "dilation")
GROUPED = ("groups", "multi-channel")


@dataclass(frozen=True, slots=True)
class Illegal:
    """A call that must, or should, be rejected: a `legal` call and its one `defect`."""

    legal: Case
    defect: Defect

    @property
    def case(self) -> Case | None:
        """The illegal call; None where the legal one cannot have the defect."""
        return self.defect.spoil(self.legal)


@dataclass(frozen=True, slots=True)
class IllegalKind:
    """The illegal calls of one requirement: its `calls`, and each defect of `anywhere` in neighbourhoods.

    only: the levels of a neighbourhood's factors at which this requirement, and no other, is about the defect.
    """

    calls: tuple[Illegal, ...]
    anywhere: tuple[Defect, ...] = ()
    only: Only = field(default_factory=dict)


def _spoilt(line: str, *defects: Defect) -> tuple[Illegal, ...]:
    return tuple(Illegal(parse(line), defect) for defect in defects)


def _usual(*defects: Defect) -> tuple[Illegal, ...]:
    return _spoilt("n2c4h9w8 m6k3x2 g2 bias", *defects)


def _to(value: Any) -> Callable[[int], Any]:
    return lambda _: value


def _on_each_side(name: str, *changes: Callable[[int], Any]) -> tuple[Defect, ...]:
    return tuple(side(name, axis, change) for change in changes for axis in (0, 1))


def _shapes(array: str, *changes: Callable[[tuple[int, ...]], tuple[int, ...] | None]) -> tuple[Defect, ...]:
    return tuple(shape(array, change) for change in changes)


# ---- what is left to the factors of a neighbourhood: their levels, by number -----------------------------------------

NUMBERS: Only = {"padding": (0, 1)}
NO_SAME: Only = {"padding": (0, 1, 2)}
SAME: Only = {"padding": (3,)}
ZEROS: Only = {"mode": (0,)}
IN_GROUPS: Only = {"channels": (1, 2)}
NOT_EMPTY: Only = {"batch": (0, 1, 2)}
EMPTY: Only = {"batch": (3,)}
BIASED: Only = {"bias": (1,)}

# ---- defects that several kinds have ---------------------------------------------------------------------------------

_BELOW_ONE = {name: _on_each_side(name, _to(0), _to(-2)) for name in ("stride", "dilation")}
_NEGATIVE = _on_each_side("padding", _to(-1))
_DILATION_ZERO = _on_each_side("dilation", _to(0))
_THREE_PADDINGS = {
    mode: tuple(pair("padding", change, mode=mode) for change in (lambda *_: (0, 0, 1), lambda *_: (0, 0, 0)))
    for mode in PADDING_MODES
}
_WEIGHT_DTYPES = tuple(dtype("weight", name) for name in DTYPES)
_BIAS_DTYPES = tuple(dtype("bias", name) for name in DTYPES)
_FAST_PATHS = ("n1c4h5w6 m4k1", "n1c4h5w6 m4k3 g4", "n1c4h5w6 m4k3")
_TOO_LARGE = tuple(kernel_too_large(axis) for axis in (0, 1))


def _below_one(name: str) -> tuple[Illegal, ...]:
    values = (0, (0, 1), (1, 0), -1, (-1, 2), (2, -1))
    return _usual(*(argument(name, value) for value in values))


def _lengths() -> tuple[Defect, ...]:
    changes = (lambda *_: (), lambda h, w: (h, w, h, w))
    three = (pair(name, lambda h, w: (h, w, w)) for name in ("stride", "dilation"))
    return (*(pair(name, change) for change in changes for name in PAIRS), *three, *_THREE_PADDINGS["zeros"])


def _floats(change: Callable[[int], float]) -> tuple[Defect, ...]:
    """A float in place of each number in turn, as a single number, and as the number of groups."""
    pairs = tuple(defect for name in PAIRS for defect in _on_each_side(name, change))
    single = tuple(argument(name, change(value)) for name in PAIRS for value in (1, 2))
    return (*pairs, *single, overriding(lambda case: {"groups": change(case.groups)}, *GROUPED))


def _indivisible(case: Case) -> dict[str, Any] | None:
    """One channel too few for the groups, with the weight that a division rounding down would need."""
    channels = (case.C - 1) // case.groups
    if not channels:
        return None
    return {
        "input-shape": (*case.input_shape[:-3], case.C - 1, case.H, case.W),
        "weight-shape": (case.M, channels, case.KH, case.KW),
    }


_REMAINING_CHANNEL = shape("input", lambda s: (*s[:-3], s[-3] + 1, *s[-2:]), *GROUPED)
_REMAINING_FILTER = shape("weight", lambda s: (s[0] - 1, *s[1:]) if s[0] > 1 else None, *GROUPED)

_WEIGHT_CHANNELS = _shapes(
    "weight",
    lambda s: (s[0], s[1] + 1, *s[2:]),
    lambda s: (s[0], 2 * s[1], *s[2:]),
    lambda s: (s[0], 1, *s[2:]),
)
_KERNELS_OF_ZERO = _shapes("weight", lambda s: (*s[:2], 0, 0), lambda s: (*s[:3], 0), lambda s: (*s[:2], 0, s[3]))
_INPUT_RANKS = _shapes(
    "input",
    lambda s: (1, 1, *s[-3:]),
    lambda s: s[-2:],
    lambda s: (*s, 1) if len(s) == 4 else None,
    lambda s: s[-1:],
    lambda _: (),
)
_WEIGHT_RANKS = _shapes("weight", lambda s: s[:3], lambda s: (*s, 1), lambda s: s[:2], lambda s: s[:1])
_BIAS_SHAPES = _shapes(
    "bias",
    lambda s: (s[0] + 1,),
    lambda s: (s[0] - 1,) if s[0] > 1 else None,
    lambda _: (1,),
    lambda _: (),
    lambda s: (*s, 1),
    lambda s: (1, *s),
    lambda s: (s[0] // 2,) if s[0] > 1 else None,
    lambda s: (*s, 1, 1),
    lambda s: (1, *s, 1, 1),
    lambda _: (0,),
)

KINDS: dict[str, IllegalKind] = {
    "stride-positive": IllegalKind(_below_one("stride"), _BELOW_ONE["stride"], NO_SAME),
    "dilation-positive": IllegalKind(
        # PyTorch accepts a dilation of 0 for an empty batch, but none below 0.
        _below_one("dilation") + _spoilt("n0c4h9w8 m6k3x2 g2", argument("dilation", (-1, 1)), argument("dilation", -1)),
        _BELOW_ONE["dilation"],
        NOT_EMPTY,
    ),
    "padding-non-negative": IllegalKind(
        _usual(*(argument("padding", value) for value in (-1, (-1, 0), (0, -1), (-1, -1), (2, -1)))),
        _NEGATIVE,
        NUMBERS | ZEROS,
    ),
    "kernel-positive": IllegalKind(_usual(*_KERNELS_OF_ZERO), _KERNELS_OF_ZERO),
    "pair-length": IllegalKind(_usual(*_lengths()), _lengths(), NUMBERS),
    "integers-only": IllegalKind(
        _usual(*_floats(lambda number: number + 0.5)), _floats(lambda number: number + 0.5)[:6], NUMBERS
    ),
    "whole-floats": IllegalKind(_usual(*_floats(float)), _floats(float)[:6], NUMBERS),
    "padding-string": IllegalKind(
        _spoilt("n2c4h9w8 m6k3x2 same g2 bias", *strings("padding", "SAME", "Same", "full", "zeros", "1", ""))
        + _spoilt("n2c4h9w8 m6k3x2 valid g2 bias", *strings("padding", "VALID")),
        strings("padding", "SAME", "VALID"),
        {"stride": (0,)},
    ),
    "padding-mode-known": IllegalKind(
        _usual(*strings("padding_mode", "zero", "Zeros", "constant", "symmetric", "wrap", "")),
        strings("padding_mode", "constant"),
    ),
    "same-needs-stride-one": IllegalKind(
        _spoilt(
            "n2c4h9w8 m6k3x2 same g2 bias",
            *(stride_of_same(*s) for s in ((2, 2), (2, 1), (1, 2), (3, 1), (5, 4), (1, 3))),
        ),
        (stride_of_same(2, 1), stride_of_same(1, 2)),
        SAME,
    ),
    "groups-positive": IllegalKind(
        # Here 0, or a negative number, could be replaced by the number of groups that the shapes imply.
        _usual(argument("groups", 0), argument("groups", -2))
        + _spoilt("n2c4h9w8 m6k3x2 bias", argument("groups", 0), argument("groups", -1))
        + _spoilt("n1c1h4w5 m1k2", argument("groups", 0)),
        (argument("groups", 0), overriding(lambda case: {"groups": -case.groups}, "groups")),
    ),
    "channels-divisible": IllegalKind(
        _usual(
            overriding(lambda _: {"groups": 3, "weight-shape": (6, 1, 3, 2)}, *GROUPED),
            _REMAINING_CHANNEL,
            overriding(_indivisible, *GROUPED),
            argument("groups", 3),  # with one channel more in the weight than a division rounding down needs
        )
        + _spoilt(
            "n2c4h9w8 m6k3x2 bias", argument("groups", 3), argument("groups", 6)
        ),  # here the weight has all channels
        (_REMAINING_CHANNEL,),
        IN_GROUPS,
    ),
    "out-channels-divisible": IllegalKind(
        _usual(
            _REMAINING_FILTER,
            shape("weight", lambda s: (1, *s[1:]), *GROUPED),
            overriding(lambda _: {"groups": 4, "weight-shape": (6, 1, 3, 2)}, *GROUPED),
        ),
        (_REMAINING_FILTER,),
        IN_GROUPS,
    ),
    "weight-channels": IllegalKind(
        _usual(
            *_WEIGHT_CHANNELS,
            overriding(lambda _: {"groups": 1}, *GROUPED),
            overriding(lambda _: {"groups": 1, "weight-shape": (6, 1, 3, 2)}, *GROUPED),
            overriding(lambda _: {"groups": 4, "weight-shape": (8, 2, 3, 2), "bias-shape": (8,)}, *GROUPED),
            overriding(lambda _: {"input-shape": (2, 2, 9, 8)}, *GROUPED),
            overriding(lambda _: {"input-shape": (2, 6, 9, 8)}, *GROUPED),
        ),
        _WEIGHT_CHANNELS[::2],
    ),
    "input-rank": IllegalKind(_usual(*_INPUT_RANKS), _INPUT_RANKS[:2]),
    "weight-rank": IllegalKind(_usual(*_WEIGHT_RANKS), _WEIGHT_RANKS[:2]),
    "bias-shape": IllegalKind(_usual(*_BIAS_SHAPES), _BIAS_SHAPES[:6], BIASED),
    "dtypes-equal": IllegalKind(
        tuple(
            Illegal(parse(f"n2c4h9w8 m6k3x2 g2 bias {name}"), defect)
            for name in DTYPES
            for defect in (*_WEIGHT_DTYPES, *_BIAS_DTYPES, *(dtype("input", other) for other in DTYPES))
        )
        # A fast path has a check of its own for each dtype: it meets every pair of input and weight.
        + tuple(
            Illegal(parse(f"{path} {name}"), defect)
            for path in _FAST_PATHS
            for name in DTYPES
            for defect in _WEIGHT_DTYPES
        ),
        (*_WEIGHT_DTYPES, *_BIAS_DTYPES),
        NUMBERS | NOT_EMPTY | BIASED,
    ),
    "kernel-fits": IllegalKind(
        _spoilt("c1h2w2 m1k2", *_TOO_LARGE)
        + _spoilt("n1c2h5w9 m2k5x3 bias", kernel_too_large(0))
        + _spoilt("n1c2h9w5 m2k3x5 bias", kernel_too_large(1))
        + _spoilt("n2c2h4w9 m2k6x3 p1x0", kernel_too_large(0))
        + _spoilt("n2c2h9w4 m2k3x6 p0x1", kernel_too_large(1))
        + _spoilt("n1c1h4w9 m1k2 d2x1", kernel_too_large(0))
        + _spoilt("n1c1h9w4 m1k2 d1x2", kernel_too_large(1))
        + _spoilt("n1c1h9w4 m1k2 d1x2 valid", kernel_too_large(1))
        # A kernel one too large, with a stride for which a truncating division would give an output of size 1.
        + _spoilt("n1c1h4w9 m1k4x2 s2x1", kernel_too_large(0))
        + _spoilt("n1c1h9w4 m1k2x4 s1x2", kernel_too_large(1))
        + _spoilt("n1c1h4w4 m1k4 s2", *_TOO_LARGE)
        + _spoilt("n2c2h3w9 m2k5x3 s3x1 p1x0", kernel_too_large(0))
        + _spoilt("n2c2h9w3 m2k3x5 s1x4 p0x1 bias", kernel_too_large(1))
        + _spoilt("c2h9w5 m2k2x5 s1x2", kernel_too_large(1))
        + _spoilt("n0c2h5w9 m2k5x3", kernel_too_large(0))
        + _spoilt("n0c2h9w5 m2k3x5 s1x2", kernel_too_large(1))
        + _spoilt("n1c1h2w2 m1k2 replicate", kernel_too_large(0, by=2), kernel_too_large(1, by=2))
        # Extents of -1, 1 and 1 in 32 bits; also those of a stride, and of both axes at once.
        + _spoilt("n1c2h5w6 m2k3x2 bias", *(extent_wraps(0, dilation) for dilation in (2**31 - 1, 2**31)))
        + _spoilt("n1c2h6w5 m2k2x3 s1x2", *(extent_wraps(1, dilation) for dilation in (2**31 - 1, 2**31)))
        + _spoilt("n2c2h6w5 m2k5x2 g2 p1", extent_wraps(0, 2**30), extent_wraps(1, 2**32), extent_wraps(1, 2**32 - 1)),
        (*_TOO_LARGE, *(extent_wraps(axis, 2**30) for axis in (0, 1))),
        NO_SAME,
    ),
    "reflect-limit": IllegalKind(
        _spoilt("n1c1h3w9 m1k3x2 p2x0 reflect", padding_too_large(0))
        + _spoilt("n1c1h9w3 m1k2x3 p0x2 reflect", padding_too_large(1))
        + _spoilt("n2c2h4w4 m2k3 p3 reflect bias", padding_too_large(0), padding_too_large(1))
        + _spoilt("n1c1h1w9 m1k1x2 reflect", padding_too_large(0))
        + _spoilt("n1c1h3w9 m1k5x1 same reflect", same_too_large(0))
        + _spoilt("n1c1h9w2 m1k1x2 same d1x2 reflect", same_too_large(1))
        + _spoilt("c1h9w3 m1k2x3 p0x2 reflect", padding_too_large(1, by=1))
        + _spoilt("n0c2h9w3 m2k2x3 p0x2 reflect", padding_too_large(1)),
        (padding_too_large(0), padding_too_large(1)),
        NUMBERS | {"mode": (1,)},
    ),
    "circular-limit": IllegalKind(
        _spoilt("n1c1h3w9 m1k3x2 p3x0 circular", padding_too_large(0))
        + _spoilt("n1c1h9w3 m1k2x3 p0x3 circular", padding_too_large(1))
        + _spoilt("n2c2h4w4 m2k3 p4 circular bias", padding_too_large(0), padding_too_large(1))
        + _spoilt("n1c1h3w9 m1k7x1 same circular", same_too_large(0))
        + _spoilt("n1c1h9w2 m1k1x3 same d1x2 circular", same_too_large(1))
        + _spoilt("c1h9w3 m1k2x3 p0x3 circular", padding_too_large(1, by=3))
        + _spoilt("n0c2h9w3 m2k2x3 p0x3 circular", padding_too_large(1)),
        (padding_too_large(0), padding_too_large(1)),
        NUMBERS | {"mode": (3,)},
    ),
    "empty-batch": IllegalKind(
        _spoilt("n0c4h9w8 m6k3x2", *_WEIGHT_CHANNELS[:1])
        + _spoilt("n0c2h5w9 m2k5x3", kernel_too_large(0))
        + _spoilt("n0c2h9w5 m2k3x5 s1x2", kernel_too_large(1)),
    ),
    # Calls that PyTorch accepts, each under its own requirement of level SHOULD.
    **{
        f"padding-non-negative-{mode}": IllegalKind(
            _spoilt(f"n2c4h9w8 m6k1 g2 {mode}", *(argument("padding", value) for value in (-1, (-1, 0), (1, -1)))),
            _NEGATIVE,
            NUMBERS | {"mode": (PADDING_MODES.index(mode),)},
        )
        for mode in PADDING_MODES[1:]
    },
    **{
        f"padding-length-{mode}": IllegalKind(
            _spoilt(f"n2c4h9w8 m6k3x2 g2 {mode}", *_THREE_PADDINGS[mode]),
            _THREE_PADDINGS[mode],
            NUMBERS | {"mode": (PADDING_MODES.index(mode),)},
        )
        for mode in PADDING_MODES[1:]
    },
    "dilation-positive-empty-batch": IllegalKind(
        _spoilt("n0c4h9w8 m6k3x2 g2", argument("dilation", 0), argument("dilation", (1, 0))), _DILATION_ZERO, EMPTY
    ),
    "weight-dtype-empty-batch": IllegalKind(_spoilt("n0c4h9w8 m6k3x2 g2", *_WEIGHT_DTYPES), _WEIGHT_DTYPES, EMPTY),
    **{
        f"bias-dtype-{padding}": IllegalKind(
            _spoilt(f"n2c4h9w8 m6k3x2 g2 bias {padding}", *_BIAS_DTYPES)
            + _spoilt(f"n1c4h9w8 m6k3x2 bias {padding}", *_BIAS_DTYPES),
            _BIAS_DTYPES,
            BIASED | {"padding": (level,)},
        )
        for level, padding in ((2, "valid"), (3, "same"))
    },
}
"""Each kind of illegal call, with the calls that are illegal for that one reason."""
