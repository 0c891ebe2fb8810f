"""A view is asked for only where it is claimed, and reaches the implementation as it is, in process or not."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.answers import Request
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import VIEWS, Capabilities
from conv2d_conformance.implementation.host import connect
from conv2d_conformance.verdict.claims import within_claims

STRIDES = "import numpy as np\n\n\ndef conv2d(input, weight, bias=None):\n    return np.array(input.strides)\n"


def test_an_unclaimed_view_is_dropped() -> None:
    case = parse("n1c1h2w3 m1k1 view=fortran")
    assert within_claims(case, Capabilities(views={"fortran"})) is case
    asked = within_claims(case, Capabilities(views=set(VIEWS) - {"fortran"}))
    assert asked is not None
    assert asked.view is None


@pytest.mark.parametrize("isolation", ["process", "none"])
def test_the_layout_reaches_the_implementation(tmp_path: Path, isolation: str) -> None:
    adapter = tmp_path / "strides.py"
    adapter.write_text(STRIDES)
    arrays: dict[str, Array | None] = {
        "input": np.ones((2, 3, 4, 5), np.float32),
        "weight": np.ones((1, 3, 1, 1), np.float32),
    }
    with closing(connect(f"{adapter}:conv2d", isolation=isolation)) as implementation:
        found: list[Any] = [
            implementation.ask(Request("conv2d", {}, arrays, view)) for view in (None, "fortran", "negative")
        ]
    strides = [answer.arrays[0].tolist() for answer in found]
    assert strides == [[240, 80, 20, 4], [4, 8, 24, 96], [-240, -80, -20, -4]]
