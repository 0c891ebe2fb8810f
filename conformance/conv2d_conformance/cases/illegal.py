"""Every way of being illegal, one defect at a time: the order of an implementation's checks must not matter.

A call is legal but for the defect that its kind names. Each pair is illegal in both, in the first, and in the last
place. Left out is what is never judged: tuples of length 1, bools for ints, and channels or sizes of zero.
"""

from __future__ import annotations

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import parse

_LEGAL = "n2c4h9w8 m6k3x2 g2 bias"

_SPOILT: dict[str, str] = {
    # kind: what makes the legal call illegal, call by call; where that takes several words they are joined by "&"
    "stride-positive": "stride=0 stride=(0,1) stride=(1,0) stride=-1 stride=(-1,2) stride=(2,-1)",
    "dilation-positive": "dilation=0 dilation=(0,1) dilation=(1,0) dilation=-1 dilation=(-1,1) dilation=(1,-2)",
    "padding-non-negative": "padding=-1 padding=(-1,0) padding=(0,-1) padding=(-1,-1) padding=(2,-1)",
    "kernel-positive": "weight-shape=(6,2,0,0) weight-shape=(6,2,0,2) weight-shape=(6,2,3,0)",
    "pair-length": (
        "stride=() stride=(1,1,1) stride=(2,2,2,2) padding=() padding=(1,1,1) padding=(1,1,1,1)"
        " dilation=() dilation=(1,1,1) dilation=(1,1,1,1)"
    ),
    "integers-only": (
        "stride=1.0 stride=2.0 stride=1.5 stride=(2.0,1) stride=(1,1.5)"
        " padding=1.0 padding=0.5 padding=(1.0,1) padding=(1,0.5)"
        " dilation=1.0 dilation=2.0 dilation=1.5 dilation=(2.0,1) dilation=(1,1.5)"
        " groups=2.0 groups=1.5"
    ),
    "padding-string": (
        "padding='SAME' padding='Same' padding='VALID' padding='full' padding='zeros' padding='1' padding=''"
    ),
    "padding-mode-known": (
        "padding_mode='zero' padding_mode='Zeros' padding_mode='constant' padding_mode='symmetric' padding_mode='wrap'"
        " padding_mode=''"
    ),
    "same-needs-stride-one": "same&s2 same&s2x2 same&s2x1 same&s1x2 same&s3x1 same&s5x4 same&s1x3",
    "channels-divisible": (
        "groups=3&weight-shape=(6,1,3,2) input-shape=(2,5,9,8) input-shape=(2,3,9,8)&weight-shape=(6,1,3,2)"
    ),
    "out-channels-divisible": (
        "weight-shape=(5,2,3,2)&bias-shape=(5,) weight-shape=(1,2,3,2)&bias-shape=(1,) groups=4&weight-shape=(6,1,3,2)"
    ),
    "weight-channels": (
        "weight-shape=(6,1,3,2) weight-shape=(6,3,3,2) weight-shape=(6,4,3,2) groups=1"
        " groups=1&weight-shape=(6,1,3,2) groups=4&weight-shape=(8,2,3,2)&bias-shape=(8,)"
        " input-shape=(2,2,9,8) input-shape=(2,6,9,8)"
    ),
    "input-rank": "input-shape=() input-shape=(8,) input-shape=(9,8) input-shape=(1,2,4,9,8) input-shape=(2,4,9,8,1)",
    "weight-rank": "weight-shape=(6,) weight-shape=(6,2) weight-shape=(6,2,3) weight-shape=(6,2,3,2,1)",
    "bias-shape": (
        "bias-shape=() bias-shape=(0,) bias-shape=(1,) bias-shape=(3,) bias-shape=(5,) bias-shape=(7,)"
        " bias-shape=(6,1) bias-shape=(1,6) bias-shape=(6,1,1) bias-shape=(1,6,1,1)"
    ),
    "dtypes-equal": (
        "weight-dtype=float64 input-dtype=float64 bias-dtype=float64 weight-dtype=float16 weight-dtype=bfloat16"
        " float64&weight-dtype=float32 float64&bias-dtype=float32 float16&weight-dtype=bfloat16"
        " weight-dtype=float64&bias-dtype=float64"
    ),
}

_WHOLE: dict[str, tuple[str, ...]] = {
    # kind: the calls themselves, where a defect lies in how the geometry fits together
    # Where 0, or a negative number, could be taken for the number of groups that the shapes show.
    "groups-positive": (
        "n2c4h9w8 m6k3x2 g2 bias groups=0",
        "n2c4h9w8 m6k3x2 groups=0",
        "n2c4h9w8 m6k3x2 bias groups=-1",
        "n2c4h9w8 m6k3x2 g2 groups=-2",
        "n1c1h4w5 m1k2 groups=0",
    ),
    "kernel-fits": (
        "c1h2w2 m1k3",
        "n1c2h5w9 m2k6x3 bias",
        "n1c2h9w5 m2k3x6 bias",
        "n2c2h4w9 m2k7x3 p1x0",
        "n2c2h9w4 m2k3x7 p0x1",
        "n1c1h4w9 m1k3x2 d2x1",
        "n1c1h9w4 m1k2x3 d1x2",
        "n1c1h9w4 m1k2x3 d1x2 valid",
        # One too large, and a stride with which a division that truncates would find an output of size 1.
        "n1c1h4w9 m1k5x2 s2x1",
        "n1c1h9w4 m1k2x5 s1x2",
        "n1c1h4w4 m1k5 s2",
        "n2c2h3w9 m2k6x3 s3x1 p1x0",
        "n2c2h9w3 m2k3x6 s1x4 p0x1 bias",
        "c2h9w5 m2k2x6 s1x2",
        "n0c2h5w9 m2k6x3",
        "n0c2h9w5 m2k3x6 s1x2",
        "n1c1h2w2 m1k4 replicate",
    ),
    "reflect-limit": (
        "n1c1h3w9 m1k3x2 p3x0 reflect",
        "n1c1h9w3 m1k2x3 p0x3 reflect",
        "n2c2h4w4 m2k3 p4 reflect bias",
        "n1c1h1w9 m1k2 p1x0 reflect",
        "n1c1h3w9 m1k6x1 same reflect",  # 2 before and 3 after
        "n1c1h9w2 m1k1x3 same d1x2 reflect",
        "c1h9w3 m1k2x3 p0x4 reflect",
        "n0c2h9w3 m2k2x3 p0x3 reflect",
    ),
    "circular-limit": (
        "n1c1h3w9 m1k3x2 p4x0 circular",
        "n1c1h9w3 m1k2x3 p0x4 circular",
        "n2c2h4w4 m2k3 p5 circular bias",
        "n1c1h3w9 m1k8x1 same circular",  # 3 before and 4 after
        "n1c1h9w2 m1k1x4 same d1x2 circular",
        "c1h9w3 m1k2x3 p0x7 circular",
        "n0c2h9w3 m2k2x3 p0x4 circular",
    ),
    # What PyTorch accepts, each a requirement of its own that SHOULD hold.
    **{
        f"padding-non-negative-{mode}": tuple(
            f"n2c4h9w8 m6k1 g2 padding={padding} {mode}" for padding in ("-1", "(-1,0)", "(1,-1)")
        )
        for mode in ("reflect", "replicate", "circular")
    },
    "dilation-positive-empty-batch": ("n0c4h9w8 m6k3x2 g2 dilation=0", "n0c4h9w8 m6k3x2 g2 dilation=(1,0)"),
    "weight-dtype-empty-batch": ("n0c4h9w8 m6k3x2 g2 weight-dtype=float64",),
    "bias-dtype-valid": (
        "n2c4h9w8 m6k3x2 g2 bias valid bias-dtype=float64",
        "n1c4h9w8 m6k3x2 bias valid bias-dtype=float64",
    ),
    "bias-dtype-same": (
        "n2c4h9w8 m6k3x2 g2 bias same bias-dtype=float64",
        "n1c4h9w8 m6k3x2 bias same bias-dtype=float64",
    ),
    "empty-batch": ("n0c4h9w8 m6k3x2 weight-shape=(6,3,3,2)", "n0c2h5w9 m2k6x3", "n0c2h9w5 m2k3x6 s1x2"),
}


def _spoil(defect: str) -> Case:
    return parse(f"{_LEGAL} {defect.replace('&', ' ')}")


ILLEGAL: tuple[tuple[str, Case], ...] = tuple(
    (kind, _spoil(defect)) for kind, defects in _SPOILT.items() for defect in defects.split()
) + tuple((kind, parse(line)) for kind, lines in _WHOLE.items() for line in lines)
"""(kind, case) for every call that must, or should, be rejected."""

ILLEGAL_KINDS = (*_SPOILT, *_WHOLE)


def illegal_cases(kind: str) -> tuple[Case, ...]:
    """The illegal calls of a kind. ValueError for a kind that is not known."""
    if kind not in ILLEGAL_KINDS:
        raise ValueError(f"kind {kind!r} is not known; known are {', '.join(ILLEGAL_KINDS)}")
    return tuple(case for found, case in ILLEGAL if found == kind)
