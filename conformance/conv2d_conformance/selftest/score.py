"""The mutation score of each effort, as `benchmarks/mutation_score.py` measured it last."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Score:
    """The number of mutants killed, of all, and the date of the measurement."""

    killed: int
    mutants: int
    date: str

    @property
    def sentence(self) -> str:
        return f"{self.killed} of {self.mutants} ({100 * self.killed / self.mutants:.1f} %)"


def published() -> dict[str, Score]:
    """The scores of all measured efforts, by effort."""
    return _scores(_record())


def first_attempt() -> dict[str, Score]:
    """The scores of the mutants that replay published bugs, before anything was repaired because of them."""
    return _scores(_record()["first_attempt"])


def _record() -> dict[str, Any]:
    text = files("conv2d_conformance").joinpath("mutation-score.json").read_text(encoding="utf-8")
    record: dict[str, Any] = json.loads(text)
    return record


def _scores(record: dict[str, Any]) -> dict[str, Score]:
    return {effort: Score(killed, record["mutants"], record["date"]) for effort, killed in record["killed"].items()}
