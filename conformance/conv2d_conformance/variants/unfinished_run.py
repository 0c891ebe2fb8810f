"""A file with the results so far of a run of hours, from which a later run continues.

The first line says what the run asks. Each other line is a finished check with its results. A line that was cut off
when the run was killed is ignored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conv2d_conformance.variants.alarms import Alarm, VariantResult


class OtherRun(Exception):
    """The file belongs to a run that asked something else, or to no run."""


def begin(file: Path, asked: Mapping[str, Any]) -> dict[str, dict[str, VariantResult]]:
    """The results of this run in the file, by check; a missing file is created. OtherRun for another run's file."""
    if not file.exists():
        file.write_text(_line(asked), "utf-8")
        return {}
    try:
        whole = [line for line in file.read_text("utf-8").splitlines(keepends=True) if line.endswith("\n")]
        first, *others = map(json.loads, whole)
        if first != json.loads(_line(asked)):
            raise OtherRun
        done = {check: {name: _result(**values) for name, values in found.items()} for check, found in others}
    except (ValueError, TypeError, AttributeError):
        raise OtherRun from None
    file.write_text("".join(whole), "utf-8")
    return done


def add(file: Path, check: str, found: Mapping[str, VariantResult]) -> None:
    """Add the results of a finished check."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write(_line([check, {name: asdict(result) for name, result in found.items()}]))


def _line(values: Any) -> str:
    return json.dumps(values) + "\n"


def _result(*, alarms: list[dict[str, Any]], **numbers: int) -> VariantResult:
    return VariantResult(**numbers, alarms=tuple(Alarm(**alarm) for alarm in alarms))
