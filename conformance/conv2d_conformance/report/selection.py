"""Which checks a run makes, by what its report says of its options, besides its profile and its requirements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from conv2d_conformance.checks import Check, asked_checks
from conv2d_conformance.checks.costs import FINGERPRINT, part_of
from conv2d_conformance.report.header import Asked
from conv2d_conformance.report.stopping import left_out
from conv2d_conformance.shard import Shard
from conv2d_conformance.spec import is_within
from conv2d_conformance.typed_json import known

NAMED_SHAPES = "the shapes that were asked for, alone"


def checks_of(run: Asked) -> dict[str, Check]:
    """The checks by name: those of named shapes where there are any, and with these alone no others."""
    return asked_checks(shapes=bool(known(run.shapes, ())), alone=asks_shapes_alone(run))


def to_run(checks: Mapping[str, Check], run: Asked, claimed: frozenset[str]) -> list[Check]:
    """The checks of a whole run if nothing ends it: those in its profile and selection whose needs are claimed."""
    asked, left = checks_of(run), left_out(known(run.stop, "never"))
    return [
        check
        for check in checks.values()
        if check.name in asked
        and is_within(check.profile, run.profile)
        and any(fnmatchcase(requirement, run.only) for requirement in check.requirements)
        and check.needs <= claimed
        and check.name not in left
    ]


def belongs(checks: Sequence[Check], run: Asked) -> frozenset[str]:
    """Of what a whole run does, all that this part of it does: names of checks, and perhaps of the fingerprint."""
    shard = known(run.shard, "")
    names = [*(check.name for check in checks), *([FINGERPRINT] if takes_fingerprint(run) else [])]
    return part_of(names, Shard.parse(shard), run.effort) if shard else frozenset(names)


def takes_fingerprint(run: Asked) -> bool:
    """Whether a whole run that comes to its end takes a fingerprint, which decides nothing."""
    return known(run.stop, "never") != "must" and selection_of(run) == "*"


def asks_shapes_alone(run: Asked) -> bool:
    return known(run.only_shapes, False)


def selection_of(run: Asked) -> str:
    """What was selected, * for everything."""
    return NAMED_SHAPES if asks_shapes_alone(run) else run.only
