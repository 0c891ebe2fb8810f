"""What the operations say of themselves, held against the rest of the suite."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

import conv2d_conformance
from conv2d_conformance import Adapter, Capabilities, spec
from conv2d_conformance.cases import parse
from conv2d_conformance.contract.signatures import SIGNATURES, Signature
from conv2d_conformance.operations import OPERATIONS, canonical, elementwise, graded, operation_of
from conv2d_conformance.verdict.question import Question, requests_of


def test_each_signature_has_an_operation_and_a_place_in_an_adapter_and_in_a_profile() -> None:
    assert list(OPERATIONS) == list(SIGNATURES)
    assert set(SIGNATURES) <= {field.name for field in fields(Adapter)}
    assert frozenset().union(*spec.PROFILES.values()) == set(SIGNATURES)
    assert set(spec.CHAPTERS.values()) <= set(SIGNATURES)
    assert set(spec.CHAPTERS) <= set(spec.load().chapters)


@pytest.mark.parametrize("name", OPERATIONS)
def test_its_example_is_a_canonical_line_that_asks_for_it(name: str) -> None:
    example = OPERATIONS[name].example
    assert operation_of(example) is OPERATIONS[name]
    assert canonical(example) == example
    assert {request.operation for request in requests_of(example)} == {name}


@pytest.mark.parametrize("name", OPERATIONS)
def test_it_names_requirements_of_its_own_where_something_is_seen_beside_an_answer(name: str) -> None:
    shared = "determinism.global-state-unchanged"
    named = [spec.get(requirement) for requirement in OPERATIONS[name].observed.values()]
    assert {found.operation for found in named if found.id != shared} == {name}


@pytest.mark.parametrize("name", [name for name, found in OPERATIONS.items() if found.elementwise is not None])
def test_what_explains_a_failure_is_a_requirement_of_its_own(name: str) -> None:
    judged = elementwise(name)
    explaining = [judged.explained_by("values.definition"), judged.stateless, judged.unspoilt]
    assert {spec.get(requirement).operation for requirement in explaining} == {name}
    assert judged.graded_by is None or judged.graded_by in graded()


@pytest.mark.parametrize("name", [name for name, found in OPERATIONS.items() if found.elementwise is not None])
def test_the_right_answer_has_the_arrays_of_the_signature_and_the_elements_of_the_law(name: str) -> None:
    question = Question(parse(OPERATIONS[name].example.replace(" bias ", " nobias ")))
    assert tuple(question.shapes) == SIGNATURES[name].returns
    assert set(question.request.arrays) == set(SIGNATURES[name].arrays)
    absent = {array for array, shape in question.shapes.items() if shape is None}
    assert absent == SIGNATURES[name].may_be_none
    sizes = [math.prod(shape) for shape in question.shapes.values() if shape is not None]
    assert question.law.high.size == sum(sizes)


def test_an_adapter_claims_a_grade_for_the_operations_that_are_graded_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, found in SIGNATURES.items():
        subject = f"float32/{name}"
        if found.graded_apart:
            assert Capabilities(grades={subject: "A-tc"}).grades[subject] == "A-tc"
        else:
            with pytest.raises(ValueError, match=f"'{subject}' not known"):
                Capabilities(grades={subject: "A-tc"})
    monkeypatch.setitem(SIGNATURES, "pad2d", Signature("pad2d", ("padded",), ("input",), graded_apart=True))
    assert Capabilities(grades={"float32/pad2d": "A-tc"}).grades == {"float32/pad2d": "A-tc"}
    with pytest.raises(ValueError, match="no bound is known for pad2d by the transforms of B2; allowed are A, A-tc, "):
        Capabilities(grades={"float32/pad2d": "B2"})


def test_only_an_operation_that_is_judged_element_by_element_is_graded_apart() -> None:
    assert [name for name, found in SIGNATURES.items() if found.graded_apart] == ["gradients"]
    assert all(OPERATIONS[name].elementwise is not None for name in SIGNATURES if SIGNATURES[name].graded_apart)


def names_compared(source: str) -> Iterator[str]:
    """The operations and profiles whose names stand, as text, in a comparison or in a pattern of `match`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare | ast.MatchValue):
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and part.value in {*OPERATIONS, *spec.PROFILES}:
                    yield str(part.value)


def test_no_module_compares_the_name_of_an_operation_or_of_a_profile() -> None:
    assert list(names_compared('x == "conv2d" or x in ("layer", "no")')) == ["conv2d", "layer"]
    assert list(names_compared('match x:\n    case "gradients":\n        pass')) == ["gradients"]
    files = sorted(Path(conv2d_conformance.__file__).parent.rglob("*.py"))
    found = {path.name: names for path in files if (names := list(names_compared(path.read_text(encoding="utf-8"))))}
    assert found == {}
    assert len(files) > 300
