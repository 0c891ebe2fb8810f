"""Which part of a run it is, a cluster or a CI says in its variables: all of them, or none."""

from __future__ import annotations

import pytest

from conv2d_conformance.cli.problems import Problem
from conv2d_conformance.cli.shard_option import shard_of

SLURM = {f"SLURM_ARRAY_TASK_{name}": value for name, value in zip(("ID", "COUNT", "MIN", "MAX"), "3415", strict=True)}


@pytest.mark.parametrize(
    ("variables", "shard"),
    [
        (
            {
                "SLURM_ARRAY_TASK_ID": "0",
                "SLURM_ARRAY_TASK_COUNT": "4",
                "SLURM_ARRAY_TASK_MIN": "0",
                "SLURM_ARRAY_TASK_MAX": "3",
            },
            "1/4",
        ),
        (
            {
                "SLURM_ARRAY_TASK_ID": "8",
                "SLURM_ARRAY_TASK_COUNT": "4",
                "SLURM_ARRAY_TASK_MIN": "5",
                "SLURM_ARRAY_TASK_MAX": "8",
            },
            "4/4",
        ),
        ({"JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "3"}, "1/3"),
        ({"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "3"}, "3/3"),
        ({"CONV2D_SHARD_INDEX": "1", "CONV2D_SHARD_TOTAL": "2"}, "2/2"),
    ],
)
def test_the_surroundings_say_which_part_it_is(variables: dict[str, str], shard: str) -> None:
    assert shard_of("auto", {"HOME": "/", **variables}) == shard


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "nobody says which: none of Slurm by SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT; Kubernetes by "),
        ({"JOB_COMPLETION_INDEX": "0"}, "JOB_COMPLETIONS is not set"),
        ({"CI_NODE_TOTAL": "3"}, "CI_NODE_INDEX is not set"),
        (
            {"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "3", "JOB_COMPLETION_INDEX": "1"},
            "several say which: Kubernetes by JOB_COMPLETION_INDEX and JOB_COMPLETIONS; GitLab by ",
        ),
        ({"CI_NODE_INDEX": "4", "CI_NODE_TOTAL": "3"}, "CI_NODE_INDEX=4, CI_NODE_TOTAL=3 is no part of a run: "),
        ({"CI_NODE_INDEX": "x", "CI_NODE_TOTAL": "3"}, "CI_NODE_INDEX=x, CI_NODE_TOTAL=3 is no part of a run: "),
        (SLURM, "the numbers of the array are not consecutive"),
    ],
)
def test_half_of_it_or_nonsense_is_refused_in_a_sentence(variables: dict[str, str], said: str) -> None:
    with pytest.raises(Problem) as refusal:
        shard_of("auto", variables)
    assert said in refusal.value.message
    assert "\n" not in refusal.value.message


def test_a_part_is_named_or_not() -> None:
    assert shard_of("", {}) == ""
    assert shard_of("2/3", {}) == "2/3"
    with pytest.raises(Problem, match="'4/3' is no part of a run: I/N is number I of N, with I from 1 to N"):
        shard_of("4/3", {})
