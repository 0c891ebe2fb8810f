"""docs/targets.md is true: its files are targets, its commands run, and it names every option and framework."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program
from conv2d_conformance.forms import claims, fixed_call, frameworks, function

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "targets.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FILES = {text.split()[1]: text for language, text in BLOCKS if language}
COMMANDS = [line for language, text in BLOCKS if not language for line in text.splitlines()]
OF_THE_SUITE = [line for line in COMMANDS if line.startswith("conv2d-conformance ")]
BUILDING = [line for line in COMMANDS if line not in OF_THE_SUITE]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The shared library that the commands of the page build."""
    if shutil.which("cc") is None:
        pytest.skip("there is no cc here")
    folder = tmp_path_factory.mktemp("library")
    shutil.copy(ROOT / "examples" / "my_conv.c", folder)
    for line in BUILDING:
        subprocess.run(["sh", "-ec", line.replace("python", shlex.quote(sys.executable))], cwd=folder, check=True)
    return folder / "libconv.so"


@pytest.mark.parametrize("command", OF_THE_SUITE)
def test_a_command_is_sane(command: str, folder: Path, request: pytest.FixtureRequest) -> None:
    """One case for each claim, in this process, in which the framework is already: whole runs take minutes."""
    for name, text in FILES.items():
        (folder / name).write_text(text)
    start, verb, *words = shlex.split(command)
    assert start == "conv2d-conformance"
    target = next(word for word in words if ":" in word)
    asked = [verb, *words] if verb == "replay" else ["smoke", target]
    program.commands[verb].make_context(verb, list(words))
    if ".so:" in target:
        shutil.copy(request.getfixturevalue("library"), folder)
    elif "torch" in FILES[target.partition(":")[0]]:
        pytest.importorskip("torch")
    found = CliRunner().invoke(program, [*asked, "--isolation", "none"])
    assert found.exit_code == 0, found.output


def test_every_option_and_every_framework_is_named() -> None:
    options = {match for line in PAGE.splitlines() for match in re.findall(r"^\| `(\w+)(?:=[^`]*)?` \|", line)}
    assert options == {*function.OPTIONS, *claims.OPTIONS, *fixed_call.OPTIONS}
    row = next(line for line in PAGE.splitlines() if line.startswith("| `arrays`"))
    assert {*frameworks.names()} <= set(re.findall(r"`(\w+)`", row))


def test_what_the_page_points_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
