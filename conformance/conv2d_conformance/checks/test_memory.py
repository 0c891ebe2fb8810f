"""What a call does to memory besides its answer. Every call of every other check is watched for the same."""

from dataclasses import replace

from hypothesis import given

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.cases.strategies import cases
from conv2d_conformance.checks import covers
from conv2d_conformance.verdict.examination import Examination


@covers("memory.inputs-unchanged")
@given(case=cases())
def test_inputs_unchanged(iut: Examination, case: Case) -> None:
    """The input, the weight and the bias are as they were before the call."""
    iut.judge(case)


@covers("memory.guards-unchanged")
@given(case=cases())
def test_guards_unchanged(iut: Examination, case: Case) -> None:
    """Nothing is written before or after the arrays that are handed over."""
    iut.judge(case)


@covers("memory.result-owns-memory")
@given(case=cases())
def test_result_owns_memory(iut: Examination, case: Case) -> None:
    """The result shares no memory with what was handed over, a 1x1 kernel of ones included."""
    iut.judge(case)


@covers("memory.results-independent")
@given(case=cases(vary=set()))
def test_results_independent(iut: Examination, case: Case) -> None:
    """A result stays as it was while later calls are made, with arrays of the same shape too."""
    assert isinstance(case.data, Recipe)
    iut.judge(case)
    iut.judge(replace(case, data=replace(case.data, seed=case.data.seed + 1)))
