"""What is drawn depends on the seed alone."""

from __future__ import annotations

import importlib
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from conv2d_conformance.effort import EFFORTS
from conv2d_conformance.running.drawing import use_settings

CONSTANT = 7_393_913


def drawn() -> set[int]:
    found = set()

    @hypothesis.seed(0)
    @hypothesis.settings(hypothesis.settings.default, max_examples=500)
    @hypothesis.given(st.integers(7_000_000, 8_000_000))  # where other modules have no constant
    def take(number: int) -> None:
        found.add(number)

    take()
    return found


def test_no_number_comes_from_the_source_of_a_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "somebodys_module.py").write_text(f"BLOCK = {CONSTANT}\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("somebodys_module")
    assert CONSTANT in drawn(), "Hypothesis as it is would draw it"
    undo = use_settings(EFFORTS["quick"])
    try:
        assert CONSTANT not in drawn()
    finally:
        undo()
    assert CONSTANT in drawn()
