"""A reproducer is published only where it fails when it is run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from results.reproducing import page_of_missing, publish, script_in


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [("import sys; sys.exit('wrong')", True), ("import os; os.abort()", True), ("print('right')", False), ("", False)],
)
def test_a_script_that_does_not_fail_is_not_kept(tmp_path: Path, text: str, is_kept: bool) -> None:
    path = tmp_path / "script.py"
    assert publish(text, path, [sys.executable]) == is_kept
    assert path.exists() == is_kept


def test_what_is_no_script_is_not_taken_for_one_that_fails(tmp_path: Path) -> None:
    with pytest.raises(SyntaxError):
        publish("print('right')\ncertify-torch: exit 1", tmp_path / "script.py", [sys.executable])


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"script": "text", "no_script": None}, ("text", "runs without a fault here")),
        ({"script": None, "no_script": "it hangs"}, ("", "it hangs")),
    ],
)
def test_the_script_is_found_in_an_answer_with_more_behind_it(
    answer: dict[str, str | None], found: tuple[str, str]
) -> None:
    said = f"{json.dumps(answer, indent=2)}\ncertify-torch: exit 1 (0.10 seconds) pid=1\n"
    assert script_in(subprocess.CompletedProcess([], 1, stdout=said, stderr="")) == found


def test_without_an_answer_the_last_words_say_why() -> None:
    assert script_in(subprocess.CompletedProcess([], 3, stdout="", stderr="first\nlast\n")) == ("", "last")


def test_what_has_no_script_is_told() -> None:
    assert page_of_missing(["`a.b` of `c`: why"]).endswith("without one:\n\n- `a.b` of `c`: why\n")
    assert page_of_missing([]).endswith("- none\n")
