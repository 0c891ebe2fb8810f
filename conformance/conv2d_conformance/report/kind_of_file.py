"""Of which kind the report in a file is, or the run that left a partial file."""

from __future__ import annotations

import json
from dataclasses import dataclass

from conv2d_conformance.report.header import Asked, Suite
from conv2d_conformance.report.kind import SUITE, Kind
from conv2d_conformance.typed_json import from_json


@dataclass(frozen=True)
class _Top:
    """What of a report, or of the header of one that was not finished, says of which kind it is."""

    suite: Suite
    run: Asked


@dataclass(frozen=True)
class _FirstLine:
    """The first line of a partial file."""

    header: _Top


def kind_in(text: str) -> Kind:
    """The kind of the report that is in a text. ValueError or RecursionError, where it is none of the suite."""
    return _kind(from_json(json.loads(text), _Top))


def kind_in_first_line(line: str) -> Kind:
    """The kind of the run that left a partial file, by its first line. The same errors."""
    return _kind(from_json(json.loads(line), _FirstLine).header)


def _kind(top: _Top) -> Kind:
    if top.suite.name != SUITE:
        raise ValueError("this is no report of the suite")
    return Kind.of(top.run)
