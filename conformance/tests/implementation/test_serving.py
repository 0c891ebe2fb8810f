"""Any Python target as a command, which something else may confine."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from conv2d_conformance.cases.grammar import parse
from conv2d_conformance.contract.answers import Result
from conv2d_conformance.implementation.host import connect
from conv2d_conformance.implementation.target import LoadError
from conv2d_conformance.verdict.question import Question

SOURCE = """
import sys

def conv2d(input, weight):
    print("noise", sys.stdin.read())
    return input * weight
"""


def command(*words: str) -> str:
    return "command:" + shlex.join([sys.executable, "-m", "conv2d_conformance.implementation.serving", *words])


def test_a_target_is_served_whatever_it_prints_and_reads(tmp_path: Path) -> None:
    (tmp_path / "noisy.py").write_text(SOURCE)
    served = connect(command(f"{tmp_path}/noisy.py:conv2d?dtypes=float32"))
    try:
        assert served.hello.environment["form"] == "function"
        answer = served.ask(Question(parse("n1c1h1w3 m1k1x1"), served.hello.capabilities).request)
    finally:
        served.close()
    assert isinstance(answer, Result)


@pytest.mark.parametrize(
    ("words", "told"), [((), "serving takes one TARGET"), (("none.py:conv2d",), "there is no file 'none.py'")]
)
def test_what_is_no_target_is_told(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(LoadError) as caught:
        connect(command(*words))
    assert told in caught.value.stderr
