"""A fourth operation, whole: the input with its padding. It has one requirement, one check and one mutant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from conv2d_conformance import Adapter, Capabilities
from conv2d_conformance.contract.signatures import SIGNATURES, Signature

if TYPE_CHECKING:
    import pytest

    from conv2d_conformance.checks.under_test import ImplementationUnderTest

SPEC = """\
# Padding, edition 1

## Pad2d

### pad2d.zeros {MUST, forward, padding.explicit}
`pad2d` returns the input with as many zeros around it as the padding says.

Source: this file.
Example: n1c2h3w4 m1k1x1 s1x1 p1x2 d1x1 g1 nobias float32 integers:1 pad2d
"""

SIGNATURE = Signature("pad2d", ("padded",), ("input",), word="pad2d", lays_out_padding=True)
SIGNATURES["pad2d"] = SIGNATURE  # a worker that loads this file must know it too


@dataclass(frozen=True, kw_only=True)
class PaddingAdapter(Adapter):
    """An adapter that can pad as well."""

    pad2d: Callable[..., Any]


def conv2d(*_: Any, **__: Any) -> Any:
    raise NotImplementedError


def padded(input: Any, *, padding: tuple[int, int], **_: Any) -> Any:
    return np.pad(input, [(0, 0)] * (input.ndim - 2) + [(p, p) for p in padding])


def padded_with_an_odd_column(input: Any, *, padding: tuple[int, int], **_: Any) -> Any:
    found = padded(input, padding=padding)
    if padding[1]:
        found[..., -1] = 1
    return found


CAPABILITIES = Capabilities(multi_channel=True)

right = PaddingAdapter(name="right", version="1", conv2d=conv2d, pad2d=padded, capabilities=CAPABILITIES)
wrong = PaddingAdapter(
    name="wrong", version="1", conv2d=conv2d, pad2d=padded_with_an_odd_column, capabilities=CAPABILITIES
)


def test_zeros(iut: ImplementationUnderTest) -> None:
    """Zeros lie around the input, as many as are asked for on each axis."""
    from conv2d_conformance.cases import parse

    iut.judge_all(parse(f"n2c2h3w4 m1k1x1 p{p}x{q} integers:{p} pad2d") for p, q in ((0, 1), (1, 0), (2, 1)))


def install(patch: pytest.MonkeyPatch) -> None:
    """Make it one of the operations of the suite, until the patch is undone.

    Each patch is a line of a table that is there for it, or what the suite finds where a file lies in its folder.
    """
    from conv2d_conformance import checks, mutants, spec
    from conv2d_conformance.cases.case import Case
    from conv2d_conformance.cli import check_index
    from conv2d_conformance.law.allowed import Allowed, exactly
    from conv2d_conformance.law.classes import AccuracyClass, accuracy_class
    from conv2d_conformance.operations import OPERATIONS, Elementwise, Operation
    from conv2d_conformance.operations.operation import Arrays, Shapes
    from conv2d_reference.arguments import Geometry

    def shapes(case: Case, g: Geometry) -> Shapes:
        (top, bottom), (left, right) = g.pads
        *front, H, W = case.input_shape
        return {"padded": (*front, top + H + bottom, left + W + right)}

    def law(g: Geometry, arrays: Arrays, accuracy: AccuracyClass, *, flushed: bool) -> Allowed:  # noqa: ARG001  # it is exact
        x = arrays["input"]
        assert x is not None
        return exactly(np.pad(x.astype(np.float64), [(0, 0)] * (x.ndim - 2) + list(g.pads)))

    operation = Operation(
        SIGNATURE,
        title="pad2d",
        example="n1c2h3w4 m1k1x1 s1x1 p1x2 d1x1 g1 nobias float32 integers:1 pad2d",
        observed={"input-changed": "pad2d.zeros"},
        elementwise=Elementwise(
            shapes=shapes,
            law=law,
            accuracy_class=accuracy_class,
            default_class=lambda _, claimed: claimed,
            explained_by=lambda _: "pad2d.zeros",
            stateless="pad2d.zeros",
            unspoilt="pad2d.zeros",
        ),
    )
    patch.setitem(OPERATIONS, "pad2d", operation)
    patch.setitem(spec.CHAPTERS, "pad2d", "pad2d")
    for name, operations in spec.PROFILES.items():
        patch.setitem(spec.PROFILES, name, operations | {"pad2d"})
    patch.setitem(spec.load().requirements, "pad2d.zeros", spec.parse(SPEC).requirements["pad2d.zeros"])
    check = checks.Check("test_pad2d::test_zeros", ("pad2d.zeros",), test_zeros)
    for found in (checks.every_check(), checks.catalogue()):
        patch.setitem(found, check.name, check)
    listed = (*check_index.checks(), check_index.Listed(check.name, check.requirements, check.sentence))
    patch.setattr(check_index, "checks", lambda: listed)
    mutant = mutants.Mutant("odd_column", "pad2d.zeros", "", "a pad2d whose last column is of ones", wrong)
    patch.setitem(mutants.catalogue(), mutant.name, mutant)
