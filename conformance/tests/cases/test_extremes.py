"""The fixed cases at the ends of the range are legal, distinct, and could show a fault."""

from __future__ import annotations

import numpy as np
import pytest

from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.extremes import ALONE, DEEP, OVERFLOWING, SUBNORMAL
from conv2d_conformance.cases.geometry import multiply_adds
from conv2d_conformance.cases.grammar import format_case
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.formats import DTYPES, FORMATS
from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.verdict.question import Question

TABLES = {"deep": DEEP, "alone": ALONE, "overflowing": OVERFLOWING, "subnormal": SUBNORMAL}


@pytest.mark.parametrize("name", TABLES)
def test_every_case_is_distinct_cheap_and_evident(name: str) -> None:
    table = TABLES[name]
    assert len(set(table)) == len(table)
    assert {case.dtype for case in table} == set(DTYPES)
    for case in table:
        assert multiply_adds(case) <= EFFORTS["quick"].multiply_adds
        question = Question(case)
        assert question.exposes_faults, format_case(case)
        assert question.law.evident.any(), format_case(case)


@pytest.mark.parametrize("dtype", DTYPES)
def test_sums_are_long_and_every_product_of_some_counts(dtype: str) -> None:
    lengths = {case.C * case.KH * case.KW for case in DEEP}
    assert lengths == {512, 521, 1152, 1161, 4608, 4617, 18432, 18441}
    whole: set[int] = set()
    for case in DEEP:
        if case.dtype == dtype and np.count_nonzero(Question(case).weight) == Question(case).weight.size:
            whole.add(case.C * case.KH * case.KW)
    assert whole == lengths


@pytest.mark.parametrize("dtype", DTYPES)
def test_results_are_infinite_and_nearly_so(dtype: str) -> None:
    laws = [Question(case).law for case in OVERFLOWING if case.dtype == dtype]
    largest = FORMATS[dtype].largest
    sizes = np.concatenate([np.abs(law.high[law.evident]) for law in laws])
    assert (sizes > largest).any()
    assert (sizes == largest).any()
    assert ((largest / 8 < sizes) & (sizes < largest)).sum() > 20


@pytest.mark.parametrize("dtype", DTYPES)
def test_flushing_leaves_evidence(dtype: str) -> None:
    flushed = Capabilities(dtypes={dtype}, subnormals={dtype: "flushed"})
    laws = [Question(case, flushed).law for case in SUBNORMAL if case.dtype == dtype]
    assert any((law.fixed & (law.high != 0)).any() for law in laws)


@pytest.mark.parametrize("grade", ["R-tf32", "R-fp16", "R-bf16"])
@pytest.mark.parametrize("name", ["overflowing", "subnormal"])
def test_rounded_inputs_leave_evidence(name: str, grade: str) -> None:
    def is_evident(case: Case) -> bool:
        return bool(Question(case, grade=grade).law.evident.any())

    assert any(is_evident(case) for case in TABLES[name] if case.dtype == "float32")
