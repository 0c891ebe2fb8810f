"""A reproducer is published only where it fails when it is run."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

PATH = Path(__file__).parents[3] / "results" / "regenerate.py"


@pytest.fixture
def regenerate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("regenerate", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [("import sys; sys.exit('wrong')", True), ("import os; os.abort()", True), ("print('right')", False), ("", False)],
)
def test_a_script_that_does_not_fail_is_not_kept(
    regenerate: ModuleType, tmp_path: Path, text: str, is_kept: bool
) -> None:
    path = tmp_path / "script.py"
    assert regenerate.publish(text, path) == is_kept
    assert path.exists() == is_kept


def test_what_has_no_script_is_told(regenerate: ModuleType) -> None:
    assert regenerate.page_of_missing(["`a.b` of `c`: why"]).endswith("without one:\n\n- `a.b` of `c`: why\n")
    assert regenerate.page_of_missing([]).endswith("- none\n")
