"""The types of a report are those of its schema, and what is read is written again as it was."""

from __future__ import annotations

import dataclasses
import json
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pytest

from conv2d_conformance.report.header import ClaimsJson
from conv2d_conformance.report.reading import read
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.validation import schema
from conv2d_conformance.report.writing import text_of
from conv2d_conformance.typed_json import ABSENT, Absent, as_json

ROOT = Path(__file__).parents[3]
PUBLISHED = [ROOT / "results" / "conv2d-torch-quick.json", *sorted((ROOT / "results").glob("*/*/*.json"))]
OLD = sorted((ROOT / "conformance" / "tests" / "verifying" / "reports").glob("*.json"))
SCHEMA = schema()
UNTYPED = {"implementation.capabilities", "fingerprint.dtypes"}
"""What the one or the other leaves to somebody else: the contract, and the fingerprint."""

SCALARS = {"string": str, "integer": int, "number": float, "boolean": bool, "null": NoneType, "object": dict}


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the schema, with what it refers to."""
    if "$ref" in part:
        return resolved(SCHEMA["$defs"][part["$ref"].rpartition("/")[2]])
    return part


def alternatives(part: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of which a value has to be one, for each of the types that it may have."""
    part = resolved(part)
    either = part.get("anyOf") or part.get("oneOf")
    if either:
        return [found for inner in either for found in alternatives(inner)]
    if isinstance(part.get("type"), list):
        return [{**part, "type": name} for name in part["type"]]
    return [part]


def members(kind: Any) -> list[Any]:
    return list(get_args(kind)) if get_origin(kind) in (Union, UnionType) else [kind]


def differences(kind: Any, part: dict[str, Any], place: str = "") -> Iterator[str]:
    """Where a type and a part of the schema do not say the same."""
    if place in UNTYPED:
        return
    kinds = [member for member in members(kind) if member is not Absent]
    parts = alternatives(part)
    if (NoneType in kinds) != any(found.get("type") == "null" for found in parts):
        yield f"{place}: null is allowed by one of the two"
    (only,) = (member for member in kinds if member is not NoneType)
    (found,) = (found for found in parts if found.get("type") != "null")
    yield from differences_of_one(only, found, place)


def differences_of_one(kind: Any, part: dict[str, Any], place: str) -> Iterator[str]:
    if dataclasses.is_dataclass(kind):
        yield from differences_of_object(kind, part, place)
    elif get_origin(kind) is tuple:
        inner, more = get_args(kind)
        assert more is ...
        if part.get("type") != "array":
            yield f"{place}: no array in the schema"
        else:
            yield from differences(inner, part["items"], f"{place}[]")
    elif get_origin(kind) is dict:
        if part.get("type") != "object" or not isinstance(part.get("additionalProperties"), dict):
            yield f"{place}: no object with free names in the schema"
        else:
            yield from differences(get_args(kind)[1], part["additionalProperties"], f"{place}.*")
    elif get_origin(kind) is Literal:
        if set(part.get("enum", ())) != set(get_args(kind)):
            yield f"{place}: one of {get_args(kind)} by its type, and of {part.get('enum')} by the schema"
    else:
        values = part.get("enum", [part["const"]] if "const" in part else [])
        told = {type(value) for value in values} or {SCALARS[part["type"]]}
        if told != {kind}:
            yield f"{place}: {kind} by its type, and {told} by the schema"


def differences_of_object(kind: Any, part: dict[str, Any], place: str) -> Iterator[str]:
    fields, hints = {item.name: item for item in dataclasses.fields(kind)}, typing.get_type_hints(kind)
    if part.get("additionalProperties") is not False:
        yield f"{place}: any name is allowed by the schema"
    if list(fields) != list(part["properties"]):
        yield f"{place}: {list(fields)} by its type, and {list(part['properties'])} by the schema"
    for name in fields.keys() & part["properties"].keys():
        inner = f"{place}.{name}".removeprefix(".")
        may_lack = Absent in members(hints[name])
        if may_lack == (name in part["required"]):
            yield f"{inner}: required by one of the two"
        if may_lack and fields[name].default is not ABSENT:
            yield f"{inner}: where it is absent, it is read as {fields[name].default}"
        yield from differences(hints[name], part["properties"][name], inner)


def test_the_types_say_what_the_schema_says() -> None:
    assert [*differences(Report, SCHEMA)] == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda r: r["properties"].pop("breaches"), ": ["),
        (lambda r: r["properties"].update(more={"type": "string"}), ": ["),
        (lambda r: r["required"].remove("complete"), "complete: required by one of the two"),
        (lambda r: r["required"].append("gave_up"), "gave_up: required by one of the two"),
        (lambda r: r["properties"].update(complete={"type": "integer"}), "complete: <class 'bool'> by its type"),
        (lambda r: r["properties"].update(fingerprint={"type": "null"}), "fingerprint"),
        (lambda r: r["properties"].update(without_check={"type": "string"}), "without_check: no array"),
        (lambda r: r["properties"]["accuracy"].update(additionalProperties=True), "accuracy: no object with free"),
        (lambda r: r["properties"]["conclusion"].pop("additionalProperties"), "conclusion: any name is allowed"),
    ],
)
def test_another_schema_is_told(change: Any, told: str) -> None:
    other = json.loads(json.dumps(SCHEMA))
    change(other)
    try:
        found = [*differences(Report, other)]
    except ValueError:  # nothing is left of what the type has
        return
    assert any(sentence.startswith(told) for sentence in found), found


@pytest.mark.parametrize("path", PUBLISHED, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_read_of_a_published_report_is_its_file(path: Path) -> None:
    assert text_of(read(path)) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_what_an_old_report_lacks_stays_absent(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert json.dumps(as_json(read(path)), separators=(",", ":"), ensure_ascii=False) == text.rstrip("\n")


def test_there_are_reports_to_read() -> None:
    assert len(PUBLISHED) > 5
    assert len(OLD) > 2
    assert all(re.search(r'"schema_version": ?1', path.read_text(encoding="utf-8")) for path in PUBLISHED + OLD)


def test_what_is_left_to_others_is_there() -> None:
    hints = typing.get_type_hints(Report)
    assert typing.get_type_hints(hints["implementation"])["capabilities"] == ClaimsJson
