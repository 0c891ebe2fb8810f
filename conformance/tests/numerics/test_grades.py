"""What is computed in an arithmetic gets the grade of that arithmetic, and can be certified for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.checks import catalogue as checks
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import FORMATS
from conv2d_conformance.effort import Effort
from conv2d_conformance.emulation import orders, pieces
from conv2d_conformance.emulation.call import Call
from conv2d_conformance.emulation.fixed_point import fixed_point_sum
from conv2d_conformance.emulation.formats import of_precision, rounded_to
from conv2d_conformance.emulation.orders import sequential
from conv2d_conformance.emulation.strassen import strassen_product
from conv2d_conformance.emulation.terms import Terms, lower, summed
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.running.examine import examine
from conv2d_conformance.variants import catalogue as variants
from conv2d_conformance.verdict.examination import Examination
from conv2d_conformance.verdict.grading import BY_SIZE, SubjectAccuracy, describe_grade, grade

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
    ("winograd-tiles-of-2", "float32"): "B2",
    ("winograd-tiles-of-4", "float32"): "B4",
    ("winograd-tiles-of-4", "float64"): "B4",
    ("winograd-tiles-of-6", "float32"): "B6",
    ("fourier", "float32"): "C",
    ("fourier", "float64"): "C",
    ("fourier", "float16"): "C",
}
"""What is found without a claim."""

CLAIMED = GRADES | {
    ("sixteen-bit-sums", "float16"): "R-acc16",
    ("sixteen-bit-sums", "bfloat16"): "R-acc16",
    ("tf32-by-3", "float32"): "R-tf32x3",
    ("tf32-by-3-cut", "float32"): "R-tf32x3",
    ("bfloat16-by-3", "float32"): "R-bf16x3",
    ("bfloat16-by-3-cut", "float32"): "R-bf16x3",
    ("bfloat16-by-6-cut", "float32"): "R-bf16x6",
    ("bfloat16-by-9-cut", "float32"): "R-bf16x9",
}
"""What is certified where it is claimed: of some arithmetics the answers show no more than the size of the errors."""

UNGRADED: dict[str, Callable[[Call], Any]] = {
    "strassen": strassen_product,
    "fixed-point": fixed_point_sum,
}


def examined(adapter: Adapter, name: str) -> Examination:
    check = checks()[f"test_numerics::{name}"]
    return examine(check, InProcess(adapter), EFFORT, 0)


def claiming(adapter: Adapter, dtype: str, **claims: Any) -> Adapter:
    return replace(adapter, capabilities=replace(adapter.capabilities, dtypes={dtype}, **claims))


def measured(adapter: Adapter, dtype: str) -> SubjectAccuracy:
    check = checks()["test_numerics::test_grade"]
    return examine(check, InProcess(adapter), EFFORT, 0).tally.grading.subjects[dtype]  # by default, A is claimed


def found_grade(adapter: Adapter, dtype: str) -> str | None:
    found = measured(adapter, dtype)
    return grade(dtype, found.failed, found.named)


@pytest.mark.parametrize(("name", "dtype"), GRADES)
def test_the_grade_is_found_without_a_claim(name: str, dtype: str) -> None:
    assert found_grade(claiming(variants()[name], dtype, grades={}), dtype) == GRADES[name, dtype]


@pytest.mark.parametrize(("name", "dtype"), CLAIMED)
def test_what_claims_its_grade_is_certified(name: str, dtype: str) -> None:
    adapter = claiming(variants()[name], dtype, grades={dtype: CLAIMED[name, dtype]})
    for check in checks().values():
        if check.name.startswith("test_numerics::"):
            assert examined(adapter, check.name.partition("::")[2]).tally.outcome == "pass", check.name


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", UNGRADED)
def test_what_belongs_to_no_class_has_no_grade(name: str, dtype: str) -> None:
    adapter = of_function(name, UNGRADED[name], dtype)
    assert found_grade(adapter, dtype) is None


def one_product_dropped(call: Call) -> Any:
    """Of sums of more than two, the product in the middle."""
    terms = Terms(*lower(call))
    middle = len(terms) // 2
    return summed(call, lambda terms: sequential(without(terms, middle) if len(terms) > 2 else terms))


def without(terms: Terms, k: int) -> Terms:
    return Terms(np.delete(terms.x, k, axis=2), np.delete(terms.w, k, axis=2))


def noise(units: float) -> Callable[[Call], Any]:
    """Of so many units in each result, another for each."""

    def conv2d(call: Call) -> Any:
        answer = summed(call, sequential)
        random = np.random.default_rng(answer.size)
        factor = 1 + units * np.finfo(answer.dtype).eps / 2 * random.uniform(-1, 1, answer.shape)
        with np.errstate(over="ignore"):
            return (answer * factor).astype(answer.dtype)

    return conv2d


def one_element_off(call: Call) -> Any:
    answer = summed(call, sequential)
    answer.flat[answer.size // 2] += answer.dtype.type(2.0**-30)
    return answer


def dropped_bits(call: Call) -> Any:
    return summed(call, sequential, result=rounded_to(of_precision(18)))


UNNAMED: dict[str, Callable[[Call], Any]] = {
    "a product dropped": one_product_dropped,
    "noise of 4 units": noise(4),
    "noise of 64 units": noise(64),
    "noise of 2000 units": noise(2000),
    "one element off": one_element_off,
    "18 bits of result": dropped_bits,
    "two pieces of TF32": lambda call: pieces.one_after_the_other(call, pieces.TF32, pieces.THREE),
    "two pieces of bfloat16": lambda call: pieces.one_after_the_other(call, pieces.BFLOAT16, pieces.THREE),
    "three pieces of bfloat16, cut": lambda call: pieces.tap_by_tap(call, pieces.BFLOAT16_CUT, pieces.SIX),
    "double rounding": lambda call: summed(call, sequential, accumulator=np.longdouble),
    "cut": lambda call: summed(call, orders.rounding(rounded_to(FORMATS["float32"], np.trunc)), accumulator=np.float64),
}
"""What is wrong, or less accurate, and none of the algorithms by which a class is called."""


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", UNNAMED)
def test_nothing_is_named_after_an_algorithm_that_it_is_not(name: str, dtype: str) -> None:
    if dtype == "float64" and "pieces" in name:
        pytest.skip("float32 alone is split")
    found = measured(of_function(name, UNNAMED[name], dtype), dtype)
    assert grade(dtype, found.failed, found.named) in (None, *BY_SIZE)
    words = describe_grade(dtype, found.failed, found.named, "A", found.excess)
    assert words.startswith(("no grade, ", "grade A, ", "grade A-tc, "))
    assert not any(algorithm in words for algorithm in ("Winograd", "Fourier", "TF32", "bfloat16", "16-bit"))
    if found.excess:
        assert f"less accurate than A-tc: the worst error is {found.excess:.3g} times its bound, " in words


def of_function(name: str, function: Callable[[Call], Any], dtype: str) -> Adapter:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        return function(Call(input, weight, bias, **attributes))

    return Adapter(name=name, version="1", conv2d=conv2d, capabilities=Capabilities(dtypes={dtype}))


def test_a_claim_that_is_too_high_names_the_grade_that_holds() -> None:
    adapter = claiming(variants()["bfloat16-inputs"], "float32", grades={"float32": "R-tf32"})
    failure = examined(adapter, "test_grade").tally.failure
    assert failure is not None
    assert failure.got == "float32: grade R-bf16, products are those of inputs rounded to the 7 bits of bfloat16"
    assert failure.required == "float32: grade R-tf32, inputs are rounded to the 10 bits of TF32"


def test_a_cut_infinity_is_allowed_where_rounding_is_directed() -> None:
    def conv2d(input: Any, weight: Any, bias: Any = None, **attributes: Any) -> Any:
        answer = Call(input, weight, bias, **attributes).right()
        return np.clip(answer, -65504, 65504).astype(answer.dtype)

    claims = Capabilities(dtypes={"float16"}, grades={"float16": "A-tc"})
    adapter = Adapter(name="saturating", version="1", conv2d=conv2d, capabilities=claims)
    assert examined(adapter, "test_overflow").tally.outcome == "pass"
    assert examined(claiming(adapter, "float16", grades={"float16": "A"}), "test_overflow").tally.outcome == "fail"
