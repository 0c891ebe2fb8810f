"""A case tells which features it makes use of, and a cheap import is cheap."""

from __future__ import annotations

import subprocess
import sys

import pytest

from conv2d_conformance.cases import features_of, parse
from conv2d_conformance.cases.illegal_calls import ILLEGAL
from conv2d_conformance.cases.unusual_calls import UNUSUAL_BUT_LEGAL
from conv2d_conformance.contract.capabilities import FEATURES


@pytest.mark.parametrize(
    ("line", "features"),
    [
        ("n1c1h3w3 m1k3", "dtype.float32"),
        ("n2c1h3w3 m1k3 s1x2 p0x1 d2x1 float64", "dtype.float64 stride padding.explicit dilation"),
        ("n1c4h3w3 m4k3 g2 bias bfloat16", "dtype.bfloat16 groups multi-channel bias"),
        ("n1c1h3w3 m2k3 same circular", "dtype.float32 multi-channel padding.same padding-mode.circular"),
        ("n1c1h3w3 m1k3 valid s1 omit=groups", "dtype.float32 padding.valid arguments.scalar arguments.defaults"),
        ("c1h3w3 m1k3 view=offset", "dtype.float32 unbatched views.offset"),
        ("n0c1h3w3 m1k3 weight-dtype=float16", "dtype.float32 dtype.float16 several-dtypes empty-batch validation"),
        ("c1h3w3 m1k3 x[0,0,0]=nan", "dtype.float32 unbatched non-finite"),
    ],
)
def test_features_of_a_case(line: str, features: str) -> None:
    assert features_of(parse(line)) == set(features.split())


def test_features_are_those_of_the_contract() -> None:
    assert all(features_of(case) <= FEATURES for _, case in ILLEGAL + UNUSUAL_BUT_LEGAL)


def test_reading_a_line_needs_neither_hypothesis_nor_the_reference() -> None:
    script = "import sys, conv2d_conformance.cases; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "conv2d_conformance.cases" in loaded
    assert not {"hypothesis", "scipy", "conv2d_reference"} & set(loaded)
