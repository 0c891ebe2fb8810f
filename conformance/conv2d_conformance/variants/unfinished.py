"""What a run of hours has found so far, in a file of its own, from which a later run goes on.

The first line says what is asked. Each other line is a check that is done, with its results. A line that was being
written when the run was killed has no end, and is left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from conv2d_conformance.variants.alarms import Alarm, Result


class OtherRun(Exception):
    """The file is of a run that asked something else, or of none."""


def begin(file: Path, asked: Mapping[str, Any]) -> dict[str, dict[str, Result]]:
    """What the file has of this run, by check; it is made where it is missing. OtherRun where it is of another."""
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


def add(file: Path, check: str, found: Mapping[str, Result]) -> None:
    """Another check is done."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write(_line([check, {name: asdict(result) for name, result in found.items()}]))


def _line(values: Any) -> str:
    return json.dumps(values) + "\n"


def _result(*, alarms: list[dict[str, Any]], **numbers: int) -> Result:
    return Result(**numbers, alarms=tuple(Alarm(**alarm) for alarm in alarms))
