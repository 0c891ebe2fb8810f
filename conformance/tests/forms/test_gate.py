"""Before a run of a form one call is made for each claim: what raises at once is told, and is no verdict."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conv2d_conformance.cli import program
from conv2d_conformance.verdict import gate

Make = Callable[..., Any]

HEAD = "import numpy as np\n\ndef conv2d(input, weight, bias=None, *, stride=1, padding=0, dilation=1, groups=1):\n"
END = "    return y.astype(input.dtype)\n"
NO_GROUPS = "    if groups > 1:\n        raise NotImplementedError('one group alone')\n"


def run(*words: str) -> Any:
    return CliRunner().invoke(program, ["run", *words, "--effort", "quick", "--only", "groups.depthwise"])


@pytest.mark.usefixtures("folder")
def test_a_claim_that_raises_is_told_with_what_to_do(folder: Path, body: str) -> None:
    (folder / "mine.py").write_text(HEAD + NO_GROUPS + body + END)
    found = run("mine.py:conv2d?arrays=numpy&without=arguments.defaults", "--isolation", "none")
    assert found.exit_code == 2
    assert "groups is claimed and refused at once: NotImplementedError: one group alone" in found.output
    assert "without=groups" in found.output
    assert not list(folder.glob("*.json"))


@pytest.mark.usefixtures("folder")
def test_a_simple_call_that_raises_is_told_with_how_it_is_called(folder: Path) -> None:
    (folder / "mine.py").write_text(HEAD + "    raise ValueError('NHWC alone')\n")
    found = run("mine.py:conv2d?arrays=numpy", "--isolation", "none")
    assert found.exit_code == 2
    assert "it refuses the simplest call: ValueError: NHWC alone" in found.output
    assert "called with input, weight, bias, stride, padding, dilation, groups" in " ".join(found.output.split())


def test_what_answers_is_examined_by_a_process_that_was_asked_nothing(folder: Path, body: str) -> None:
    noting = (
        "    with open(f'{__import__(\"os\").getpid()}.txt', 'a') as file:\n        file.write(f'{input.shape}\\n')\n"
    )
    (folder / "mine.py").write_text(HEAD + noting + body + END)
    found = run("mine.py:conv2d?arrays=numpy&dtypes=float32&without=arguments.defaults", "--output", "report.json")
    assert found.exit_code == 4, found.output
    assert "a function on arrays of numpy on cpu, called with input, weight" in found.output
    told = json.loads((folder / "report.json").read_text())["implementation"]
    assert told["environment"]["form"] == "function"
    assert told["environment"]["device"] == "cpu"
    assert told["environment"]["arrays"].startswith("numpy ")
    first_calls = [path.read_text().partition("\n")[0] for path in folder.glob("*.txt")]
    assert sorted(first_calls) == sorted({*first_calls})
    assert len(first_calls) == 2


def test_a_function_of_the_contract_passes_no_gate(implementation: Make, body: str) -> None:
    assert not gate.is_needed(implementation(HEAD + body + END).hello)
    assert gate.is_needed(implementation(HEAD + body + END, "mine.py:conv2d?arrays=numpy").hello)


@pytest.mark.usefixtures("folder")
def test_no_script_is_made_for_a_form(folder: Path, body: str) -> None:
    (folder / "mine.py").write_text(HEAD + body + END)
    words = ["replay", "n1c1h2w2 m1k1", "mine.py:conv2d?arrays=numpy", "--script", "--isolation", "none"]
    found = CliRunner().invoke(program, words)
    assert "no script can be made for a function on arrays of numpy" in " ".join(found.stderr.split())
    assert found.stdout == ""
