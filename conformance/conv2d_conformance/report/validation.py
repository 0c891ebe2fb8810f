"""Hold a report against the schema that ships with the package."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from conv2d_conformance.contract.signatures import SIGNATURES
from conv2d_conformance.report.assemble import UnreadableReport
from conv2d_conformance.spec import PROFILES


def schema() -> dict[str, Any]:
    """The JSON Schema of a report, with the operations and the profiles that there are."""
    found: dict[str, Any] = json.loads(_text())
    found["properties"]["implementation"]["properties"]["operations"]["items"]["enum"] = [*SIGNATURES]
    found["$defs"]["profile"]["enum"] = [*PROFILES]
    return found


@cache
def _text() -> str:
    return files(__package__).joinpath("schema.json").read_text(encoding="utf-8")


def fault_of(report: Any) -> str | None:
    """The first thing in a report that the schema does not allow, in one clause."""
    error = best_match(Draft202012Validator(schema()).iter_errors(report))
    if error is None:
        return None
    place = error.json_path.removeprefix("$").removeprefix(".") or "the whole"
    message = error.message if len(error.message) < 160 else f"{error.message[:120]} ... {error.message[-30:]}"
    return f"{place}: {message}"


def require_valid(report: Any, path: Path) -> None:
    """UnreadableReport where the schema does not allow the report."""
    if fault := fault_of(report):
        raise UnreadableReport(f"{path} does not have the form of a report: {fault}")
