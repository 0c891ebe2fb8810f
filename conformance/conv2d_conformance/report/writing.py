"""Keep what happened on disk from the first record on, and publish the report whole, where it may stand."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from conv2d_conformance.output.destination import Destination
from conv2d_conformance.output.file_lock import Taken, claim, is_still
from conv2d_conformance.output.file_replacement import write_all
from conv2d_conformance.output.saving import KeptElsewhere, keep_elsewhere, save
from conv2d_conformance.output.unwritable import UnwritableOutput, unwritable
from conv2d_conformance.report.header import Header
from conv2d_conformance.report.kind import Kind
from conv2d_conformance.report.kind_of_file import kind_in, kind_in_first_line
from conv2d_conformance.report.partial import AnotherRun, UnfinishedRun, require_same_run, unfinished
from conv2d_conformance.report.report import Report
from conv2d_conformance.typed_json import Json, as_json
from conv2d_conformance.verdict.record import Record

OPTION = "--output"
PARTIAL = ".partial"


class ReportElsewhere(Exception):
    """The run came to its end, and its report could not be written where it should go."""

    def __init__(self, report: Report, reason: KeptElsewhere) -> None:
        super().__init__(str(reason))
        self.report = report
        self.reason = reason


class ReportFile:
    """`FILE.partial`, JSON lines, while the run lasts, and after it where it was interrupted; else `FILE` at its end.

    UnwritableOutput, before anything was done, where nothing can be written, where another run writes, and where a
    report would be lost. What is no file, such as a pipe, gets the report at the end, interrupted or not.

    To `resume` is to go on from what an earlier run left, in place of putting it aside.
    """

    def __init__(self, to: Destination, kind: Kind, *, resume: bool = False) -> None:
        self.to = to
        self._kind = kind
        self._resumes = resume
        self._descriptor: int | None = None
        self._is_empty = True
        self._is_whole = True
        self._partial = to.path.with_name(to.path.name + PARTIAL)
        given = Path(to.name)
        is_link = given.absolute() != to.path
        self.partial = self._partial if is_link else given.with_name(given.name + PARTIAL)
        """As one would name it."""
        if self.to.is_file:
            self._claim()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _claim(self) -> None:
        try:
            self._descriptor = claim(self._partial)
            self._is_empty = not (self._resumes and self._holds_records())
            if self._is_empty and self._holds_records():
                self._partial.rename(self._earlier(1 + len(list(self._left_behind()))))
                os.close(self._descriptor)
                self._descriptor = claim(self._partial)
        except Taken:
            raise UnwritableOutput(
                f"another run writes its report to {self.to.name}",
                f"wait for its end, or name another file with {OPTION} FILE",
            ) from None
        except OSError as error:
            name = f"{self.partial}, which keeps what is found until the end,"
            raise unwritable(name, self._partial, error, option=OPTION) from None
        try:
            require_replaceable(self.to.path, self.to.name, self._kind)
        except UnwritableOutput:
            self.close()
            raise

    def _holds_records(self) -> bool:
        """Whether an earlier run that did not come to its end found something: more than its header."""
        return self._partial.read_bytes().count(b"\n") > 1

    def _earlier(self, number: int) -> Path:
        return self.to.path.with_name(f"{self.to.path.name}.{number}{PARTIAL}")

    def _left_behind(self) -> Iterator[Path]:
        """What earlier runs left that did not come to their end, and was put aside."""
        for number in itertools.count(1):
            if not (path := self._earlier(number)).exists():
                return
            yield path

    def left(self, header: Header) -> UnfinishedRun | None:
        """What an earlier run left that this one goes on from. AnotherRun where that had another header."""
        if not self._resumes or self._descriptor is None or not self._holds_records():
            return None
        try:
            found = unfinished(self._partial.read_text(encoding="utf-8"))
        except (ValueError, RecursionError):
            raise AnotherRun(
                f"{self.partial} is of no run", "remove it, or name another file with --output FILE"
            ) from None
        require_same_run(str(self.partial), found.header, header)
        return found

    def go_on(self) -> None:
        """Write behind what an earlier run left, but for a line that was cut when it ended."""
        if self._descriptor is not None:
            whole = self._partial.read_bytes().rpartition(b"\n")[0] + b"\n"
            os.ftruncate(self._descriptor, len(whole))
            os.lseek(self._descriptor, 0, os.SEEK_END)
            self._is_empty = False

    def begin(self, header: Header) -> None:
        """Write the header, which a partial file is read with."""
        if self._descriptor is None:
            return
        try:
            os.ftruncate(self._descriptor, 0)
            self._write({"header": as_json(header)}, is_header=True)
        except OSError as error:
            self.close()
            raise unwritable(self.to.name, self._partial, error, option=OPTION) from None

    def append(self, record: Record) -> None:
        """Keep a record. Where that fails, the run goes on: the report has it, and finds a place."""
        if self._descriptor is not None and self._is_whole:
            try:
                self._write(as_json(record))
            except OSError:
                self._is_whole = False

    def _write(self, line: Json, *, is_header: bool = False) -> None:
        assert self._descriptor is not None
        write_all(self._descriptor, (json.dumps(line, separators=(",", ":")) + "\n").encode())
        self._is_empty = is_header

    def publish(self, report: Report) -> None:
        """Write the report, and remove the partial file; that of an interrupted run stays, and is its report.

        ReportElsewhere, where the report could not be written, or would now replace one of another kind.
        """
        text = text_of(report)
        try:
            if not report.is_interrupted or not self.to.is_file:
                self._publish(text)
            elif self._partial_stands():
                self._is_empty = False
            else:
                raise keep_elsewhere(self.to, text, "its partial file could not be written, or has gone")
        except KeptElsewhere as reason:
            raise ReportElsewhere(report, reason) from None

    def _publish(self, text: str) -> None:
        if self.to.is_file:
            try:
                require_replaceable(self.to.path, self.to.name, self._kind)
            except UnwritableOutput as reason:
                raise keep_elsewhere(self.to, text, reason.sentence) from None
        save(self.to, text)
        self._is_empty = True  # the report has all that it holds
        for path in list(self._left_behind()):
            if self._is_like(path):
                path.unlink()

    def _is_like(self, partial: Path) -> bool:
        """Whether an earlier run of the same kind left this file."""
        try:
            with partial.open(encoding="utf-8") as stream:
                return kind_in_first_line(stream.readline()) == self._kind
        except (OSError, ValueError, RecursionError):
            return False

    def _partial_stands(self) -> bool:
        return self._descriptor is not None and self._is_whole and is_still(self._partial, self._descriptor)

    def place(self, report: Report) -> Path:
        """Where the report stands that was published."""
        return self.partial if self.to.is_file and report.is_interrupted else Path(self.to.told)

    @property
    def kept(self) -> Path | None:
        """The partial file, where it has more than what is known before the first check."""
        if self._descriptor is None or self._is_empty or not is_still(self._partial, self._descriptor):
            return None
        return self.partial

    def close(self) -> None:
        """Give the file free. A partial file that tells nothing is removed."""
        if self._descriptor is not None:
            if self._is_empty and is_still(self._partial, self._descriptor):
                with suppress(OSError):  # the folder has become read-only; what stays there is read as what it is
                    self._partial.unlink()
            os.close(self._descriptor)
            self._descriptor = None


def text_of(report: Report) -> str:
    """What stands in the file of a report."""
    return json.dumps(as_json(report), indent=2, ensure_ascii=False) + "\n"


def require_replaceable(path: Path, name: str, kind: Kind) -> None:
    """Refuse to replace a file that is no report, or the report of another kind of run. An empty file is nothing."""
    if not path.exists() or path.stat().st_size == 0:
        return
    other = f"name another file with {OPTION} FILE, or remove that one"
    try:
        there = kind_in(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise UnwritableOutput(f"{name} is there and is no report of conv2d-conformance", other) from None
    if difference := kind.differs_from(there):
        raise UnwritableOutput(f"{name} has the report of another run: {difference}", other)
