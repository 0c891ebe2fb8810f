"""Head to head: the cases and the acceptance rules of other suites, against the mutants and the right implementations.

This measures what each suite sees. One file is one suite; `suites` names them all.
"""

from __future__ import annotations

import importlib
from functools import cache

from conv2d_conformance.power.suite import MeasuredSuite

MODULES = ("assert_close", "opinfo", "onnx_vectors", "tosa", "benchdnn", "kernelbench", "ours")

OURS = "conv2d-conformance"


@cache
def suites() -> dict[str, MeasuredSuite]:
    """All suites by name, this suite last."""
    found = (suite for module in MODULES for suite in importlib.import_module(f"{__name__}.{module}").SUITES)
    return {suite.name: suite for suite in found}
