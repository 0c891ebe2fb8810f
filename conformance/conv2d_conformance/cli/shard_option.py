"""`--shard`: which part of a run this is, as it is named or as a cluster or a CI says in its variables."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.shard import Shard

AUTO = "auto"


@dataclass(frozen=True)
class Surrounding:
    """What starts many copies of a command. `names` are the variables that all have to be set.

    shard: the number and the count, from the values of the variables.
    """

    who: str
    names: tuple[str, ...]
    shard: Callable[..., tuple[int, int]]


def _from_0(index: int, count: int) -> tuple[int, int]:
    return index + 1, count


def _of_slurm(number: int, count: int, least: int, most: int) -> tuple[int, int]:
    """An array may begin anywhere, and leave numbers out: then a number says nothing of the place."""
    if most - least + 1 != count:
        raise ValueError("the numbers of the array are not consecutive")
    return number - least + 1, count


SURROUNDINGS = (
    Surrounding(
        "Slurm",
        ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX"),
        _of_slurm,
    ),
    Surrounding("Kubernetes", ("JOB_COMPLETION_INDEX", "JOB_COMPLETIONS"), _from_0),
    Surrounding("GitLab", ("CI_NODE_INDEX", "CI_NODE_TOTAL"), lambda number, count: (number, count)),
    Surrounding("GitHub", ("CONV2D_SHARD_INDEX", "CONV2D_SHARD_TOTAL"), _from_0),
)
"""Kubernetes tells the index alone, and GitHub nothing: the recipes of docs/scale.md set the others."""


def shard_of(text: str, variables: Mapping[str, str] = os.environ) -> str:
    """The shard that is named I/N, or that the surroundings say; empty for none. Problem for no such part."""
    if not text:
        return ""
    if text == AUTO:
        return str(_from_surroundings(variables))
    try:
        return str(Shard.parse(text))
    except ValueError as error:
        raise Problem(
            str(error), "--shard 1/4 is the first of four parts, --shard auto asks the surroundings"
        ) from None


def _from_surroundings(variables: Mapping[str, str]) -> Shard:
    here = [one for one in SURROUNDINGS if any(name in variables for name in one.names)]
    if len(here) != 1:
        told = "; ".join(f"{one.who} by {' and '.join(one.names[:2])}" for one in here or SURROUNDINGS)
        what = f"several say which: {told}" if here else f"nobody says which: none of {told}"
        raise Problem(f"--shard auto needs to be told the part, and {what}", "name it, as in --shard 1/4")
    one = here[0]
    if missing := [name for name in one.names if name not in variables]:
        raise Problem(
            f"--shard auto needs all of {', '.join(one.names)}, and {', '.join(missing)} is not set",
            "set it, as docs/scale.md shows, or name the part, as in --shard 1/4",
        )
    values = ", ".join(f"{name}={variables[name]}" for name in one.names)
    try:
        number, count = one.shard(*(int(variables[name]) for name in one.names))
        return Shard.parse(f"{number}/{count}")
    except ValueError as error:
        raise Problem(f"{values} is no part of a run: {error}", "name the part, as in --shard 1/4") from None
