"""Which checks a run makes, by what its report says of its options, besides its profile and its requirements."""

from __future__ import annotations

from conv2d_conformance.checks import Check, asked_checks
from conv2d_conformance.report.header import Asked
from conv2d_conformance.typed_json import known

NAMED_SHAPES = "the shapes that were asked for, alone"


def checks_of(run: Asked) -> dict[str, Check]:
    """The checks by name: those of named shapes where there are any, and with these alone no others."""
    return asked_checks(shapes=bool(known(run.shapes, ())), alone=asks_shapes_alone(run))


def asks_shapes_alone(run: Asked) -> bool:
    return known(run.only_shapes, False)


def selection_of(run: Asked) -> str:
    """What was selected, * for everything."""
    return NAMED_SHAPES if asks_shapes_alone(run) else run.only
