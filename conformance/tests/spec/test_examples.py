"""The example cases of the requirements, and the drawings beside them, held against the reference."""

from typing import Any

import numpy as np
import pytest

from conv2d_conformance import spec
from conv2d_conformance.cases.case import Case
from conv2d_conformance.cases.data import call, exposes
from conv2d_conformance.cases.grammar import format_case, parse
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.spec import Requirement
from conv2d_reference import conv2d

EXAMPLES = [item for item in spec.load().requirements.values() if item.example is not None]


def example(requirement: Requirement) -> Case:
    assert requirement.example is not None
    return parse(requirement.example)


def answer(case: Case) -> Array:
    arguments, arrays = call(case)
    given: dict[str, Any] = arguments | {name: arrays[name] for name in ("input", "weight", "bias")}
    return conv2d(**given)


@pytest.mark.parametrize("requirement", EXAMPLES, ids=lambda requirement: requirement.id)
class TestExample:
    def test_is_a_case_in_canonical_form(self, requirement: Requirement) -> None:
        assert format_case(example(requirement)) == requirement.example

    def test_could_show_a_fault(self, requirement: Requirement) -> None:
        case = example(requirement)
        assert exposes(case, call(case)[1])

    def test_is_answered_or_rejected_as_the_sentence_says(self, requirement: Requirement) -> None:
        case = example(requirement)
        if "rejected" in requirement.sentence:
            with pytest.raises((ValueError, TypeError)):
                answer(case)
        else:
            assert answer(case).ndim in (3, 4)

    def test_uses_nothing_that_the_requirement_does_not_claim(self, requirement: Requirement) -> None:
        """An example without a feature's word must not need it: claims decide whether it can be asked."""
        case = example(requirement)
        needs = {f"padding-mode.{case.padding_mode}"} - {"padding-mode.zeros"}
        needs |= {f"padding.{case.padding}"} if isinstance(case.padding, str) else set()
        needs |= {f"views.{case.view}"} if case.view else set()
        needs |= {"unbatched"} if case.N is None else {"empty-batch"} if case.N == 0 else set()
        needs |= {f"dtype.{case.dtype}"} - {"dtype.float32"}
        assert needs <= requirement.features


def test_every_chapter_that_speaks_of_conv2d_has_examples() -> None:
    assert {item.chapter for item in EXAMPLES} >= set(spec.load().chapters) - {"determinism", "initialisation"}


@pytest.mark.parametrize(
    ("mode", "row"),
    [
        ("zeros", "3210 4321 5432 543 54"),
        ("reflect", "3212 4321 5432 4543 3454"),
        ("replicate", "3211 4321 5432 5543 5554"),
        ("circular", "3215 4321 5432 1543 2154"),
    ],
)
def test_the_rows_drawn_for_same_are_right(mode: str, row: str) -> None:
    x, w = np.arange(1.0, 6).reshape(1, 1, 1, 5), np.array([1.0, 10, 100, 1000]).reshape(1, 1, 1, 4)
    y = conv2d(x, w, padding="same", padding_mode=mode)
    assert y.ravel().tolist() == [float(value) for value in row.split()]


def test_the_channels_drawn_for_the_multiplier_are_right() -> None:
    x, w = np.array([1.0, 10, 100]).reshape(1, 3, 1, 1), np.arange(1.0, 7).reshape(6, 1, 1, 1)
    assert conv2d(x, w, groups=3).ravel().tolist() == [1, 2, 30, 40, 500, 600]


@pytest.mark.parametrize(
    ("attributes", "shape"),
    [
        ({"kernel": (3, 3), "stride": 2}, (24, 49)),
        ({"kernel": (3, 5), "stride": (2, 1), "padding": (4, 2)}, (28, 100)),
        ({"kernel": (3, 5), "stride": (2, 1), "padding": (4, 2), "dilation": (3, 1)}, (26, 100)),
    ],
)
def test_the_sizes_of_the_documents_own_examples_are_right(attributes: dict[str, Any], shape: tuple[int, int]) -> None:
    w = np.zeros((1, 1, *attributes.pop("kernel")))
    assert conv2d(np.zeros((1, 1, 50, 100)), w, **attributes).shape == (1, 1, *shape)
