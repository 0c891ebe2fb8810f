"""What is computed in an arithmetic gets the grade of that arithmetic, and can be certified for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.adapter import Adapter, Capabilities
from conv2d_conformance.checks import catalogue as checks
from conv2d_conformance.drawing import seed, seed_of, use_settings
from conv2d_conformance.effort import Effort
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import emulated
from conv2d_conformance.mutants.call import Call
from conv2d_conformance.variants import catalogue as variants
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.grading import grade

EFFORT = Effort("small", drawn=12, multiply_adds=12_000, tiles=40)

GRADES = {
    ("one-after-the-other", "float32"): "A",
    ("three-parts", "float64"): "A",
    ("compensated", "float32"): "A",
    ("bias-apart", "float16"): "A",
    ("towards-zero", "float32"): "A-tc",
    ("towards-zero", "bfloat16"): "A-tc",
    ("blocks-of-4-aligned", "float32"): "A-tc",
    ("tf32-by-rounding", "float32"): "R-tf32",
    ("tf32-by-cutting", "float32"): "R-tf32",
    ("float16-inputs", "float32"): "R-fp16",
    ("bfloat16-inputs", "float32"): "R-bf16",
    ("sixteen-bit-sums", "float16"): "R-acc16",
    ("sixteen-bit-sums", "bfloat16"): "R-acc16",
    ("winograd-tiles-of-2", "float32"): "B2",
    ("winograd-tiles-of-4", "float32"): "B4",
    ("winograd-tiles-of-4", "float64"): "B4",
    ("winograd-tiles-of-6", "float32"): "B6",
    ("fourier", "float32"): "C",
    ("fourier", "float64"): "C",
    ("fourier", "float16"): "C",
}
"""What is found without a claim."""

UNGRADED: dict[str, Callable[[Call], Any]] = {
    "strassen": emulated.strassen,
    "fixed-point": emulated.fixed_point,
}


@pytest.fixture(scope="module", autouse=True)
def _settings() -> Iterator[None]:
    remove_files = use_settings(EFFORT)
    yield
    remove_files()


def examined(adapter: Adapter, name: str) -> Examination:
    check = checks()[f"test_numerics::{name}"]
    examination = Examination(InProcess(adapter), EFFORT, check.requirements, seed=seed_of(check.name, 0))
    seed(check.function, check.name, 0)
    check.function(iut=examination)
    return examination


def claiming(adapter: Adapter, dtype: str, **claims: Any) -> Adapter:
    return replace(adapter, capabilities=replace(adapter.capabilities, dtypes={dtype}, **claims))


def found_grade(adapter: Adapter, dtype: str) -> str | None:
    check = checks()["test_numerics::test_grade"]
    examination = Examination(InProcess(adapter), EFFORT, check.requirements, seed=seed_of(check.name, 0))
    with suppress(Nonconforming):  # by default, A is claimed
        check.function(iut=examination)
    return grade(dtype, set(examination.tally.grading.failed[dtype]))


@pytest.mark.parametrize(("name", "dtype"), GRADES)
def test_the_grade_is_found_without_a_claim(name: str, dtype: str) -> None:
    assert found_grade(claiming(variants()[name], dtype, grades={}), dtype) == GRADES[name, dtype]


@pytest.mark.parametrize(("name", "dtype"), GRADES)
def test_what_claims_its_grade_is_certified(name: str, dtype: str) -> None:
    adapter = claiming(variants()[name], dtype, grades={dtype: GRADES[name, dtype]})
    for check in checks().values():
        if check.name.startswith("test_numerics::"):
            assert examined(adapter, check.name.partition("::")[2]).tally.outcome == "pass", check.name


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", UNGRADED)
def test_what_belongs_to_no_class_has_no_grade(name: str, dtype: str) -> None:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return UNGRADED[name](Call(input, weight, bias, **attributes))

    adapter = Adapter(name=name, version="1", conv2d=conv2d, capabilities=Capabilities(dtypes={dtype}))
    assert found_grade(adapter, dtype) is None


def test_a_claim_that_is_too_high_names_the_grade_that_holds() -> None:
    adapter = claiming(variants()["bfloat16-inputs"], "float32", grades={"float32": "R-tf32"})
    with pytest.raises(Nonconforming) as found:
        examined(adapter, "test_grade")
    assert found.value.failure.got == "float32: grade R-bf16, inputs are rounded to the 7 bits of bfloat16"
    assert found.value.failure.required == "float32: grade R-tf32, inputs are rounded to the 10 bits of TF32"


def test_a_cut_infinity_is_allowed_where_rounding_is_directed() -> None:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        answer = Call(input, weight, bias, **attributes).right()
        return np.clip(answer, -65504, 65504).astype(answer.dtype)

    claims = Capabilities(dtypes={"float16"}, grades={"float16": "A-tc"})
    adapter = Adapter(name="saturating", version="1", conv2d=conv2d, capabilities=claims)
    assert examined(adapter, "test_overflow").tally.outcome == "pass"
    with pytest.raises(Nonconforming):
        examined(claiming(adapter, "float16", grades={"float16": "A"}), "test_overflow")
