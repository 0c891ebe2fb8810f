"""What a run is asked to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from conv2d_conformance.implementation.patience import USUAL_TIMEOUT
from conv2d_conformance.implementation.resident import USUAL_LIMIT
from conv2d_conformance.report.deviations import Conditions, Deviation
from conv2d_conformance.report.kind import Kind


@dataclass(frozen=True, kw_only=True)
class Options:
    """What `run` was asked to do."""

    target: str
    profile: str = "forward"
    effort: str = "standard"
    seed: int = 0
    only: str = "*"
    output: str | Path
    workers: int = 1
    timeout: float = USUAL_TIMEOUT
    memory: float = USUAL_LIMIT
    isolation: str = "process"
    deviations: tuple[tuple[Deviation, Conditions], ...] = ()
    keep_going: bool = False


def kind_of(options: Options) -> Kind:
    """What the run is asked, which decides what its report may replace."""
    return Kind(**{name: getattr(options, name) for name in Kind.__dataclass_fields__})
