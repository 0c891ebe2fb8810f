"""Legal calls that look illegal: an implementation that refuses one of them is wrong."""

from __future__ import annotations

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import parse

_LINES: dict[str, tuple[str, ...]] = {
    "stride-beyond-input": ("n2c2h3w4 m3k2x3 s5x7 bias", "n1c1h5w5 m1k1 s1000", "n1c2h3w8 m2k3x2 s1x9 p1x1"),
    "stride-beyond-kernel": (
        "n2c2h9w8 m3k1 s3 bias",
        "n1c1h7w7 m1k2 s3",
        "n1c2h11w8 m2k2x1 s5x3 p1x2",
        "n1c1h600w2 m2k1 s257x1",
        "n1c2h2w301 m2k1 s1x150",
        "n1c1h140001w1 m1k1 s70000x1",
    ),
    # In 32 bits these are 0, 1, 2, or the least number. Whoever allocates that much memory by mistake fails at once.
    "stride-beyond-32-bits": (
        "n2c2h3w4 m3k2x3 s1101659111424x1099511627776 bias",
        "n1c1h5w6 m2k1 s1099511627777x2",
        "n1c2h5w6 m2k1x2 s2x1099511627778",
        "n1c2h4w5 m2k1 s576460752303423488",
        "n2c3h4w5 m3k3x2 s1x1101659111424 g3 bias",
        "n1c2h5w4 m2k2 s2147483647x3 p1x0",
    ),
    "stride-does-not-divide": ("n1c1h6w7 m1k3x2 s2x4", "n2c3h10w9 m2k3 s4x3 p1 bias"),
    "kernel-fills-padded-input": (
        "n2c2h3w4 m3k3x4 bias",
        "n1c2h2w3 m2k4x7 p1x2",
        "n1c1h5w5 m1k3 d2",
        "n1c1h1w1 m1k3 p1",
        "n1c1h3w2 m2k4x4 p1x1 s3x2",
    ),
    "kernel-beyond-input": ("n1c2h1w2 m2k3x5 p1x2 bias", "n2c1h2w1 m1k5x3 p2 s2"),
    "long-kernel": ("n1c1h33w2 m1k33x1", "n1c2h2w40 m2k2x35", "n1c1h66w65 m1k65"),
    "large-dilation": (
        "n1c2h9w12 m3k2 d5x8 bias",
        "n1c2h9w8 m2k3 d3",
        "n1c1h14w13 m2k3 d6 p6",
        "n1c2h15w16 m2k3 d12 p12",
        "n1c1h19w20 m2k2x3 d16x9",
        "n1c2h7w8 m33k2x3 d1x2",
        "n2c3h40w9 m2k3x2 d18x5 p1x2",
        "n1c2h2w303 m2k1x3 d1x150",
        "n1c2h303w2 m2k3x1 d150x1",
        "n1c1h1w140002 m1k1x3 d1x70000",
    ),
    "dilation-of-one-tap": ("n2c3h4w5 m2k1 d1000 bias", "n1c1h9w4 m1k3x1 d2x1000", "n1c1h4w9 m1k1x3 d1000x2 p0x1"),
    "dilation-beyond-32-bits": (
        "n2c3h4w5 m2k1 d1101659111424 bias",
        "n1c1h9w4 m1k3x1 d2x1099511627776",
        "n1c2h4w9 m2k1x3 d1099511627777x2 p0x1",
        "n2c4h3w4 m4k1 d576460752303423488x2147483647 g4",
        "n1c1h4w5 m1k1x2 same d1099511627776x1",
    ),
    "padding-beyond-kernel": (
        "n1c1h1w1 m1k2 p3 bias",
        "n2c2h3w2 m3k1 p2x5 bias",
        "n1c2h2w3 m2k2x1 p9x0 s4x1 bias",
        "n1c1h1w2 m1k1 p32768x0 bias",
        "n1c2h3w2 m2k1x2 p1x150",
    ),
    "padding-in-every-path": (
        "n1c1h1w1 m2k2 p1",
        "n1c2h4w5 m2k1 p1x2",
        "n1c2h3w4 m2k3x4 p1",
        "n1c2h8w9 m2k3 s3x4 p1x2",
        "n1c2h4w9 m1k3 p1x8 d1x8",
        "n2c1h4w6 m2k2x4 p1x2",
        "n1c2h5w4 m2k5x3 p2x1 s2x1 bias",
        "n1c4h5w6 m4k3 p1x0 g4 s2",
    ),
    "valid-in-every-mode": (*(f"n2c2h5w6 m3k3x2 valid {mode} bias" for mode in ("reflect", "replicate", "circular")),),
    "same-beyond-input": (
        "n1c1h1w1 m1k9 same bias",
        "n2c2h1w1 m2k4x6 same",
        "n1c1h2w1 m1k3x5 same d3x2",
        "c2h1w3 m2k7x2 same",
        "n1c1h1w1 m1k5 same replicate",
    ),
    "same-with-even-kernel": ("n1c1h4w5 m1k2x4 same", "n1c2h5w4 m2k4x2 same d3x1 bias", "n1c1h5w6 m1k2 same d2x1"),
    "one-row-or-column": (
        "n2c2h1w9 m3k1x3 s1x2 bias",
        "n2c2h9w1 m3k3x1 s2x1 bias",
        "n1c1h1w1 m1k1",
        "c1h1w1 m1k1 bias",
    ),
    "depthwise": ("n2c3h5w6 m3k3x2 g3 bias", "n1c4h5w6 m12k2x3 g4 bias", "n1c1h4w4 m5k3 bias", "n1c6h4w5 m6k1 g6"),
    "groups": (
        "n1c6h4w5 m3k2 g3",
        "n1c4h4w5 m10k2 g2",
        "n2c8h3w3 m8k2 g4 bias",
        "n1c2h3w4 m4k2 g2 p1 s2",
        "n1c36h3w4 m18k2 g18",
    ),
    "unbatched": (
        "c3h5w6 m4k2x3 s2x1 p1x0 bias",
        "c4h3w7 m6k3x2 g2 same d1x2",
        "c2h4w4 m2k3 p2 circular",
        "c3h4w5 m3k2 g3",
        "c2h3w4 m3k2 p1 reflect bias",
        "c4h3w5 m8k3x1 p1 g4 replicate",
    ),
    "empty-batch": (
        "n0c1h3w3 m1k2",
        "n0c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias",
        "n0c4h9w10 m6k3x2 same d1x2 g2 bias",
        "n0c4h5w6 m4k2 valid g4",
        "n0c2h5w6 m2k3 p2 reflect",
        "n0c1h1w1 m1k3 p1",
    ),
    "scalar-and-default": (
        "n1c2h7w8 m2k3x2 s2 p1 d2 bias",
        "n1c2h7w8 m2k3x2 s1 p0 d1",
        "n2c2h5w6 m3k2 omit=stride,padding,dilation,groups bias",
        "n1c2h5w6 m3k2 s2x1 omit=padding",
        "n1c4h7w6 m4k3x2 p1 g2 omit=dilation",
    ),
    "padding-mode-at-its-limit": (
        "n1c1h3w4 m1k2 p2x3 reflect",
        "n1c1h3w4 m1k2 p3x4 circular",
        "n1c1h1w1 m1k2 p5 replicate",
        "n1c1h1w1 m1k3 p1 circular",
        "n1c1h1w1 m1k1 p0 reflect",
        "n1c1h4w3 m1k6x1 same reflect",
        "n1c1h3w4 m1k7x1 same circular",
        "n1c1h2w2 m1k2 same d2 circular",
        "n1c2h4w5 m2k3x2 valid reflect",
    ),
}

UNUSUAL_BUT_LEGAL: tuple[tuple[str, Case], ...] = tuple(
    (kind, parse(line)) for kind, lines in _LINES.items() for line in lines
)
"""(kind, case) for every call that must be answered, however unusual it is."""


def unusual_cases(*kinds: str) -> tuple[Case, ...]:
    """The unusual calls of some kinds. KeyError for a kind that is not known."""
    return tuple(parse(line) for kind in kinds for line in _LINES[kind])
