"""The convolution itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from conv2d_conformance.cases.case import Case, Recipe
from conv2d_conformance.contract.arrays import Array
from conv2d_conformance.contract.signatures import SIGNATURES
from conv2d_conformance.law.allowed import Allowed
from conv2d_conformance.law.bound import Operands
from conv2d_conformance.law.classes import AccuracyClass, accuracy_class
from conv2d_conformance.law.evaluate import law_of, operands_of
from conv2d_conformance.operations.fitting_integers import with_fitting_integers
from conv2d_conformance.operations.operation import Arrays, Elementwise, Index, Operation, Shapes
from conv2d_reference.arguments import Geometry


def _shapes(case: Case, g: Geometry) -> Shapes:  # noqa: ARG001  # the geometry says it all
    return {"output": g.output_shape}


def _law(g: Geometry, arrays: Arrays, accuracy: AccuracyClass, *, flushed: bool) -> Allowed:
    """The law, of shape (N, M, OH, OW); N = 1 for an unbatched input."""
    return law_of(*_handed(arrays), _placement(g), accuracy, flushed=flushed)


def _operands(g: Geometry, arrays: Arrays) -> Operands:
    return operands_of(*_handed(arrays), _placement(g))


def _handed(arrays: Arrays) -> tuple[Array, Array, Array | None]:
    x, w = arrays["input"], arrays["weight"]
    assert x is not None
    assert w is not None
    return x, w, arrays["bias"]


def _placement(g: Geometry) -> dict[str, Any]:
    return {
        "stride": g.stride,
        "dilation": g.dilation,
        "groups": g.groups,
        "pads": g.pads,
        "padding_mode": g.padding_mode,
    }


def _clue(case: Case, g: Geometry, arrays: Arrays, index: Index, value: float) -> tuple[str, str] | None:
    """For impulses: the weight that the element shows, and the weight that it must show."""
    if not (isinstance(case.data, Recipe) and case.data.name == "impulse"):
        return None
    x, w, _ = _handed(arrays)
    return _read_back(w, value), _impulse_source(g, x, index)


def _impulse_source(g: Geometry, input: Array, index: Index) -> str:
    """Name the pixel that is 1 in this image, and the weight that this element must read."""
    n, m, oh, ow = index
    images = input.reshape(-1, g.C, g.H, g.W)
    c, h, w = (int(i) for i in np.argwhere(images[n])[0])
    kh, odd_row = divmod(h + g.pads[0][0] - oh * g.stride[0], g.dilation[0])
    kw, odd_column = divmod(w + g.pads[1][0] - ow * g.stride[1], g.dilation[1])
    group_of_filter, channel = m // (g.M // g.groups), c % (g.C // g.groups)
    inside = 0 <= kh < g.KH and 0 <= kw < g.KW and odd_row == odd_column == 0
    if not inside or c // (g.C // g.groups) != group_of_filter:
        return f"no tap of the window reads the pixel x[{n},{c},{h},{w}], the only one that is not 0"
    return f"x[{n},{c},{h},{w}] is 1, so that w[{m},{channel},{kh},{kw}] shows"


def _read_back(weight: Array, value: float) -> str:
    places = np.argwhere(weight == value)
    if len(places) == 1 and value != 0:
        return f"the value of w[{','.join(map(str, places[0]))}]"
    return "no weight shows" if value == 0 else "not the value of a single weight"


CONV2D = Operation(
    SIGNATURES["conv2d"],
    title="conv2d",
    example="n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 integers:7",
    observed={
        "input-changed": "memory.inputs-unchanged",
        "guard-changed": "memory.guards-unchanged",
        "aliases-input": "memory.result-owns-memory",
        "aliases-output": "memory.results-independent",
        "output-changed": "memory.results-independent",
        "state-changed": "determinism.global-state-unchanged",
    },
    elementwise=Elementwise(
        shapes=_shapes,
        law=_law,
        accuracy_class=accuracy_class,
        default_class=lambda _, claimed: claimed,
        explained_by=lambda requirement: requirement,
        stateless="determinism.no-state",
        unspoilt="determinism.after-rejection",
        graded_by="numerics.grade",
        evident=with_fitting_integers,
        operands=_operands,
        clue=_clue,
        is_diagnosed=True,
    ),
)
