# /// script
# requires-python = ">=3.11"
# dependencies = ["mlx[cpu]==0.32.4", "numpy"]
# [tool.conv2d-conformance]
# title = "groups=0 ends the process with SIGFPE"
# implementation = "mlx 0.32.4"
# kind = "bug"
# gravity = 1
# breaks = ["validation.groups-positive"]
# report = "mlx/0.32.4/linux-x86_64.json"
# known = "https://github.com/ml-explore/mlx/issues/2858"
# system = []
# ///
"""A number of groups that is not positive must be refused. A child process makes the call, since it may die of it."""

import subprocess
import sys
from importlib.metadata import version

print("mlx", version("mlx"))  # its absence is an error, and no sign that the fault is gone
CALL = """
import mlx.core as mx
mx.set_default_device(mx.cpu)
mx.eval(mx.conv2d(mx.ones((1, 1, 1, 1)), mx.ones((1, 1, 1, 1)), groups=0))
"""
status = subprocess.run([sys.executable, "-c", CALL], check=False, capture_output=True).returncode
print(f"the process ended with status {status}; required is an exception, so a status of 1")
sys.exit(status < 0)
