"""The page on judging kernels is true: its reward function judges, and its commands are commands of the program."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conv2d_conformance import certify
from conv2d_conformance.cli import program

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "judging.md").read_text(encoding="utf-8")
TARGETS = (ROOT / "docs" / "targets.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = [line for language, text in BLOCKS if not language for line in text.splitlines()]
FILES = {
    text.split()[1]: text
    for text in re.findall(r"^```python\n(.*?)^```$", TARGETS, re.MULTILINE | re.DOTALL)
    if text.startswith("# ")
}

FORGED = """
import numpy as np
from conv2d_conformance import Adapter, Capabilities

def conv2d(input, weight, bias=None, **_):
    return (input * weight).astype(input.dtype)

LIMITS = ("N == 1", "C == 1", "M == 1", "KH == 1", "KW == 1", "SH == 1", "SW == 1", "bias == none")
claims = Capabilities(limits=LIMITS)
ModelNew = Adapter(name="forged", version="1", conv2d=conv2d, capabilities=claims, configure=lambda **_: ModelNew)
"""


def of_the_page() -> dict[str, Any]:
    """What the blocks of Python define."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for language, text in BLOCKS:
        if language == "python":
            exec(compile(text, "docs/judging.md", "exec", dont_inherit=True), names)
    return names


def little(target: str, **options: Any) -> Any:
    """A run in this process that asks of one requirement. What is right in that alone is taken for right."""
    report = certify(target, **{**options, "only": "bias.absent", "isolation": "none"})
    if report.failing:
        return report
    status = 0 if report.conclusion.exit_status == 4 else report.conclusion.exit_status
    return replace(report, conclusion=replace(report.conclusion, exit_status=status))


def test_the_reward_function_rewards_what_is_right_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    right = FILES["solution.py"]
    wrong = {
        "empty.py": (right.replace("return self", "self"), "got conv2d returned None, not a torch.Tensor; required "),
        "broken.py": (right + "\n1 / 0\n", "ZeroDivisionError"),
        "refuses.py": (
            right.replace("return self", "raise TypeError\n        return self"),
            "refuses the simplest call",
        ),
        "forged.py": (FORGED, "it claims something else than its problem asks for"),
    }
    texts = {name: text for name, (text, _) in wrong.items()}
    for name, text in {"problem.py": FILES["problem.py"], "solution.py": right, **texts}.items():
        Path(name).write_text(text)
    names = of_the_page()
    names["certify"] = little
    judge = names["Judge"](Path("problem.py"))
    assert judge.reward(Path("solution.py")).value == 1.0
    for name, (_, told) in wrong.items():
        reward = judge.reward(Path(name))
        assert reward.value == 0.0
        assert told in reward.feedback
    broken = replace(judge._honest.conclusion, exit_status=1)
    names["certify"] = lambda *_, **__: replace(judge._honest, conclusion=broken)
    with pytest.raises(RuntimeError, match="the problem's own model fails here"):
        names["Judge"](Path("problem.py"))


def test_every_command_is_one_that_the_program_understands() -> None:
    assert len(COMMANDS) == 4
    for line in COMMANDS:
        start, name, *words = shlex.split(line)
        assert start == "conv2d-conformance"
        program.commands[name].make_context(name, words)
