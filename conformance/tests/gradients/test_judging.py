"""Answers to gradient cases: right ones, and ones that are wrong in one respect each."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases import parse
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.fault_sentences import describe_wrong_elements
from conv2d_conformance.verdict.question import Question
from conv2d_conformance.verdict.tally import Tally, recorded
from conv2d_reference import correlate, gradients_by_tap

LINE = "n2c2h4w5 m4k2x3 s1x2 p1x0 g2 bias integers:3 grad"


def right(*arrays: Any, **attributes: Any) -> tuple[Array, Array, Array | None]:
    return gradients_by_tap.gradients(*arrays, **attributes)


def examine(
    change: Callable[..., Any], line: str = LINE, *, requirements: tuple[str, ...] = (), **options: Any
) -> Tally:
    """What an implementation is told whose gradients are changed like this."""

    def gradients(*arrays: Any, **attributes: Any) -> Any:
        return change(*right(*arrays, **attributes))

    adapter = Adapter(
        name="changed",
        version="1",
        conv2d=correlate.conv2d,
        gradients=gradients,
        capabilities=Capabilities(empty_batch=True, unbatched=True, dtypes={"float32", "float64"}),
    )
    examination = Examination(InProcess(adapter), EFFORTS["quick"], requirements)
    examination.judge(parse(line), **options)
    return examination.tally


@pytest.mark.parametrize("line", [LINE, "c2h4w5 m2k2 grad", "n0c2h4w5 m2k2 bias grad", f"{LINE} float64"])
def test_right_gradients_pass(line: str) -> None:
    for form in (tuple, list):
        tally = examine(lambda *found, form=form: form(found), line)
        assert tally.outcome == "pass"
        assert tally.evidence > 0
        assert tally.failure is None


def test_every_element_counts() -> None:
    assert examine(lambda *found: found).elements == 2 * 2 * 4 * 5 + 4 * 1 * 2 * 3 + 4


def plus_one(array: Array | None) -> Array | None:
    return None if array is None else array + 1


WRONG = {
    "values of the input": (lambda x, w, b: (plus_one(x), w, b), LINE, "1 at grad_input[0,0,0,0]; 1 of", "0, exactly"),
    "values of the weight": (
        lambda x, w, b: (x, plus_one(w), b),
        LINE,
        "1 at grad_weight[0,0,0,0]; 1 of",
        "0, exactly",
    ),
    "values of the bias": (lambda x, w, b: (x, w, plus_one(b)), LINE, "1 at grad_bias[0]; 1 of", "0, exactly"),
    "shape": (lambda x, w, b: (x, w[:, :, :1], b), LINE, "grad_weight of shape (1, 1, 1, ", "shape (1, 1, "),
    "dtype": (lambda x, w, b: (x, w, b.astype(">f4")), LINE, "grad_bias of dtype float32, in foreign", "dtype float32"),
    "no bias": (lambda x, w, _: (x, w, None), LINE, "grad_bias None", "grad_bias of shape (1,)"),
    "a bias": (
        lambda x, w, _: (x, w, w[:, 0, 0, 0]),
        "n1c1h2w2 m1k1 grad",
        "grad_bias of shape (1,)",
        "grad_bias None, since there is no bias",
    ),
    "empty": (lambda x, w, b: (x, w + 1, b), "n0c1h1w1 m1k1 grad", "1 at grad_weight[0,0,0,0]; 1 of", "0, exactly"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_gradients_fail_in_the_simplest_case(name: str) -> None:
    change, line, got, required = WRONG[name]
    with pytest.raises(Nonconforming) as found:
        examine(change, line)
    assert found.value.outcome == "fail"
    assert found.value.failure.got.startswith(got)
    assert found.value.failure.required.startswith(required)
    assert " grad" in found.value.failure.case


def test_a_refusal_fails() -> None:
    def refuse(*_: Array | None) -> Any:
        raise NotImplementedError("no gradients today")

    with pytest.raises(Nonconforming, match="refused a legal call: NotImplementedError: no gradients today"):
        examine(refuse)


def test_what_is_not_three_arrays_is_an_error() -> None:
    with pytest.raises(Nonconforming) as found:
        examine(lambda *found: found[:2])
    assert found.value.outcome == "error"
    assert "of 2, not grad_input, grad_weight, grad_bias" in found.value.failure.got


def test_without_values_the_shapes_alone_count() -> None:
    assert examine(lambda x, w, b: (plus_one(x), w, b), values=False).outcome == "pass"


def test_answers_that_differ_name_the_gradient() -> None:
    calls = iter(range(100))

    def change(x: Array, w: Array, b: Array | None) -> tuple[Array, Array, Array | None]:
        return x, w + next(calls) % 2, b

    with pytest.raises(Nonconforming, match=r"at grad_weight\[.*\] from call 2, where the first gave"):
        examine(change, values=False, times=2)


def test_memory_counts_towards_the_requirements_of_gradients() -> None:
    assert examine(lambda *found: found, "n1c1h2w2 m1k1 bias grad").observed == {}
    both = examine(
        lambda x, w, _: (x, w, w[:, 0, 0, 0]), "n1c1h1w1 m1k1 bias x[0,0,0,0]=1 w[0,0,0,0]=1 gy[0,0,0,0]=1 grad"
    )
    assert list(both.observed) == ["gradients.results-own-memory"]
    with pytest.raises(Nonconforming, match="share memory"):
        examine(
            lambda x, w, _: (x, w, w[:, 0, 0, 0]),
            "n1c1h1w1 m1k1 bias x[0,0,0,0]=1 w[0,0,0,0]=1 gy[0,0,0,0]=1 grad",
            requirements=("gradients.results-own-memory",),
        )


def test_the_accuracy_of_gradients_is_kept_apart() -> None:
    bound = ("gradients.bound",)
    tally = examine(lambda *found: found, replaced(recipe="uniform:3"), requirements=bound)
    found = recorded("any", tally).accuracy["float32/gradients"]
    assert found.broken_by == {}
    assert 0 < found.margins["A"].share_of_bound < 1

    def off(x: Array, w: Array, b: Array) -> tuple[Array, Array, Array]:
        return x * np.float32(1 + 2.0**-12), w, b

    coarse = examine_measure(off, replaced(recipe="uniform:3")).grading.subjects["float32/gradients"]
    assert {"A", "A-tc"} <= set(coarse.failed)
    assert coarse.excess > 1
    assert not coarse.named


def replaced(recipe: str) -> str:
    return LINE.replace("integers:3", recipe)


def examine_measure(change: Callable[..., Any], line: str) -> Tally:
    adapter = Adapter(
        name="coarse", version="1", conv2d=correlate.conv2d, gradients=lambda *a, **k: change(*right(*a, **k))
    )
    examination = Examination(InProcess(adapter), EFFORTS["quick"], ("gradients.bound",))
    examination.measure(replace(parse(line)))
    return examination.tally


def not_a_number_at(*places: int) -> Callable[..., tuple[Array, Array, None]]:
    def change(x: Array, w: Array, b: Any) -> tuple[Array, Array, None]:
        for place in places:
            w.flat[place] = np.nan
        return x, w, b

    return change


def test_a_bound_without_force_is_not_told_as_a_requirement() -> None:
    line = "n5000c2h1w1 m1k1 float64 integers*9999999:1 grad"
    found = failure_of(not_a_number_at(1), line, grades={"float64/gradients": "A"})
    assert "to within" in found.required
    line = line.replace("float64 integers*9999999", "bfloat16 integers")
    found = failure_of(not_a_number_at(1), line)
    assert found.got.startswith("nan at grad_weight[0,1,0,0]; 1 of")
    assert found.required.startswith("almost any finite number, since legal roundings of so long a sum reach ")


def failure_of(change: Callable[..., Any], line: str, **claims: Any) -> Failure:
    """What is said of gradients that are changed like this, in all dtypes, without making the case simpler."""

    def gradients(*arrays: Array | None, **attributes: Any) -> tuple[Array, Array, None]:
        found: tuple[Array, Array, None] = change(*right(*arrays, **attributes))
        return found

    capabilities = Capabilities(dtypes=set(DTYPES), **claims)
    adapter = Adapter(
        name="changed", version="1", conv2d=correlate.conv2d, gradients=gradients, capabilities=capabilities
    )
    examination = Examination(InProcess(adapter), EFFORTS["quick"], simplifier=None)
    with pytest.raises(Nonconforming) as raised:
        examination.judge(parse(line))
    return raised.value.failure


def test_the_wrong_element_that_is_told_is_one_that_is_evidence() -> None:
    question = Question(parse("n1c1h1w3 m1k1 uniform:1"))
    evident = np.array([[[[False, True, True]]]])
    everywhere = np.ones_like(evident)
    got, _ = describe_wrong_elements(
        question, np.zeros((1, 1, 1, 3)), replace(question.law, evident=evident), everywhere
    )
    assert got.startswith("0 at y[0,0,0,1]; 3 of 3")
    got, _ = describe_wrong_elements(question, np.zeros((1, 1, 1, 3)), question.law, everywhere)
    assert got.startswith("0 at y[0,0,0,0]; 3 of 3")
