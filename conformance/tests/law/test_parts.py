"""The law of a large batch is found some images at a time: nobody can tell."""

from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases import parse
from conv2d_conformance.law import evaluate
from conv2d_conformance.law.allowed import Allowed
from conv2d_conformance.law.bound import Operands
from conv2d_conformance.verdict.question import Question

LINES = (
    "n5c3h6w7 m4k3x2 s1x2 p1 g1 bias float32 normal:1",
    "n5c4h6w7 m6k3 p1 g2 bias float64 normal:2",
    "n5c4h6w7 m6k3 p1 g2 nobias float16 integers*2000:3",
    "n5c4h6w7 m6k3 same circular bias float32 near-overflow:4",
    "n5c2h6w7 m3k3 p1 bias bfloat16 subnormal:5",
    "n3c2h4w4 m3k3 p1 bias float32 normal:6 x[1,0,2,2]=inf x[2,1,0,0]=nan w[0,0,1,1]=-inf",
)


def law_in_parts_of(outputs: int, line: str, grade: str, monkeypatch: pytest.MonkeyPatch) -> Allowed:
    monkeypatch.setattr(evaluate, "PART", outputs)
    return Question(parse(line), grade=grade).law


@pytest.mark.parametrize("grade", ["A", "A-tc", "B2"])
@pytest.mark.parametrize("line", LINES)
def test_an_image_has_the_law_that_it_has_in_its_batch(line: str, grade: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = law_in_parts_of(1 << 40, line, grade, monkeypatch)
    # One image at a time, since none has fewer outputs than there are weights.
    found = law_in_parts_of(1, line, grade, monkeypatch)
    for name in ("high", "low", "bound"):
        np.testing.assert_array_equal(getattr(found, name), getattr(whole, name))
    np.testing.assert_array_equal(found.fixed, whole.fixed)
    np.testing.assert_array_equal(found.evident, whole.evident)
    assert found.neighbours == whole.neighbours
    if whole.exceptions is None:
        assert found.exceptions is None
    else:
        assert found.exceptions is not None
        for here, there in zip(found.exceptions.masks, whole.exceptions.masks, strict=True):
            np.testing.assert_array_equal(here, there)


def test_few_images_are_looked_at_together(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    original = evaluate.operands_of

    def counting(batch: Any, *rest: Any) -> Operands:
        asked.append(len(batch))
        return original(batch, *rest)

    monkeypatch.setattr(evaluate, "operands_of", counting)
    law_in_parts_of(2 * 4 * 6 * 4, LINES[0], "A", monkeypatch)
    assert asked == [2, 2, 1]
