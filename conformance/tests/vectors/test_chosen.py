"""The chosen cases see nearly every known fault that a call alone can show, and no right implementation is refused."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path

import pytest

from conv2d_conformance import mutants, variants
from conv2d_conformance.cases.geometry import is_legal
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.checks import catalogue as checks
from conv2d_conformance.cli.deviations import read_deviations
from conv2d_conformance.contract.adapter import Adapter
from conv2d_conformance.contract.capabilities import FEATURES, Capabilities
from conv2d_conformance.implementation.target import load
from conv2d_conformance.implementation.target import parse as target_of
from conv2d_conformance.vectors.asked_vector import AskedVector, core_features, features_of_vector
from conv2d_conformance.vectors.chosen import SIZES, ChosenCase, all_chosen, chosen, is_shown_by_one_call, text_of
from conv2d_conformance.vectors.made_vector import LEGAL_CALLS, made
from conv2d_conformance.vectors.words import SAYABLE
from conv2d_conformance.verdict.claims import keeps_limits

SHARE = 0.95
"""Of the mutants that a call alone can show, how many the vectors must see."""

DEVIATIONS = Path(__file__).parents[3] / "adapters" / "conv2d_adapters" / "torch.deviations.toml"

SAMPLE = 8
"""One in so many variants meets the vectors here; `benchmarks/vectors_power.py` lets all of them."""


def shown_by_one_call() -> list[str]:
    return [name for name, mutant in mutants.catalogue().items() if is_shown_by_one_call(mutant.breaks)]


@cache
def asked(
    line: str, grades: tuple[tuple[str, str], ...] = (), subnormals: tuple[tuple[str, str], ...] = ()
) -> AskedVector:
    return AskedVector.of(parse(line), Capabilities(grades=dict(grades), subnormals=dict(subnormals)))


def fault_of(case: ChosenCase, adapter: Adapter) -> str:
    """What is wrong with the answer of an adapter, by the grades that it claims."""
    claims = adapter.capabilities
    keys = (tuple(sorted(found.items())) for found in (claims.grades, claims.subnormals))
    return asked(case.line, *keys).fault_of(adapter.conv2d)


def faults(adapter: Adapter, cases: tuple[ChosenCase, ...]) -> Iterator[tuple[ChosenCase, str]]:
    """The cases that an adapter answers wrongly, of those that it claims, each with what is wrong."""
    for case in cases:
        one, claims = parse(case.line), adapter.capabilities
        is_claimed = features_of_vector(one) <= claims.features and keeps_limits(one, claims)
        if is_claimed and (said := fault_of(case, adapter)):
            yield case, said


def test_lines_are_canonical_and_each_is_there_once() -> None:
    lines = [case.line for case in all_chosen()]
    assert [format_case(parse(line)) for line in lines] == lines
    assert len(set(lines)) == len(lines)
    for case in all_chosen():
        assert case.check in checks()
        assert any(map(is_shown_by_one_call, checks()[case.check].requirements))
        assert features_of_vector(parse(case.line)) <= FEATURES
    sizes = [SIZES.index(case.size) for case in all_chosen()]
    assert sizes == sorted(sizes)
    assert {*sizes} == {0, 1, 2}
    assert chosen("full") == all_chosen()
    assert len(chosen("mcu")) < len(chosen("phone")) < len(chosen("full"))


def test_a_legal_call_is_told_by_no_requirement_of_illegal_ones() -> None:
    """Illegal calls are judged beside legal ones, some of which are chosen."""
    beside = [
        case for case in all_chosen() if case.check.startswith("test_validation::") and is_legal(parse(case.line))
    ]
    assert {case.check for case in beside} > {LEGAL_CALLS}
    for case in beside:
        told = made(case, "0000").told
        assert (told.requirement, told.level) == ("validation.legal-calls-accepted", "MUST")
        assert told.purpose == checks()[LEGAL_CALLS].sentence


def test_the_file_is_as_the_program_writes_it() -> None:
    text = files("conv2d_conformance").joinpath("vectors", "chosen.txt").read_text(encoding="utf-8")
    assert text_of(all_chosen()) == text


def test_a_microcontroller_is_asked_what_a_function_in_c_can_say() -> None:
    for case in chosen("mcu"):
        assert features_of_vector(parse(case.line)) <= core_features() <= SAYABLE


def test_the_vectors_see_nearly_all_mutants_that_a_call_alone_can_show() -> None:
    """Each is asked one vector that was chosen for it."""
    due, seen = shown_by_one_call(), set()
    for case in all_chosen():
        for name in case.mutants:
            if name in due and name not in seen and fault_of(case, mutants.catalogue()[name].adapter):
                seen.add(name)
    unseen = sorted({*due} - seen)
    assert len(seen) >= SHARE * len(due), unseen


@pytest.mark.parametrize(("target", "size"), [("reference-direct", "mcu"), ("reference-correlate", "phone")])
def test_the_references_pass(target: str, size: str) -> None:
    assert dict(faults(load(target_of(target)), chosen(size))) == {}


def test_torch_passes_but_for_what_is_declared() -> None:
    """On a processor with AVX-512 it has faults that it does not have elsewhere."""
    pytest.importorskip("torch")
    declared = {deviation.requirement for deviation, _ in read_deviations(DEVIATIONS)}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it copies the input of an even kernel with "same", and warns once
        found = [*faults(load(target_of("torch")), chosen("phone"))]
    for case, said in found:
        assert declared & {*checks()[case.check].requirements}, (case.line, said)


@pytest.mark.parametrize("name", [*islice(variants.catalogue(), None, None, SAMPLE)])
def test_right_variants_pass_in_the_grades_that_they_claim(name: str) -> None:
    assert dict(faults(variants.catalogue()[name], chosen("mcu"))) == {}
