"""A file with the results so far of a run of hours, from which a later run continues.

The first line says what the run asks. Each other line is a task that is done, with its result. A line that was cut off
when the run was killed is ignored.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from conv2d_conformance.hinted import Hinted
from conv2d_conformance.typed_json import Json


class OtherRun(Hinted):
    """The file belongs to a run that asked something else, or to no run."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} is of another run", "name another file, or ask for what that run asked")


def begin(file: Path, asked: Mapping[str, Json]) -> dict[str, Json]:
    """The results of this run in the file, by task; a missing file is created. OtherRun for another run's file."""
    if not file.exists():
        file.write_text(_line(dict(asked)), "utf-8")
        return {}
    try:
        text = file.read_bytes()
        whole = text[: text.rfind(b"\n") + 1]
        first, *others = map(json.loads, whole.splitlines())
        if first != json.loads(_line(dict(asked))):
            raise OtherRun(file)
        done = {str(task): found for task, found in others}
    except (ValueError, TypeError):
        raise OtherRun(file) from None
    if len(whole) < len(text):  # never written anew: a program that is killed here loses nothing
        os.truncate(file, len(whole))
    return done


def add(file: Path, task: str, found: Json) -> None:
    """Add the result of a task that is done."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write(_line([task, found]))


def _line(value: Json) -> str:
    return json.dumps(value) + "\n"
