"""What a class allows, every class that contains it allows too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.arrays import dtype_of
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.contract.grades import class_names
from conv2d_conformance.law.allowed import Allowed, compare
from conv2d_conformance.law.classes import accuracy_class, contained_in
from conv2d_conformance.law.evaluate import law_of
from conv2d_conformance.verdict.question import Question

DTYPES = ("float32", "float64", "float16", "bfloat16")

SHAPES = (
    "n1c2048h4w5 m1k3",
    "n1c512h4w7 m1k1x3 bias",
    "n1c256h5w4 m1k3x2",
    "n1c3h9w8 m2k5x4 p1 bias",
    "n1c2h9w9 m2k7x1 g2",
    "n1c4h1w3 m2k1 bias",
    "n1c1h6w7 m2k3x2 s2x1",
)
GRADIENTS = ("n3c2h5w6 m4k3x2 s2x1 p1 g2 bias", "n2c1h4w4 m2k3 p2 reflect", "n40c1h1w2 m1k1 bias")
RECIPES = ("uniform", "monotone", "sparse", "scaled", "subnormal", "near-overflow", "integers", "integers*200", "ones")


def allowed(line: str, dtype: str, name: str, *, flushed: bool) -> Allowed:
    claims = Capabilities(dtypes={dtype}, subnormals={dtype: "flushed"} if flushed else {})
    return Question(parse(line), claims, grade=name).law


def answers(law: Allowed, dtype: np.dtype[Any]) -> list[np.ndarray[Any, Any]]:
    """The extremes of what is allowed, and what is just beyond them."""
    with np.errstate(over="ignore", invalid="ignore"):
        bound = np.where(np.isfinite(law.bound), law.bound, 0.0)
        exact = [law.high, law.high + bound, law.high - bound, np.zeros_like(law.high)]
        found = [values.astype(dtype) for values in exact]
        nearer = [np.nextafter(found[1], found[0]), np.nextafter(found[2], found[0])]
        beyond = [np.nextafter(found[0], np.array(side, dtype)) for side in (np.inf, -np.inf)]
        special = [np.full_like(found[0], value) for value in (np.inf, -np.inf, np.nan)]
    return [*found, *nearer, *beyond, *special]


@pytest.mark.parametrize("flushed", [False, True], ids=["kept", "flushed"])
@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_class_allows_what_it_contains(dtype: str, recipe: str, flushed: bool) -> None:
    lines = [f"{shape} {dtype} {recipe}:{number}" for number, shape in enumerate(SHAPES)]
    if recipe != "near-overflow":  # which makes no grad_output
        lines += [f"{shape} {dtype} {recipe}:{number} grad" for number, shape in enumerate(GRADIENTS)]
    for line in lines:
        case = parse(line)
        laws = {name: allowed(line, dtype, name, flushed=flushed) for name in class_names(case.subject)}
        for wide, law in laws.items():
            for narrow in contained_in(wide):
                for answer in answers(laws[narrow], dtype_of(dtype)):
                    wrong = compare(answer, law).wrong & ~compare(answer, laws[narrow]).wrong
                    assert not wrong.any(), (line, narrow, wide)


def test_all_classes_contain_a_and_none_one_that_comes_after_it() -> None:
    for dtype in DTYPES:
        names = class_names(dtype)
        for place, name in enumerate(names):
            assert {"A"} - {name} <= contained_in(name) <= set(names[:place])


@pytest.mark.parametrize("channels", [128, 2048])
@pytest.mark.parametrize("kernel", [(3, 3), (1, 3), (3, 2)])
def test_the_worst_sum_one_after_the_other_is_in_every_class_of_tiles(channels: int, kernel: tuple[int, int]) -> None:
    """One, and then halves of its last place, each of which is lost or counts as a whole."""
    terms = channels * kernel[0] * kernel[1]
    x = np.full((1, channels, *kernel), 2.0**-24 * (1 + 2.0**-20), np.float32)
    x[0, 0, 0, 0] = 1
    w = np.ones((1, channels, *kernel), np.float32)
    answer = np.cumsum(x.reshape(-1), dtype=np.float32)[-1]
    placement: Any = {"stride": (1, 1), "dilation": (1, 1), "groups": 1, "pads": ((0, 0), (0, 0))}
    placement["padding_mode"] = "zeros"
    assert answer == 1 + (terms - 1) * 2.0**-23
    for name in ("A", "B2", "B4", "B6", "C"):
        law = law_of(x, w, None, placement, accuracy_class(name, "float32"))
        assert not compare(np.full((1, 1, 1, 1), answer), law).wrong.any(), name
