"""`cases` draws the same cases for the same arguments, and each is what its line says."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import numpy as np
import pytest

import conv2d_conformance
from conv2d_conformance import cases
from conv2d_conformance.cases.data import call
from conv2d_conformance.cases.grammar import parse


def test_a_case_is_the_one_of_its_line_and_of_its_seed() -> None:
    found = list(cases(30, seed=7, recipes=("uniform", "integers")))
    for case in found:
        arguments, arrays = call(parse(case.line))
        assert arguments == case.arguments
        for name, array in arrays.items():
            np.testing.assert_array_equal(getattr(case, name), array, strict=array is not None)
    lines = [case.line for case in found]
    assert lines == [case.line for case in cases(40, seed=7, recipes=("uniform", "integers"))][:30]
    assert lines != [case.line for case in cases(30, seed=8, recipes=("uniform", "integers"))]
    assert len(set(lines)) > 25


def test_dimensions_vary_where_it_is_wanted() -> None:
    assert all(case.arguments["stride"] not in (1, (1, 1)) for case in cases(20, require=["stride"], vary=()))
    assert all(case.bias is None for case in cases(20, keep=["bias"]))
    with pytest.raises(ValueError, match="dimension 'strides' is not known"):
        cases(1, vary=["strides"])


LIGHT = """
import sys
import conv2d_conformance
heavy = {"click", "hypothesis", "jsonschema", "msgspec", "pytest", "rich", "scipy"}
print(sorted(heavy & set(sys.modules)), [name for name in sys.modules if name.startswith("conv2d_conformance.api")])
from conv2d_conformance import cases, check
print(callable(cases), callable(check), sorted({"pytest", "click"} & set(sys.modules)))
"""


def test_an_import_of_the_package_loads_nothing_else() -> None:
    found = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines() == ["[] []", "True True []"]


def test_all_that_is_published_is_there_and_nothing_else() -> None:
    assert {name for name in conv2d_conformance.__all__ if callable(getattr(conv2d_conformance, name))} == {
        *("Adapter", "Capabilities", "allowed", "cases", "certify", "check", "reference")
    }
    assert all(first < second for first, second in pairwise(conv2d_conformance.__all__))
    with pytest.raises(AttributeError, match="has no attribute 'certifi'"):
        _ = conv2d_conformance.certifi  # type: ignore[attr-defined]  # that is the point
