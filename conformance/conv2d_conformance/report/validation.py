"""Check a report against the schema that ships with the package."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from conv2d_conformance.contract.signatures import SIGNATURES
from conv2d_conformance.spec import PROFILES


def schema() -> Any:
    """The JSON Schema of a report, with the present operations and profiles."""
    found = json.loads(_text())
    found["properties"]["implementation"]["properties"]["operations"]["items"]["enum"] = [*SIGNATURES]
    found["$defs"]["profile"]["enum"] = [*PROFILES]
    return found


@cache
def _text() -> str:
    return files(__package__).joinpath("schema.json").read_text(encoding="utf-8")


def fault_of(report: object) -> str | None:
    """The first breach of the schema in the JSON of a report, in one clause."""
    error = best_match(Draft202012Validator(schema()).iter_errors(report))
    if error is None:
        return None
    place = error.json_path.removeprefix("$").removeprefix(".") or "the whole"
    message = error.message if len(error.message) < 160 else f"{error.message[:120]} ... {error.message[-30:]}"
    return f"{place}: {message}"
