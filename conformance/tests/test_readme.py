"""The README is true: its commands run, print what it shows, and its files are those of examples/."""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from conv2d_conformance.cli import program, progress

ROOT = Path(__file__).parents[2]
EXAMPLES, RESULTS = ROOT / "examples", ROOT / "results"
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)

STORED = {"conv2d-conformance run torch --effort quick": "conv2d-conformance summary conv2d-torch-quick.json"}
"""What takes most of a minute is held against its report in results/, which `tox -e results` makes anew."""

PRINTED = {"All 3 failures look like one fault": "run swapped_padding.py:conv2d --only 'padding.*'"}
"""Parts of an output that stand without their command, and the command."""

REPLACED = {
    "conv2d-conformance run": "conv2d-conformance smoke",  # one case for each claim: whole runs take minutes
    "conv2d-conformance smoke": "conv2d-conformance smoke",
    "python -m pytest": f"{shlex.quote(sys.executable)} -m pytest --conv2d-effort quick -p no:cacheprovider",
    "cc ": "cc ",
    "cd ": "cd ",
    "pip install ": "",  # installs: the environments of tox do that, and the extras are looked up below
    "tox": "",  # these tests are what it runs
}
"""How commands begin that stand without their output, and what is run in their place; nothing, where it is empty."""

OTHER = {"import torch\n": "examples/my_conv.py", "reference/     ": "the tree of folders"}
"""Blocks that are no commands."""


def lines_of(text: str) -> Iterator[str]:
    return (line.partition("  #")[0].rstrip() for line in text.splitlines())


def is_transcript(text: str) -> bool:
    return text.startswith(("$ ", *PRINTED))


TRANSCRIPTS = [text for _, text in BLOCKS if is_transcript(text)]
SCRIPTS = [text for _, text in BLOCKS if not is_transcript(text) and not text.startswith(tuple(OTHER))]
COMMANDS = [(text, line) for text in SCRIPTS for line in lines_of(text) if not line.startswith("cd ")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with all that the commands speak of."""
    for source in (EXAMPLES, RESULTS / "conv2d-torch-quick.json", ROOT / "adapters" / "conv2d_adapters"):
        if source.is_dir():
            place = tmp_path if source == EXAMPLES else tmp_path / source.relative_to(ROOT)
            shutil.copytree(source, place, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 3600.0)  # a busy machine adds no line to an output
    return tmp_path


def invoke(command: str) -> Result:
    words = shlex.split(command.removeprefix("conv2d-conformance "))
    if any(word.startswith(("torch", "my_conv", "swapped_padding")) for word in words[1:2]):
        pytest.importorskip("torch")
    return CliRunner().invoke(program, words, prog_name="conv2d-conformance")


smoked = cache(invoke)
"""Two commands may run the same target."""


def agrees(shown: str, printed: str, *, within: bool = False) -> bool:
    """Whether this was printed, or, `within`, stands somewhere in it. A line "..." leaves lines out."""
    parts = map(re.escape, re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE))
    pattern = "(?:.*\n)*?".join(["", *parts, ""] if within else parts)
    return re.fullmatch(pattern, printed) is not None


@pytest.mark.parametrize("text", TRANSCRIPTS, ids=lambda text: text.splitlines()[0])
@pytest.mark.usefixtures("folder")
def test_a_command_prints_what_is_shown(text: str) -> None:
    if text.startswith("$ "):
        command, _, shown = text.removeprefix("$ ").partition("\n")
        printed = invoke(STORED.get(command, command)).stdout
        assert agrees(shown, printed), printed
    else:
        (command,) = (command for start, command in PRINTED.items() if text.startswith(start))
        result = invoke(command)
        assert agrees(text, result.stdout, within=True), result.stdout
        assert result.exit_code == 1


@pytest.mark.parametrize(("text", "line"), COMMANDS, ids=lambda value: value if "\n" not in value else "in")
def test_a_command_without_output_runs(folder: Path, text: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if text.startswith("cd "):
        monkeypatch.chdir(folder / text.splitlines()[0].removeprefix("cd "))
    for command in line.split(" && "):
        start, found = next((start, found) for start, found in REPLACED.items() if command.startswith(start))
        replaced = found + command.removeprefix(start)
        if not found:
            continue
        if not replaced.startswith("conv2d-conformance "):
            if "torch" in replaced:
                pytest.importorskip("torch")
            subprocess.run(["sh", "-c", replaced], check=True, capture_output=True)
            continue
        replaced = replaced.partition(" --deviations")[0]  # which `smoke` does not read: see below
        worker = re.search(r"command:(\w+) ", replaced)
        if worker and worker[1] != "python" and shutil.which(worker[1]) is None:
            pytest.skip(f"there is no {worker[1]} here")
        result = smoked(replaced.replace("command:python ", f"command:{sys.executable} "))
        if "there is no package called" in result.output:
            pytest.skip(result.output.strip())  # of R
        assert result.exit_code == 0, result.output


def test_every_command_is_one_that_the_program_understands() -> None:
    options = [line for _, line in COMMANDS] + [text.splitlines()[0].removeprefix("$ ") for text in TRANSCRIPTS[:-1]]
    found = [
        shlex.split(command)[1:]
        for line in options
        for command in line.split(" && ")
        if command.startswith("conv2d-conformance ")
    ]
    for name, *arguments in found:
        program.commands[name].make_context(name, arguments)
    assert len(found) > 10


def test_the_files_that_are_shown_and_named_are_there() -> None:
    python = [text for language, text in BLOCKS if language == "python"]
    assert python == [(EXAMPLES / name).read_text(encoding="utf-8") for name in ("my_conv.py", "square_filters.py")]
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
    (tree,) = (text for _, text in BLOCKS if text.startswith("reference/ "))
    for line in tree.splitlines():
        assert (ROOT / line.split()[0]).is_dir()
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(re.findall(r"pip install '\.\[(\w+)\]'", README)) <= set(extras)


def test_the_table_of_commands_tells_of_each_and_of_options_that_exist() -> None:
    rows = re.findall(r"^\| (`[a-z].*?) \| (.+) \|$", README.partition("## Commands")[2], re.MULTILINE)
    named: dict[str, str] = {}
    for cell, text in rows:
        names = [name.split()[0] for name in re.findall(r"`([a-z][^`]*)`", cell)]
        assert set(names) <= set(program.commands), names
        found = {
            option: parameter
            for name in names
            for parameter in program.commands[name].params
            for option in parameter.opts
        }
        for option, choices in re.findall(r"`(--[a-z-]+)(?: ([^`]+))?`", text):
            assert option in found, option
            if isinstance(kind := found[option].type, click.Choice):
                assert choices.split("\\|") == list(kind.choices), option
        named |= dict.fromkeys(names, text)
    assert set(named) == set(program.commands)


@pytest.mark.usefixtures("folder")
def test_what_is_declared_in_the_example_fails_and_nothing_else_does() -> None:
    selected = "--only 'padding.*' --effort quick --isolation none --deviations swapped_padding.deviations.toml"
    result = invoke(f"run swapped_padding.py:conv2d {selected}")
    assert result.exit_code == 0, result.output
    assert "3 requirements broken as declared, and nothing else" in result.output


@pytest.mark.usefixtures("folder")
def test_the_adapter_in_the_examples_works_in_all_that_it_claims() -> None:
    pytest.importorskip("torch")
    result = smoked("smoke my_adapter.py:adapter")
    assert result.exit_code == 0, result.output


def test_the_test_in_the_examples_passes() -> None:
    pytest.importorskip("torch")
    found = runpy.run_path(str(EXAMPLES / "test_my_conv.py"))
    found["test_it_keeps_every_requirement_of_the_bias"]()


def test_what_differs_from_what_is_shown_is_found() -> None:
    assert all(agrees(shown, "a\nb\nc\n") for shown in ("a\n...\nc\n", "a\n...\n", "...\nc\n", "a\nb\nc\n"))
    assert not any(agrees(shown, "a\nb\nc\n") for shown in ("a\n", "b\nc\n", "a\n...\nb\n", "...\na\nc\n"))
    assert agrees("b\n", "a\nb\nc\n", within=True)
    assert not agrees("b\n", "ab\nc\n", within=True)
    assert not agrees("a\nc\n", "a\nb\nc\n", within=True)
