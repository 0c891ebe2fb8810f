"""The order of the checks in a run that ends at the first broken MUST.

`benchmarks/check_order.py` measures how many mutants each check kills, and in what time.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from conv2d_conformance.checks import Check


def place_of(check: Check) -> tuple[bool, int]:
    """The place of a check, to sort by: those that kill most in their time come first, those without a MUST last.

    What was not measured yet comes after what was.
    """
    return not check.decides, _places().get(check.name, len(_places()))


def measured() -> dict[str, Any]:
    """What was measured, with the checks in their order."""
    text = files("conv2d_conformance").joinpath("check-order.json").read_text(encoding="utf-8")
    record: dict[str, Any] = json.loads(text)
    return record


@cache
def _places() -> dict[str, int]:
    return {name: number for number, name in enumerate(measured()["checks"])}
