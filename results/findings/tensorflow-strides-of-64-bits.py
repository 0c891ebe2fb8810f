# /// script
# requires-python = ">=3.11"
# dependencies = ["tensorflow-cpu==2.21.0", "numpy"]
# [tool.conv2d-conformance]
# title = "a stride or a dilation of 2^31 and more ends the process with SIGABRT"
# implementation = "tensorflow 2.21.0"
# kind = "bug"
# gravity = 1
# breaks = ["validation.legal-calls-accepted", "stride.beyond-kernel", "dilation.one-by-one", "gradients.stride"]
# report = "tensorflow/2.21.0/linux-x86_64.json"
# known = "https://github.com/tensorflow/tensorflow/issues/74914"
# system = []
# ///
"""A stride that is too large for the library must raise InvalidArgumentError, as it does with TF_ENABLE_ONEDNN_OPTS=0.

A child process makes the call, since it dies of it.
"""

import subprocess
import sys
from importlib.metadata import version

print("tensorflow-cpu", version("tensorflow-cpu"))  # its absence is an error, and no sign that the fault is gone
CALL = "import tensorflow as tf; tf.nn.conv2d(tf.ones((1, 3, 3, 1)), tf.ones((1, 1, 1, 1)), 2**31, 'VALID')"
status = subprocess.run([sys.executable, "-c", CALL], check=False, capture_output=True).returncode
print(f"the process ended with status {status}; required is an exception or an answer, so a status of 1 or 0")
sys.exit(status < 0)
