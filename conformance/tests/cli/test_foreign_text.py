"""Implementations, files and command lines made of text that no terminal should see: the run takes it as text."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

HOSTILE = """
from conv2d_conformance import Adapter

TEXT = "\\ud800\\udcff\\0\\x1b[31m\\x07\\u202e|`<b>\\n"


class {name}(Exception):
    pass


def conv2d(*_, **__):
    raise {name}("begin " + 500 * TEXT + " end")


adapter = Adapter(name=100_000 * "n" + TEXT, version=TEXT, description=TEXT, conv2d=conv2d)
"""


def acts(text: str) -> bool:
    return any(letter != "\n" and unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in text)


@pytest.mark.parametrize("isolation", ["process", "none"])
def test_a_run_keeps_what_hostile_text_says(invoke: Callable[..., Result], folder: Path, isolation: str) -> None:
    (folder / "hostile.py").write_text(HOSTILE.format(name="Unruly"))
    arguments = ("hostile.py:adapter", "--only", "bias.absent", "--effort", "quick", "--output", "out.json")
    result = invoke("run", *arguments, "--isolation", isolation)
    assert (result.exit_code, result.stderr) == (1, "")
    assert not acts(result.stdout)
    assert "refused a legal call: Unruly: begin \\ud800\\udcff\\x00\\x1b[31m" in result.stdout
    assert "characters left out)" in result.stdout
    assert [path.name for path in folder.glob("out.json*")] == ["out.json"]
    report = json.loads((folder / "out.json").read_text())
    assert len(report["implementation"]["name"]) <= 100
    assert report["implementation"]["version"] == "\\ud800\\udcff\\x00\\x1b[31m\\x07\\u202e|`<b>"
    (failure,) = (entry["failure"] for entry in report["requirements"])
    assert failure["got"].endswith(" end")
    assert len(failure["got"]) < 11_000
    for form in ("text", "markdown", "json", "junit"):
        shown = invoke("summary", "out.json", "--format", form)
        assert shown.exit_code == 0
        assert not acts(shown.stdout)


@pytest.mark.parametrize("command", ["replay", "fingerprint"])
def test_the_other_commands_show_no_more_of_it(invoke: Callable[..., Result], folder: Path, command: str) -> None:
    (folder / "hostile.py").write_text(HOSTILE.format(name="Unruly"))
    case = ["n1c1h1w1 m1k1"] if command == "replay" else []
    result = invoke(command, *case, "hostile.py:adapter")
    assert result.exit_code in (0, 1)
    assert not acts(result.stdout + result.stderr)
    assert len(result.stdout) < 10_000


@pytest.mark.parametrize(
    "arguments",
    [
        ("smoke", 100_000 * "x"),
        ("smoke", 100_000 * "x" + ".py:conv2d"),
        ("smoke", "a\udcff\x1b[31m\u202eb.py:conv2d"),
        ("smoke", "\x1b[31m"),
        ("smoke", "torch?" + 100_000 * "y"),
        ("smoke", "command:\x1b[31m"),
        ("replay", 50_000 * "z", "right.py:conv2d"),
        ("explain", "\x1b]0;title\x07" + 10_000 * "e"),
        ("summary", "\x1b[31m\udcff.json"),
        ("verify", "\x1b[31m\udcff.json"),
        ("run", "right.py:conv2d", "--only", "\x1b[31m*" + 10_000 * "g"),
    ],
    ids=lambda arguments: f"{arguments[0]} {ascii(arguments[1])[:20]}",
)
def test_a_command_line_of_it_is_told_in_a_few_lines(invoke: Callable[..., Result], arguments: tuple[str, ...]) -> None:
    result = invoke(*arguments)
    assert result.exit_code in (2, 3), result.exception
    assert result.stderr.startswith("Error: ")
    assert "suite itself" not in result.stderr
    assert not acts(result.stderr)
    assert len(result.stderr) < 3_000


def test_a_target_with_text_that_acts_can_be_run_and_is_shown_with_escapes(
    invoke: Callable[..., Result], folder: Path
) -> None:
    name = "right\x1b[31m\u202e.py"
    (folder / name).write_text((folder / "right.py").read_text())
    for _ in range(2):  # the second replaces the report of the first, which is of the same kind
        result = invoke("run", f"{name}:conv2d", "--only", "bias.absent", "--effort", "quick")
        assert result.exit_code == 4, result.stderr
        assert not acts(result.stdout)
    (path,) = folder.glob("conv2d-right*.json")
    assert json.loads(path.read_text())["run"]["target"] == "right\\x1b[31m\\u202e.py:conv2d"
