"""What the runs of one process share: the cases that checks have drawn, and the questions that were made of cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from conv2d_conformance.running.draws import Draws
from conv2d_conformance.verdict.kept_questions import Questions


@dataclass(frozen=True)
class SharedWork:
    """All of it. A run that shares nothing makes all anew."""

    draws: Draws = field(default_factory=partial(Draws, keeps=True))
    questions: Questions = field(default_factory=Questions)
