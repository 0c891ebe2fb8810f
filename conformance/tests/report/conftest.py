"""Reports made of invented records."""

from __future__ import annotations

from typing import Any

import pytest

import on_json
from conv2d_conformance import spec
from conv2d_conformance.contract.capabilities import Capabilities

FAILURE: dict[str, Any] = {
    "case": "n1c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 b[0]=1",
    "got": "0 at y[0,0,0,0]; 1 of 1 elements are wrong",
    "required": "1, exactly",
    "first_case": "n2c1h1w1 m1k1x1 s1x1 p0x0 d1x1 g1 bias float32 integers:3",
    "after": [],
    "diagnosis": None,
    "failed_repetitions": 5,
    "repetitions": 5,
}


ACCURACY = {
    "broken_by": {},
    "named": [],
    "excess": 0.0,
    "fixed": 12,
    "bounded": 30,
    "margins": {"A": {"share_of_bound": 0.07, "element": [0, 0, 0, 7], "case": "n1c1h1w9 m1k1 :7"}},
}


@pytest.fixture
def report_header() -> dict[str, Any]:
    return {
        "schema_version": 1,
        "suite": {"name": "conv2d-conformance", "version": "0.1.0"},
        "spec": {"edition": spec.load().edition, "digest": spec.load().digest},
        "run": {
            "target": "mine.py:conv2d?fast=1",
            "profile": "forward",
            "effort": "quick",
            "seed": 0,
            "only": "bias.*",
            "isolation": "process",
            "timeout_seconds": 10.0,
        },
        "implementation": {
            "name": "mine",
            "version": "1.0",
            "language": "python",
            "description": "",
            "operations": ["conv2d"],
            "capabilities": Capabilities().to_json(),
            "environment": {},
        },
        "environment": {"python": "3.11.7", "platform": "Linux", "machine": "x86_64", "packages": {"numpy": "2.4.6"}},
        "deviations": [],
        "execution": {"started": "2026-01-02T03:04:05Z", "seconds": 1.5, "workers": 1},
    }


def record(
    check: str, outcome: str, *, number: int, accuracy: dict[str, Any] | None = None, **failure: Any
) -> dict[str, Any]:
    return {
        "check": check,
        "outcome": outcome,
        "digests": [number, number + 1] if outcome == "pass" else [],
        "asked": 2,
        "elements": 20,
        "evidence": 10,
        "failure": {**FAILURE, **failure} if outcome in ("fail", "error") else None,
        "accuracy": accuracy or {},
        "observed": {},
        "breaches": [],
    }


SECOND_CHECKS = ("test_added_once_for_any_number_of_channels", "test_per_channel_of_many")
"""Of requirements that have two."""


@pytest.fixture
def records() -> list[dict[str, Any]]:
    """A check of the grade, two checks that fail by the same case, one that passes, one that crashes."""
    return [
        record("test_numerics::test_grade", "pass", number=5, accuracy={"float32": ACCURACY}),
        record("test_bias::test_added", "fail", number=1),
        record("test_bias::test_per_channel", "fail", number=3),
        record("test_bias::test_absent", "pass", number=5),
        *(record(f"test_bias::{name}", "pass", number=5) | {"digests": []} for name in SECOND_CHECKS),
        record(
            "test_bias::test_in_padding_only_windows", "error", number=7, got="the process died", case="n1c1h9w9 m1k1"
        ),
    ]


@pytest.fixture
def report(report_header: dict[str, Any], records: list[dict[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = on_json.assemble(report_header, records, complete=True)
    return made
