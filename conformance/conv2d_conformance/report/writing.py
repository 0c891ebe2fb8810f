"""Keep what happened on disk from the first record on, and publish the report whole, by an atomic rename."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, TextIO


class UnwritableOutput(Exception):
    """The report cannot be written where it should go."""

    def __init__(self, path: Path, reason: OSError) -> None:
        super().__init__(
            f"the report cannot be written to {path}: {(reason.strerror or str(reason)).lower()}; "
            "name another file with --output FILE"
        )


class ReportFile:
    """`FILE.partial`, JSON lines, while the run lasts; `FILE` at its end."""

    def __init__(self, path: Path, header: dict[str, Any]) -> None:
        self.path = path
        self.partial = path.with_name(path.name + ".partial")
        try:
            if path.is_dir():
                raise IsADirectoryError(21, "is a directory")
            self._stream: TextIO = self.partial.open("w", encoding="utf-8")
        except OSError as reason:
            raise UnwritableOutput(path, reason) from None
        self.append({"header": header})

    def append(self, record: dict[str, Any]) -> None:
        self._stream.write(json.dumps(record, separators=(",", ":")) + "\n")
        self._stream.flush()

    def publish(self, report: dict[str, Any]) -> None:
        """Replace the partial file by the finished report."""
        self._stream.close()
        finished = self.path.with_name(self.path.name + ".new")
        finished.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(finished, self.path)
        self.partial.unlink()

    def close(self) -> None:
        self._stream.close()
