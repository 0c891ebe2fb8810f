"""Whatever single value of a report is changed, it is found, or it is among those of which nobody can know."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from conv2d_conformance.report.validation import schema
from conv2d_conformance.verifying import Finding

Report = dict[str, Any]

UNKNOWABLE = {
    r"run\.target": "where the implementation was found is as it was told",
    r"run\.(timeout_seconds|memory_gib)": "a limit that nothing came near leaves no trace",
    r"run\.accept_limits": "what the caller accepts decides nothing where there are no limits",
    r"run\.stop": "what a run was to leave out, where there is nothing of it; more is doctored in test_stopped.py",
    r"implementation\.(name|version|language|description|environment\.\w+)": "an implementation introduces itself",
    r"implementation\.composed\.\w+": "an implementation introduces itself",
    r"implementation\.capabilities\.\S+": "a claim on which nothing rests; others are doctored",
    r"environment\.(python|platform|machine|packages\.\w+)": "where a run took place",
    r"execution\.(started|seconds|workers|incidents\[\d+\])": "when a run took place, and how it went",
    r"deviations\[\d+\]\.(reason|issue)": "what an owner says of a known failure",
    r"accuracy\.\S+\.(excess|fixed|bounded)": "the largest error, which only the answers tell",
    r"accuracy\.\S+\.worst\.(share_of_bound|element\[\d+\])": "the largest error, which only the answers tell",
    r"requirements\[\d+\]\.failure\.(got|required|diagnosis)": "what was answered, which only the answers tell",
    r"requirements\[\d+\]\.failure\.(failed_)?repetitions": "how often it failed, which only the answers tell",
    r"checks\.test_bias::test_added_once\S+\.outcome": "whether one more check of a requirement fails",
    r"fingerprint\.dtypes\.\w+\.shapes\.\w+\.not_seen": "why nothing was seen there",
}
"""Values whose change nothing in a report contradicts, each with the reason. `verify --rerun` asks for most of them."""


def enumerations(part: Any) -> Iterator[list[Any]]:
    """All lists of allowed values in the schema."""
    if isinstance(part, dict):
        if isinstance(part.get("enum"), list):
            yield part["enum"]
        for inner in part.values():
            yield from enumerations(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from enumerations(inner)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any, Any, Any]]:
    """Every value that is no container: how it is reached, what holds it, under which key, and the value."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(items):
        place = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}".removeprefix(".")
        if isinstance(inner, dict | list):
            yield from leaves(inner, place)
        else:
            yield place, value, key, inner


def after(value: str, allowed: list[Any]) -> Any:
    return allowed[(allowed.index(value) + 1) % len(allowed)]


def another(value: Any) -> Any:
    """Another value of the same kind: another that is allowed, where few are."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return next((after(value, allowed) for allowed in ENUMS if value in allowed), f"{value}x")
    return "something"


ENUMS = list(enumerations(schema()))


def is_looked_at(path: str, report: dict[str, Any]) -> bool:
    """Of the many requirements, checks and fingerprints that are alike, the first of each kind."""
    if found := re.match(r"requirements\[(\d+)\]", path):
        verdicts = [entry["verdict"] for entry in report["requirements"]]
        return verdicts.index(verdicts[int(found[1])]) == int(found[1])
    if path.startswith("checks."):
        outcomes = [(name, seen["outcome"]) for name, seen in report["checks"].items()]
        firsts = {outcome: name for name, outcome in reversed(outcomes)}
        return any(path.startswith(f"checks.{name}.") for name in firsts.values())
    return not re.match(r"without_check|fingerprint\.dtypes\.(float64|float16|bfloat16)", path)


@pytest.mark.parametrize("name", ["layer", "selection"])
def test_every_change_of_one_value_is_found_or_cannot_be(
    made: Callable[[str], Report], looked_at: Callable[[Report], Finding], name: str
) -> None:
    report = made(name)
    looked = 0
    for path, holder, key, value in leaves(report):
        if not is_looked_at(path, report) or any(re.fullmatch(pattern, path) for pattern in UNKNOWABLE):
            continue
        holder[key] = another(value)
        found = looked_at(report)
        holder[key] = value
        looked += 1
        assert found != Finding(), f"{path}, changed from {value!r} to {another(value)!r}"
    assert looked > 50
