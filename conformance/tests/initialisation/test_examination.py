"""A check about layers, from the question to the verdict."""

import contextlib
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np
import pytest

from conv2d_conformance.checks import catalogue
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.initialisation.ideal import adapter, initialize
from conv2d_conformance.verdict.examination import Examination, Nonconforming
from conv2d_conformance.verdict.failure import Failure
from conv2d_conformance.verdict.tally import Tally


def examine(name: str, made: Adapter) -> Tally:
    check = catalogue()[f"test_initialisation::test_{name}"]
    made = replace(made, capabilities=replace(made.capabilities, dtypes=frozenset({"float32"})))
    examination = Examination(InProcess(made), EFFORTS["quick"], check.requirements, seed=1)
    with contextlib.suppress(Nonconforming):
        check.function(iut=examination)
    return examination.tally


def failure_of(tally: Tally) -> Failure:
    assert tally.failure is not None
    return tally.failure


def test_a_pass_counts_its_lines_and_elements() -> None:
    tally = examine("weight_shape", adapter)
    assert tally.outcome == "pass"
    assert tally.asked == len(tally.digests) == 5
    assert tally.evidence == tally.elements > 600


def test_a_failure_names_the_line_the_test_and_the_formula() -> None:
    def half(*arguments: Any, **named: Any) -> tuple[Array, Array | None]:
        weight, bias = initialize(*arguments, **named)
        return weight / np.float32(np.sqrt(3)), bias

    failure = failure_of(examine("weight_uniform", replace(adapter, initialize=half)))
    assert failure.case.startswith("init c20m12k5x2 g1 nobias float32 seed:")
    assert failure.got.startswith("absolute maximum: the largest magnitude is 0.577")
    assert failure.got.endswith("your range is sqrt(k / 3): the standard deviation in place of the bound")
    assert "k = 1 / 200" in failure.required
    assert (failure.failed_repetitions, failure.repetitions) == (1, 1)


@pytest.mark.parametrize(
    ("returned", "outcome", "got"),
    [
        (None, "error", "initialize returned a value of type NoneType"),
        ((np.zeros((10, 4, 3, 5), "f"), [0.0]), "error", "for the bias, returned a value of type list"),
        ((np.zeros((10, 4, 3, 5)), np.zeros(10)), "fail", "a weight of dtype float64"),
        ((np.zeros((10, 4, 5, 3), "f"), np.zeros(10, "f")), "fail", "a weight of shape (10, 4, 5, 3)"),
        ((np.zeros((10, 4, 3, 5), "f"), np.zeros((10, 1), "f")), "fail", "a bias of shape (10, 1)"),
        ((np.zeros((10, 4, 3, 5), "f"), None), "fail", "None for the bias"),
    ],
)
def test_what_has_the_wrong_form(
    returned: tuple[Array, Array | list[float] | None] | None, outcome: str, got: str
) -> None:
    tally = examine("weight_shape", replace(adapter, initialize=lambda *_, **__: returned))
    assert tally.outcome == outcome
    assert got in failure_of(tally).got
    assert failure_of(tally).case.startswith("init c8m10k3x5 g2 bias float32 seed:")


def test_a_refusal_of_a_legal_call_fails() -> None:
    def refuse(*arguments: Any, **named: Any) -> NoReturn:
        raise NotImplementedError("no layers here")

    tally = examine("weight_shape", replace(adapter, initialize=refuse))
    assert tally.outcome == "fail"
    assert failure_of(tally).got == "refused a legal call: NotImplementedError: no layers here"


def test_infinite_and_undefined_elements_fail_and_break_no_test() -> None:
    for value in (np.inf, np.nan, 3e38):

        def spoilt(*arguments: Any, value: float = value, **named: Any) -> tuple[Array, Array | None]:
            weight, bias = initialize(*arguments, **named)
            weight[-1, -1, -1, -1] = value
            return weight, bias

        made = replace(adapter, initialize=spoilt)
        for name in ("weight_support", "weight_uniform", "fan_in"):
            assert "support" in failure_of(examine(name, made)).got
        for name in ("elements_independent", "bias_independent", "different_seeds"):
            assert examine(name, made).outcome == "pass"


def test_without_the_function_nothing_is_judged() -> None:
    tally = examine("weight_shape", replace(adapter, initialize=None))
    assert tally.outcome == "error"
    assert failure_of(tally).got == "the adapter has no initialize"
    assert tally.asked == 0
