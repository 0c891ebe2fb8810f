"""Faults that show for one remainder of a size alone: the remainder is named, and no limit that happens to fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.diagnosis import diagnose
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_reference.correlate import conv2d as right

AXES = {"M": 1, "OH": 2, "OW": 3}


def wrong_at_the_end(axis: str, tile: int, rest: int, repeats: bool) -> InProcess:
    """The last row, column or channel is lost, or repeats the one before."""

    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        if axis == "C // groups":
            wanted = np.array(weight)
            if weight.shape[1] % tile == rest:
                wanted[:, -1] = wanted[:, -2] if repeats else 0
            return right(input, wanted, bias, **attributes)
        result = right(input, weight, bias, **attributes)
        seen = np.moveaxis(result, AXES[axis], 0)
        if len(seen) % tile == rest and len(seen) > 1:
            seen[-1] = seen[-2] if repeats else 0
        return result

    claims = Capabilities(arguments={"pair", "scalar", "defaults"})
    return InProcess(Adapter(name="tested", version="1", conv2d=conv2d, capabilities=claims))


@pytest.mark.parametrize("repeats", [False, True], ids=["lost", "repeated"])
@pytest.mark.parametrize(("tile", "rest"), [(4, 3), (8, 5), (16, 9)])
@pytest.mark.parametrize("axis", ["C // groups", *AXES])
def test_a_remainder_is_no_limit(axis: str, tile: int, rest: int, repeats: bool) -> None:
    C, M = (rest if axis == name else 2 for name in ("C // groups", "M"))
    H, W = (1 + (rest if axis == name else 3) for name in ("OH", "OW"))
    failing = parse(f"n1c{C}h{H}w{W} m{M}k2x2 integers:3")
    found = diagnose(wrong_at_the_end(axis, tile, rest, repeats), failing)
    assert found is not None
    assert found.sentence.endswith(f"only where {axis} % {tile} == {rest}")
