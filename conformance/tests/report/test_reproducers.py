"""A reproducer is published only where it fails when it is run."""

import sys
from pathlib import Path

import pytest

from results.reproducing import page_of_missing, publish


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [("import sys; sys.exit('wrong')", True), ("import os; os.abort()", True), ("print('right')", False), ("", False)],
)
def test_a_script_that_does_not_fail_is_not_kept(tmp_path: Path, text: str, is_kept: bool) -> None:
    path = tmp_path / "script.py"
    assert publish(text, path, [sys.executable]) == is_kept
    assert path.exists() == is_kept


def test_what_has_no_script_is_told() -> None:
    assert page_of_missing(["`a.b` of `c`: why"]).endswith("without one:\n\n- `a.b` of `c`: why\n")
    assert page_of_missing([]).endswith("- none\n")
