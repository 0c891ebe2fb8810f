"""Why a run ends without a verdict, though the target was reached."""

from __future__ import annotations

from conv2d_conformance.environment import Lack


class HarnessFailure(Exception):
    """The suite itself failed: no verdict follows from this run."""


class Lacking(Exception):
    """The environment lacks something that every verdict needs."""

    def __init__(self, lack: Lack) -> None:
        super().__init__(lack.sentence)
        self.lack = lack
