"""The corpus: plain files of case lines in one folder, one file for each process, which all of them read.

A line is a CASE, as `replay` takes it. A line that begins with # says of the next one why it is there: `# covers ROW`
for the first case of a pair of levels, `# breaks REQUIREMENT | LEVEL | DIAGNOSIS` for a failure, in its simplest form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from conv2d_conformance.cases.covering_array import Row
from conv2d_conformance.fuzzing.drawing import row_in

SUFFIX = ".cases"
COVERS, BREAKS = "# covers ", "# breaks "
TITLE = "# Cases that `conv2d-conformance fuzz` has asked of {target}. Each is a CASE of `conv2d-conformance replay`.\n"


@dataclass(frozen=True)
class FuzzFailure:
    """A failure: the requirement that it breaks, what it looks like, and its simplest case."""

    requirement: str
    level: str
    diagnosis: str
    case: str
    got: str = field(compare=False, default="")
    required: str = field(compare=False, default="")

    @property
    def key(self) -> tuple[str, str]:
        """What makes it another failure."""
        return self.requirement, self.diagnosis


class Corpus:
    """The files in a folder: this process writes one, and reads all others where they have grown."""

    def __init__(self, folder: Path, name: str, target: str) -> None:
        self.folder = folder
        self.own = folder / f"{name}{SUFFIX}"
        self._title = TITLE.format(target=" ".join(target.split()))
        self._read: dict[Path, int] = {}

    def add(self, why: str, line: str) -> None:
        """Write a case, and why it is there, in one piece."""
        text = f"{why}\n{line}\n"
        if not self.own.exists():
            text = self._title + text
        with self.own.open("a", encoding="utf-8") as stream:
            stream.write(text)

    def covers(self, row: Row, line: str) -> None:
        self.add(COVERS + ".".join(map(str, row)), line)

    def breaks(self, failure: FuzzFailure) -> None:
        self.add(
            f"{BREAKS}{failure.requirement} | {failure.level} | {' '.join(failure.diagnosis.split())}", failure.case
        )

    def news(self) -> tuple[list[tuple[Row, str]], list[FuzzFailure]]:
        """The rows, with their cases, and the failures in the files of all processes that were not read yet."""
        rows: list[tuple[Row, str]] = []
        failures: list[FuzzFailure] = []
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            with path.open("rb") as stream:
                stream.seek(self._read.get(path, 0))
                text = stream.read()
            whole = text.rpartition(b"\n")[0] + b"\n" if b"\n" in text else b""
            lines = whole.decode("utf-8", "replace").splitlines()
            if lines and lines[-1].startswith((COVERS, BREAKS)):  # the case itself is not there yet
                whole = whole[: -len(lines.pop().encode()) - 1]
            self._read[path] = self._read.get(path, 0) + len(whole)
            for why, case in pairwise(lines):
                if why.startswith(COVERS):
                    row = row_in(why.removeprefix(COVERS))
                    rows += [] if row is None else [(row, case)]
                elif why.startswith(BREAKS) and len(parts := why.removeprefix(BREAKS).split(" | ", 2)) == 3:
                    failures.append(FuzzFailure(parts[0], parts[1], parts[2], case))
        return rows, failures
