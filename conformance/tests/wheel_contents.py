"""Look into a built wheel: three packages with their data, and nothing else that becomes importable.

Run as a program with the folder that holds the wheel.
"""

import sys
import zipfile
from pathlib import Path

PACKAGES = {"conv2d_reference", "conv2d_conformance", "conv2d_adapters"}
DATA = {
    "conv2d_conformance/spec/conv2d.md",
    "conv2d_conformance/spec/EDITIONS.md",
    "conv2d_conformance/spec/INTERPRETING.md",
    "conv2d_conformance/spec/edition-1.md",
    "conv2d_conformance/forms/conv2d_conformance.h",
    "conv2d_conformance/implementation/PROTOCOL.md",
    "conv2d_conformance/check-order.json",
    "conv2d_conformance/mutation-score.json",
    "conv2d_conformance/report/schema.json",
    "conv2d_conformance/report/target-outcome.json",
    "conv2d_conformance/site/assets/matrix.js",
    "conv2d_conformance/site/assets/site.css",
    "conv2d_conformance/site/assets/site.js",
    "conv2d_conformance/site/templates/base.html",
    "conv2d_conformance/vectors/check_vectors.c",
    "conv2d_conformance/vectors/chosen.txt",
    "conv2d_conformance/pytest.ini",
    "conv2d_reference/py.typed",
    "conv2d_conformance/py.typed",
    "conv2d_adapters/py.typed",
    "conv2d_adapters/distributions.toml",
    "conv2d_adapters/autograd.deviations.toml",
    "conv2d_adapters/workers/on_chainer.deviations.toml",
    "conv2d_adapters/flax_linen.deviations.toml",
    "conv2d_adapters/flax_nnx.deviations.toml",
    "conv2d_adapters/iree.deviations.toml",
    "conv2d_adapters/jax.deviations.toml",
    "conv2d_adapters/tensorflow.deviations.toml",
    "conv2d_adapters/keras.deviations.toml",
    "conv2d_adapters/litert.deviations.toml",
    "conv2d_adapters/litert-own_kernels.deviations.toml",
    "conv2d_adapters/mnn.deviations.toml",
    "conv2d_adapters/ncnn.deviations.toml",
    "conv2d_adapters/onnxruntime.deviations.toml",
    "conv2d_adapters/opencv.deviations.toml",
    "conv2d_adapters/openvino.deviations.toml",
    "conv2d_adapters/mlx.deviations.toml",
    "conv2d_adapters/paddle.deviations.toml",
    "conv2d_adapters/paddle_layer.deviations.toml",
    "conv2d_adapters/tinygrad.deviations.toml",
    "conv2d_adapters/torch.deviations.toml",
    "conv2d_adapters/torch_layer.deviations.toml",
    "conv2d_adapters/tvm.deviations.toml",
    "conv2d_adapters/workers/libtorch.deviations.toml",
    "conv2d_adapters/workers/octave_conv2.deviations.toml",
    "conv2d_adapters/workers/onednn.deviations.toml",
    "conv2d_adapters/workers/onednn-any.deviations.toml",
    "conv2d_adapters/workers/onnxruntime-node.deviations.toml",
    "conv2d_adapters/workers/onnxruntime-web.deviations.toml",
    "conv2d_adapters/workers/tfjs-cpu.deviations.toml",
    "conv2d_adapters/workers/tfjs-wasm.deviations.toml",
    "conv2d_adapters/workers/libtorch.cpp",
    "conv2d_adapters/workers/octave_conv2.m",
    "conv2d_adapters/workers/onednn.c",
    "conv2d_adapters/workers/onnxruntime.mjs",
    "conv2d_adapters/workers/on_chainer.py",
    "conv2d_adapters/workers/plain_c.c",
    "conv2d_adapters/workers/plain_javascript.mjs",
    "conv2d_adapters/workers/plain_python.py",
    "conv2d_adapters/workers/plain_rust.rs",
    "conv2d_adapters/workers/r_torch.R",
    "conv2d_adapters/workers/tfjs.mjs",
    "conv2d_adapters/workers/workers.toml",
}


def complaints(names: list[str]) -> list[str]:
    """What is wrong with the list of files of a wheel, in sentences."""
    tops = {name.split("/")[0] for name in names if not name.split("/")[0].endswith(".dist-info")}
    found = [f"{name} is missing from the wheel" for name in sorted(DATA - set(names))]
    found += [f"{top} would become importable" for top in sorted(tops - PACKAGES)]
    found += [f"{package} is missing from the wheel" for package in sorted(PACKAGES - tops)]
    return found + [
        f"{name} is a test of the project and does not belong in the wheel" for name in names if "/tests/" in name
    ]


def main(folder: str) -> int:
    wheels = list(Path(folder).glob("*.whl"))
    if len(wheels) != 1:
        print(f"{folder} must hold one wheel, and holds {len(wheels)}")
        return 2
    found = complaints(zipfile.ZipFile(wheels[0]).namelist())
    print("\n".join(found) or f"{wheels[0].name}: three packages, nothing else")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
