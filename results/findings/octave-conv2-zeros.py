# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy==2.3.5"]
# [tool.conv2d-conformance]
# title = "conv2 leaves out what a zero of the kernel multiplies, so that infinity and NaN under it are lost"
# implementation = "GNU Octave 7.3.0"
# kind = "bug"
# gravity = 3
# breaks = ["special-values.infinity-times-zero"]
# report = "octave-conv2/7.3.0/linux-x86_64.json"
# known = ""
# system = ["octave"]
# ///
"""Infinity times zero is NaN in IEEE arithmetic, as Octave's own product and filter say; conv2 says 0."""

import subprocess
import sys

import numpy as np

CALL = "printf('%g %g %g %g', Inf * 0, filter(0, 1, Inf), conv2(Inf, 0), conv2(NaN, 0))"
said = subprocess.run(
    ["octave-cli", "--quiet", "--no-init-file", "--eval", CALL], check=True, capture_output=True, text=True
).stdout.split()
with np.errstate(invalid="ignore"):
    required = np.float64(np.inf) * 0.0
print(f"Inf * 0           {said[0]}")
print(f"filter(0, 1, Inf) {said[1]}")
print(f"conv2(Inf, 0)     {said[2]}, required is {required}")
print(f"conv2(NaN, 0)     {said[3]}, required is {required}")
sys.exit(not np.isnan(float(said[2])) or not np.isnan(float(said[3])))
