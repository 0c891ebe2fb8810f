"""The harness and what it starts compute with one thread, unless the user wants more."""

import os
import subprocess
import sys

import pytest

from conv2d_conformance.implementation.threads import ONE_THREAD, use_one_thread


def test_one_thread_unless_the_user_wants_more(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ONE_THREAD:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MKL_NUM_THREADS", "7")
    use_one_thread()
    assert {name: os.environ[name] for name in ONE_THREAD} == ONE_THREAD | {"MKL_NUM_THREADS": "7"}


def test_the_command_line_decides_before_numpy_is_loaded() -> None:
    program = (
        "import os, sys\n"
        "from conv2d_conformance import cli\n"
        "assert 'numpy' not in sys.modules\n"
        "cli.program = lambda **_: print(os.environ['OPENBLAS_NUM_THREADS'])\n"
        "cli.main()\n"
    )
    environment = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert (done.stdout, done.stderr) == ("1\n", "")
