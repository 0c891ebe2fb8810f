"""What agents read is true: llms.txt and the skill name commands, options and files that exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from conv2d_conformance.cli import EXIT_STATUS, program
from conv2d_conformance.forms import claims, fixed_call, function
from conv2d_conformance.implementation.bundled import list_adapters

ROOT = Path(__file__).parents[2]
LLMS = ROOT / "llms.txt"
SKILL = ROOT / "skills" / "conv2d-conformance" / "SKILL.md"
TEXTS = {page.name: page.read_text(encoding="utf-8") for page in (LLMS, SKILL)}
COMMANDS = sorted({found for text in TEXTS.values() for found in re.findall(r"`(conv2d-conformance [^`]+)`", text)})


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_one_that_the_program_understands(command: str) -> None:
    _, name, *words = shlex.split(command)
    program.commands[name].make_context(name, words)


def test_every_command_that_is_named_has_its_line() -> None:
    assert {command.split()[1] for command in COMMANDS} >= {"smoke", "run", "replay", "reference", "explain", "list"}


@pytest.mark.parametrize("page", TEXTS)
def test_every_option_is_one_of_the_program(page: str) -> None:
    known = {
        spelling
        for command in program.commands.values()
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for spelling in parameter.opts
    }
    named = set(re.findall(r"--[a-z][a-z-]*", TEXTS[page]))
    assert named
    assert named <= known


def test_every_option_of_a_target_is_one_of_a_form() -> None:
    known = {*function.OPTIONS, *claims.OPTIONS, *fixed_call.OPTIONS}
    named = set(re.findall(r"[?&](\w+)=", TEXTS["SKILL.md"]))
    assert {"arrays", "problem", "dtypes"} <= named <= known
    assert "torch" in list_adapters()


def test_the_exit_statuses_are_those_of_the_program() -> None:
    statuses = re.findall(r"^  (\d) ", EXIT_STATUS, re.MULTILINE)
    assert re.findall(r"^\| (\d) \|", TEXTS["SKILL.md"], re.MULTILINE) == statuses
    assert re.findall(r"[ ;](\d): ", TEXTS["llms.txt"]) == statuses


def test_what_is_linked_is_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)", TEXTS["llms.txt"])
    assert SKILL.relative_to(ROOT).as_posix() in links
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_llms_txt_is_a_heading_a_summary_and_lists_of_links() -> None:
    """As llmstxt.org has it: no heading but the sections, which hold links with a note."""
    lines = [line for line in TEXTS["llms.txt"].splitlines() if line]
    assert lines[0].startswith("# ")
    assert lines[1].startswith("> ")
    first = next(number for number, line in enumerate(lines) if line.startswith("## "))
    for line in lines[first:]:
        assert re.fullmatch(r"## .+|- \[[^]]+\]\([^)]+\): .+", line), line


def test_the_skill_has_the_front_matter_that_agents_look_for() -> None:
    """As agentskills.io has it: a name that is the folder's, and what it does and when, in 1024 characters at most."""
    _, front, body = TEXTS["SKILL.md"].split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in front.splitlines())
    assert fields["name"] == SKILL.parent.name
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fields["name"])
    assert "Use when" in fields["description"]
    assert len(fields["description"]) <= 1024
    assert len(body.splitlines()) < 500
