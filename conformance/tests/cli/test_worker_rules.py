"""What a worker does wrong between calls is told, rule by rule; what does nothing wrong is praised."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import conv2d_adapters
from conv2d_conformance.cli.worker_rules import broken_rules
from conv2d_conformance.contract.capabilities import Capabilities

RIGHT = (Path(conv2d_adapters.__file__).parent / "workers" / "plain_python.py").read_text(encoding="utf-8")
SHORT = 0.5
"""Seconds for what waits in vain."""


def worker(folder: Path, old: str = "", new: str = "") -> tuple[str, ...]:
    """The command of the plain worker, with a part of its text exchanged."""
    assert old in RIGHT
    (folder / "worker.py").write_text(RIGHT.replace(old, new) if old else RIGHT + new, encoding="utf-8")
    return sys.executable, str(folder / "worker.py")


def told(folder: Path, old: str, new: str, seconds: float = 10.0) -> list[str]:
    return [*broken_rules(worker(folder, old, new), Capabilities(), seconds)]


def test_a_right_worker_breaks_no_rule(tmp_path: Path) -> None:
    assert told(tmp_path, "", "") == []


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        pytest.param(
            '    answer["id"] =',
            '    answer["answer"] == "error" and sys.exit(1)\n    answer["id"] =',
            "a request with the unknown \"op\" 'no-such-operation': the process ended with exit status 1 before it ans",
            id="dies of what it does not know",
        ),
        pytest.param('"kind": "protocol"', '"kind": "exit"', "answered by an error of kind", id="another kind"),
        pytest.param(
            'request.get("id")',
            "1",
            "a request with a key that it does not know: the answer has the id 1, the request has 2",
            id="always one id",
        ),
        pytest.param(
            "    data =",
            '    assert "remark" not in request\n    data =',
            "a request with a key that it does not know: the process ended with exit status 1 before it answered",
            id="takes no other key",
        ),
        pytest.param(
            "        try:\n",
            '        answers.write(b"computing\\n")\n        try:\n',
            "expected one line of JSON, got 'computing'",
            id="talks on standard output",
        ),
        pytest.param(
            "json.dumps(answer).encode()",
            "json.dumps(answer).encode()[:-1]",
            "hello: the worker broke the protocol: expected one line of JSON, got",
            id="not quite JSON",
        ),
        pytest.param(
            "    answers.flush()",
            '    request["op"] == "conv2d" and answers.write(json.dumps(answer).encode() + b"\\n" + result)\n'
            "    answers.flush()",
            "bytes follow the message that belong to none of its arrays",
            id="answers twice",
        ),
        pytest.param(
            '["pair", "defaults"]}',
            '["pair"], "batch": True}',
            "\"capabilities\" has 'batch', which is no claim of the protocol: it was ignored",
            id="a claim that is none",
        ),
        pytest.param(
            "        break\n",
            '        answers.write(b"{}\\n")\n        break\n',
            "it must say nothing after `bye`, and said {}",
            id="answers bye",
        ),
        pytest.param(
            "",
            "sys.exit(3)\n",
            "it must end after `bye` with exit status 0, and ended with 3",
            id="leaves with a status",
        ),
    ],
)
def test_what_it_breaks_is_told(tmp_path: Path, old: str, new: str, rule: str) -> None:
    sentences = told(tmp_path, old, new)
    assert any(rule in sentence for sentence in sentences), sentences


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        pytest.param(
            "", "import time\ntime.sleep(1000)\n", "it must end at the end of its input, and goes on", id="stays"
        ),
        pytest.param(
            "+ result)", "+ result[1:])", "(it announced 24 bytes of arrays, and 23 came)", id="bytes are missing"
        ),
    ],
)
def test_what_is_waited_for_in_vain_is_told(tmp_path: Path, old: str, new: str, rule: str) -> None:
    sentences = told(tmp_path, old, new, SHORT)
    assert any(rule in sentence for sentence in sentences), sentences


def test_smoke_tells_it_of_a_worker_whose_answers_are_right(invoke: Callable[..., Result], tmp_path: Path) -> None:
    result = invoke("smoke", f"command:{shlex.join(worker(tmp_path, '', 'sys.exit(3)'))}")
    assert result.exit_code == 1
    assert "breaks the protocol: it must end after `bye` with exit status 0, and ended with 3" in result.output
    assert result.output.endswith("\nevery answer is right, and 2 rules of the protocol broken\n")
