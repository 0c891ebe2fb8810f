"""A failing case is explained by what it cannot do without, and that is told first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from conv2d_conformance import spec
from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.implementation.inprocess import InProcess
from conv2d_conformance.mutants import catalogue
from conv2d_conformance.operations.gradients import REQUIREMENTS as OF_GRADIENTS
from conv2d_conformance.report.causes import causes_of
from conv2d_conformance.report.report import Entry
from conv2d_conformance.report.verdicts import entry_of
from conv2d_conformance.verdict import explanation
from conv2d_conformance.verdict.confirmation import fault_of
from conv2d_conformance.verdict.explanation import explains, explanations
from conv2d_conformance.verdict.failure import as_always
from conv2d_conformance.verdict.judgement import Fault

EXPLAINED = {
    # The mutant, a case in which it fails, and what explains that.
    ("steps_of_the_weight_ignored", "n1c1h2w1 m1k2x1 integers:1 view=steps:w"): "memory.view-steps",
    ("replicate_cleans_its_copies", "n1c1h1w1 m1k1x1 p0x1 x[0,0,0,0]=nan replicate"): None,
    ("reflect_limited_to_size_minus_two", "n1c1h1w2 m1k1x1 p0x1 integers:1 reflect"): "padding-mode.reflect",
    ("stride_of_height_for_both", "n2c3h5w6 m2k2x1 s1x2 bias integers:1"): "stride.steps",
    ("size_ignores_dilation", "n1c2h5w4 m1k2x1 d2x1 g2 integers:1".replace("m1", "m2")): "dilation.spacing",
    ("bias_dropped", "n2c2h3w4 m2k2x1 g2 bias integers:1"): "bias.added",
    ("taps_beyond_128_are_zero", "n1c1h129w1 m1k129x1 bias integers:1"): "values.every-size",
    ("sixteen_bit_sections_taken_for_dense", "n1c2h3w4 m1k2 float16 integers:1 view=offset"): "memory.view-offset",
    ("bias_dropped", "n1c1h2w2 m1k1 bias integers:1 stride=0"): None,
}


@pytest.mark.parametrize(("mutant", "line"), EXPLAINED)
def test_what_the_case_cannot_do_without(mutant: str, line: str) -> None:
    implementation, case = InProcess(catalogue()[mutant].adapter), parse(line)
    fault = fault_of(implementation, case)
    found = explanations(
        case, fault.aspect if fault else "rejected", lambda other: fault_of(implementation, other) is not None
    )
    assert next(iter(found), None) == EXPLAINED[mutant, line]


def test_all_that_a_case_cannot_do_without_explains_it() -> None:
    case = parse("n1c9h1w1 m9k1 s1x1 p1x1 g9 bias float64 integers:1")
    needs = lambda other: other.C > 8 and other.groups == other.C and other.dtype == "float64"  # noqa: E731  # short
    assert explanations(case, "values", needs) == ("dtype.float64", "values.every-size", "groups.depthwise")


def test_a_fault_that_needs_nothing_is_one_of_the_definition() -> None:
    case = parse("n2c4h5w6 m2k2 s2x1 p1x1 g2 bias float64 integers:1")
    assert explanations(case, "values", lambda _: True) == ("values.definition",)
    assert explanations(case, "accepted", lambda _: True) == ("validation.legal-calls-accepted",)


def test_a_kernel_that_needs_its_padding_is_asked_with_a_larger_input() -> None:
    """Else a refusal of the padding would be taken for one of the call itself."""
    case = parse("n1c1h1w1 m1k1x2 p0x1 all-zero")
    asked = []

    def fails(other: Case) -> bool:
        asked.append(format_case(other))
        return other.padding != (0, 0)

    assert explanations(case, "accepted", fails)[0] == "padding.zeros-both-sides"
    assert asked[-1].startswith("n1c1h1w3 m1k1x2 s1x1 p0x0 ")
    same = parse("n1c1h2w3 m1k3x2 same integers:1")
    assert explanations(same, "accepted", lambda other: other.padding == "same") == ("padding.same-extra-at-end",)


def test_who_cannot_be_asked_without_a_feature_is_not_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explanation, "_unpadded", lambda _: None)
    assert explanations(parse("n1c1h1w1 m1k1x2 p0x1 all-zero"), "accepted", lambda _: True) == ()
    assert explanations(parse("n1c1h1w1 m1k1x2 p0x1 all-zero"), "values", lambda _: True) == ("values.definition",)


def test_gradients_have_a_chapter_of_their_own() -> None:
    strided = parse("n1c2h5w6 m2k2 s2x1 integers:1 grad")
    assert explanations(strided, "values", lambda other: other.stride != (1, 1)) == ("gradients.stride",)
    seen = parse("n1c2h5w6 m2k2 integers:1 grad view=steps:gy")
    assert explanations(seen, "values", lambda other: other.view is not None) == ("gradients.view-steps",)
    assert all(f"gradients.{name}" in spec.load().requirements for name in OF_GRADIENTS.values())
    assert set(OF_GRADIENTS) <= set(spec.load().requirements)


@pytest.mark.parametrize("dtype", ["float64", "float16", "bfloat16"])
def test_gradients_that_fail_in_one_dtype_break_a_requirement_that_there_is(dtype: str) -> None:
    grouped = parse(f"n1c2h5w6 m2k2 g2 {dtype} integers:1 grad")
    found = explanations(grouped, "accepted", lambda other: other.dtype == dtype)
    assert found == ("gradients.bound",)
    assert set(found) <= set(spec.load().requirements)


def test_a_neighbour_in_the_chapter_explains_too() -> None:
    assert explains("stride.steps", "stride.steps")
    assert explains("stride.beyond-kernel", "stride.steps")
    assert explains("padding-mode.reflect-limit", "padding-mode.reflect")
    assert not explains("padding-mode.circular", "padding-mode.reflect")
    assert not explains("memory.view-offset", "memory.view-steps")
    assert not explains("stride.steps", None)


def entry(name: str, case: str, explanation: str | None, *others: str) -> Entry:
    failure = as_always(case, Fault("values", "1", "2"))
    explained = replace(failure, explained_by=explanation, explained_too=others)
    return replace(entry_of(spec.get(name), ["a check"]), verdict="fail", failure=explained)


@pytest.mark.parametrize(
    "entries",
    [
        # The requirement itself before one beside it in its chapter, though that is met first.
        [
            ("padding-mode.circular-non-finite", "one", "padding-mode.circular"),
            ("padding-mode.circular", "one", "padding-mode.circular"),
        ],
        # What else the case cannot do without, where nothing fails that is about the narrowest.
        [
            ("numerics.bound", "one", "dtype.float16", "values.every-size"),
            ("values.definition", "one", "dtype.float16"),
            ("values.every-size", "one", "dtype.float16", "values.every-size"),
        ],
        # The narrowest of several.
        [
            ("stride.steps", "one", "groups.depthwise", "stride.steps"),
            ("groups.depthwise", "one", "groups.depthwise", "stride.steps"),
        ],
    ],
)
def test_the_nearest_explanation_comes_first(entries: list[tuple[Any, ...]]) -> None:
    (cause,) = causes_of([entry(*told) for told in entries], {})
    assert cause.entries[0].id == entries[-1][0]


def test_what_explains_comes_first() -> None:
    told = causes_of(
        [
            entry("arguments.pair-order", "one", "stride.steps"),
            entry("values.definition", "two", "dilation.spacing"),
            entry("stride.steps", "one", "stride.steps"),
            entry("dtype.float64", "three", None),
            entry("numerics.subnormals", "four", "dtype.bfloat16"),
        ],
        {},
    )
    ids = [[entry.id for entry in cause.entries] for cause in told]
    assert ids == [
        ["stride.steps", "arguments.pair-order"],
        ["dtype.float64"],
        ["numerics.subnormals"],
        ["values.definition"],
    ]
