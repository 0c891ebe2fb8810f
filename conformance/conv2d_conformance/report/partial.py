"""The file of a run that has not come to its end: its header on the first line, and a record on each other line."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from conv2d_conformance.foreign import escaped_json
from conv2d_conformance.hinted import Hinted
from conv2d_conformance.report.header import Header
from conv2d_conformance.typed_json import Json, as_json, from_json
from conv2d_conformance.verdict.record import Record


class AnotherRun(Hinted):
    """What is there is of a run that asked something else, or of somebody else."""


@dataclass(frozen=True)
class UnfinishedRun:
    """What is known of a run that was ended. Of a check that was made twice, the later record counts."""

    header: Header
    records: tuple[Record, ...]


@dataclass(frozen=True)
class _HeaderLine:
    header: Header


def unfinished(text: str) -> UnfinishedRun:
    """The run in the text of its file. The last line may have been cut. ValueError or RecursionError."""
    first, *others = (escaped_json(json.loads(line)) for line in text.split("\n")[:-1] or [""])
    records = {record.check: record for record in (from_json(line, Record) for line in others)}
    return UnfinishedRun(from_json(first, _HeaderLine).header, tuple(records.values()))


def require_same_run(name: str, there: Header, here: Header) -> None:
    """AnotherRun where the header of a run that was ended differs from that of the one which would go on from it."""
    one, two = (flat(as_json(replace(header, execution=here.execution))) for header in (there, here))
    for place in dict.fromkeys((*one, *two)):
        if one.get(place) != two.get(place):
            raise AnotherRun(
                f"{name} is of another run: {place} is {told(one.get(place))} there and {told(two.get(place))} here",
                "without --resume, the run begins anew, and that file is put aside",
            )


def flat(value: Json, place: str = "") -> dict[str, Json]:
    """The values of a JSON object by their places, an inner object's with its name before."""
    if not isinstance(value, dict):
        return {place: value}
    found: dict[str, Json] = {}
    for name, inner in value.items():
        found |= flat(inner, f"{place}.{name}" if place else name)
    return found


def told(value: Json) -> str:
    """A value of a report, in a sentence."""
    return "absent" if value is None else str(value)
