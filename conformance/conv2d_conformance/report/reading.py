"""Read reports, which may have any age and any author, or be no reports at all."""

from __future__ import annotations

from functools import partial
from itertools import islice
from pathlib import Path

from conv2d_conformance import strict_json
from conv2d_conformance.contract.capabilities import Capabilities
from conv2d_conformance.foreign import escaped_json
from conv2d_conformance.hinted import Hinted
from conv2d_conformance.report.assemble import assemble
from conv2d_conformance.report.partial import unfinished
from conv2d_conformance.report.report import Report
from conv2d_conformance.report.validation import fault_of
from conv2d_conformance.report.writing import PARTIAL
from conv2d_conformance.typed_json import as_json, from_json

LARGEST = 64 << 20
"""A larger file, in bytes, is no report, and is not read to its end: no report has a tenth of that."""

PIECE = 1 << 20


class UnreadableReport(Hinted):
    """A file that is neither a report nor the rest of an interrupted run."""


class MalformedReport(UnreadableReport):
    """A file that does not have the form of a report: `fault` says where."""

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(f"{path} does not have the form of a report: {fault}")
        self.fault = fault


class WrongForm(ValueError):
    """JSON that does not have the form of a report; the text says where."""


def read(path: Path) -> Report:
    """A report from its file, or from the `.partial` file of a run that was killed. UnreadableReport."""
    text = _text_in(path)
    try:
        value = as_json(_from_partial(text)) if path.suffix == PARTIAL else escaped_json(strict_json.loads(text))
    except (ValueError, RecursionError):
        raise UnreadableReport(
            f"{path} is not a report of conv2d-conformance: it is damaged or of another kind"
        ) from None
    if not isinstance(value, dict) or "requirements" not in value:
        raise UnreadableReport(f"{path} is not a report of conv2d-conformance: it has no requirements")
    try:
        return report_of(value)
    except WrongForm as error:
        raise MalformedReport(path, str(error)) from None


def _text_in(path: Path) -> str:
    try:
        with path.open("rb") as file:
            pieces = islice(iter(partial(file.read, PIECE), b""), LARGEST // PIECE + 1)
            data = b"".join(pieces)  # one read of the most would take that much memory at once
    except OSError as reason:
        raise UnreadableReport(f"{path} cannot be read: {(reason.strerror or str(reason)).lower()}") from None
    if len(data) > LARGEST:
        raise UnreadableReport(f"{path} is not a report: it has more than {LARGEST >> 20} MiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise UnreadableReport(f"{path} is not a report: it is not text") from None


def report_of(value: object) -> Report:
    """The report in a JSON value. WrongForm, with the first breach of the schema, or a claim that nobody can make."""
    if fault := fault_of(value):
        raise WrongForm(fault)
    try:
        report = from_json(value, Report)
    except ValueError as error:  # an integer that is written as 1.0, say, which the schema allows
        raise WrongForm(str(error)) from None
    try:
        Capabilities.from_json(report.implementation.capabilities)
    except ValueError as error:
        raise WrongForm(f"implementation.capabilities: {error}") from None
    return report


def _from_partial(text: str) -> Report:
    found = unfinished(text)
    return assemble(found.header, found.records, complete=False)
