"""One test of your own suite: `python -m pytest test_my_conv.py`."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def test_it_keeps_every_requirement_of_the_bias(tmp_path):
    run = ["-m", "conv2d_conformance", "run", "my_conv.py:conv2d", "--effort", "quick", "--only", "bias.*"]
    done = subprocess.run([sys.executable, *run, "--output", str(tmp_path / "report.json")], cwd=FOLDER, check=False)
    assert done.returncode == 0
