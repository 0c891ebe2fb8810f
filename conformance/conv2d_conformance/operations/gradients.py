"""The gradients of a convolution: of its input, its weight and its bias."""

from __future__ import annotations

from conv2d_conformance.cases.case import Case
from conv2d_conformance.contract.formats import DTYPES
from conv2d_conformance.contract.signatures import SIGNATURES
from conv2d_conformance.gradients.law import gradient_class, gradient_default, laws
from conv2d_conformance.law.allowed import Allowed
from conv2d_conformance.law.classes import AccuracyClass
from conv2d_conformance.law.joined_arrays import row_of_laws
from conv2d_conformance.operations.operation import Arrays, Elementwise, Operation, Shapes
from conv2d_reference.arguments import Geometry

REQUIREMENTS = {
    "validation.legal-calls-accepted": "shapes",
    "values.definition": "input",
    "values.every-size": "every-size",
    "values.batch-items-independent": "weight",
    "bias.added": "bias",
    "stride.steps": "stride",
    "dilation.spacing": "dilation",
    "groups.side-by-side": "groups",
    "groups.depthwise": "groups",
    "padding.zeros-both-sides": "padding",
    "padding.valid": "valid",
    "padding.same-extra-at-end": "same",
    "batch.empty": "empty-batch",
    "batch.unbatched": "unbatched",
    "arguments.scalar": "arguments",
    "arguments.defaults": "arguments",
    **{f"dtype.{name}": "bound" for name in DTYPES},  # the one that speaks of each dtype
}
"""The names in the chapter on gradients of conv2d's requirements. Padding modes and views have the same names there."""


def _shapes(case: Case, g: Geometry) -> Shapes:  # noqa: ARG001  # each gradient has the shape of its array
    return {f"grad_{name}": case.shapes[name] for name in ("input", "weight", "bias")}


def _law(g: Geometry, arrays: Arrays, accuracy: AccuracyClass, *, flushed: bool) -> Allowed:
    """The law for all three gradients in one row."""
    x, w, gy = arrays["input"], arrays["weight"], arrays["grad_output"]
    assert x is not None
    assert w is not None
    assert gy is not None
    found = laws(g, x, w, arrays["bias"], gy, accuracy, flushed=flushed)
    return row_of_laws(found, accuracy.neighbours)


def _explained_by(requirement: str) -> str:
    return f"gradients.{REQUIREMENTS.get(requirement, requirement.partition('.')[2])}"


GRADIENTS = Operation(
    SIGNATURES["gradients"],
    title="gradients of conv2d",
    example="n2c4h9w10 m6k3x2 s2x1 p1x2 d1x2 g2 bias float32 integers:7 grad",
    observed={
        **dict.fromkeys(("input-changed", "guard-changed"), "gradients.inputs-unchanged"),
        **dict.fromkeys(
            ("aliases-input", "aliases-output", "aliases-itself", "output-changed"), "gradients.results-own-memory"
        ),
        "state-changed": "determinism.global-state-unchanged",
    },
    elementwise=Elementwise(
        shapes=_shapes,
        law=_law,
        accuracy_class=gradient_class,
        default_class=gradient_default,
        explained_by=_explained_by,
        stateless="gradients.no-state",
        unspoilt="gradients.no-state",
        graded_by="gradients.bound",
    ),
)
